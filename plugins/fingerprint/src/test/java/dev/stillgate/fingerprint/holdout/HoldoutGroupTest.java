package dev.stillgate.fingerprint.holdout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Seen;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.signal.SharedKey;
import org.junit.jupiter.api.Test;

/** What counts as the beginning of a conversation in a trial. */
final class HoldoutGroupTest {
    private static final int FIRST = 20_000 * 86_400;

    private static void say(HoldoutGroup trial, int second, long text, boolean begins) {
        Observation seen = Seen.prompt("a", second * 1000L);
        seen.prompt.text = text;
        trial.observe(1, seen, begins, second);
    }

    @Test
    void whoFollowsIsNoneOfThoseByWhomTheGroupIsJudged() {
        HoldoutGroup trial = new HoldoutGroup(new int[] {1, 4}, SharedKey.CLIENT, false, FIRST);
        assertThat(trial.core()).containsExactly(1, 4);
        trial.follow(FIRST, 0, 3);
        trial.join(FIRST, 2);
        trial.follow(FIRST, 5);
        assertThat(trial.accounts).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(trial.core()).containsExactly(1, 2, 4);
        assertThat(trial.isFollower(trial.member(3))).isTrue();
        assertThat(trial.isFollower(trial.member(2))).isFalse();
        assertThat(trial.member(6)).isNegative();
        say(trial, FIRST + 60, 7, true);
        assertThat(trial.begun().count(trial.member(1))).isEqualTo(1);
    }

    /** As with a history that was cut to what was asked first. */
    @Test
    void anAgentThatForgotWhatItDidDoesNotBeginAnew() {
        HoldoutGroup trial = new HoldoutGroup(new int[] {1}, SharedKey.CLIENT, false, FIRST);
        for (int turn = 0; turn < 10; turn++) {
            say(trial, FIRST + turn * 120, 7, true);
            say(trial, FIRST + turn * 120 + 60, 100 + turn, false);
        }
        assertThat(trial.begun().count(0)).isEqualTo(1);
        assertThat(trial.asked().count(0)).isEqualTo(20);
        say(trial, FIRST + 1200, 8, true);
        assertThat(trial.begun().count(0)).as("something else").isEqualTo(2);
        say(trial, FIRST + 1200 + 900, 8, true);
        assertThat(trial.begun().count(0)).as("the same, a while later").isEqualTo(3);
    }

    @Test
    void anAgentThatForgotMayHaveSeveralConversationsUnderWayAtOnce() {
        HoldoutGroup trial = new HoldoutGroup(new int[] {0, 1}, SharedKey.CLIENT, false, FIRST);
        for (int turn = 0; turn < 10; turn++) {
            for (int conversation = 0; conversation < 4; conversation++) {
                say(trial, FIRST + turn * 120 + conversation, conversation + 1, true);
            }
        }
        assertThat(trial.begun().count(1)).isEqualTo(4);
        trial.join(FIRST + 1200, 2);
        say(trial, FIRST + 1200, 2, true);
        assertThat(trial.begun().count(1)).as("after others joined").isEqualTo(4);
        say(trial, FIRST + 1201, 9, true);
        say(trial, FIRST + 1202, 1, true);
        assertThat(trial.begun().count(1))
                .as("a fifth, in place of the stalest")
                .isEqualTo(6);
    }
}
