package dev.stillgate.fingerprint.holdout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Seen;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.signal.SharedKey;
import org.junit.jupiter.api.Test;

/** Members of a group, and conversation starts. */
final class HoldoutGroupTest {
    private static final int FIRST = 20_000 * 86_400;

    private static void say(HoldoutGroup group, int second, long text, boolean begins) {
        Observation seen = Seen.prompt("a", second * 1000L);
        seen.prompt.text = text;
        group.observe(1, seen, begins, second);
    }

    @Test
    void followersAreNotPartOfTheCore() {
        HoldoutGroup group = new HoldoutGroup(new int[] {1, 4}, SharedKey.CLIENT, FIRST);
        assertThat(group.core()).containsExactly(1, 4);
        group.follow(0, 3);
        group.join(2);
        group.follow(5);
        assertThat(group.accounts).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(group.core()).containsExactly(1, 2, 4);
        assertThat(group.isFollower(group.memberIndex(3))).isTrue();
        assertThat(group.isFollower(group.memberIndex(2))).isFalse();
        assertThat(group.memberIndex(6)).isNegative();
        say(group, FIRST + 60, 7, true);
        assertThat(group.starts().count(group.memberIndex(1))).isEqualTo(1);
    }

    @Test
    void truncatedHistoryStartsNoConversation() {
        HoldoutGroup group = new HoldoutGroup(new int[] {1}, SharedKey.CLIENT, FIRST);
        for (int turn = 0; turn < 10; turn++) {
            say(group, FIRST + turn * 120, 7, true);
            say(group, FIRST + turn * 120 + 60, 100 + turn, false);
        }
        assertThat(group.starts().count(0)).isEqualTo(1);
        assertThat(group.requests().count(0)).isEqualTo(20);
        say(group, FIRST + 1200, 8, true);
        assertThat(group.starts().count(0)).as("another text").isEqualTo(2);
        say(group, FIRST + 1200 + 900, 8, true);
        assertThat(group.starts().count(0)).as("the same text after the expiry").isEqualTo(3);
    }

    @Test
    void severalConversationsAreTrackedForAMember() {
        HoldoutGroup group = new HoldoutGroup(new int[] {0, 1}, SharedKey.CLIENT, FIRST);
        for (int turn = 0; turn < 10; turn++) {
            for (int conversation = 0; conversation < 4; conversation++) {
                say(group, FIRST + turn * 120 + conversation, conversation + 1, true);
            }
        }
        assertThat(group.starts().count(1)).isEqualTo(4);
        group.join(2);
        say(group, FIRST + 1200, 2, true);
        assertThat(group.starts().count(1)).as("after others joined").isEqualTo(4);
        say(group, FIRST + 1201, 9, true);
        say(group, FIRST + 1202, 1, true);
        assertThat(group.starts().count(1))
                .as("a fifth conversation replaces the oldest")
                .isEqualTo(6);
    }
}
