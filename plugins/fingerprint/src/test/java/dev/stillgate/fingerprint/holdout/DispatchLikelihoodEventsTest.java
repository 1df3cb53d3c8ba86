package dev.stillgate.fingerprint.holdout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Seen;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.text.PromptFeatures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Eight events a day, as headlines are, and 20 accounts each of which takes up most of them within minutes. */
final class DispatchLikelihoodEventsTest {
    private static final int ACCOUNTS = 20;
    private static final int FIRST = 20_000 * 86_400;
    private final Random random = new Random(3);

    private DispatchLikelihood.Verdict play(boolean aboutOneThing) {
        HoldoutGroup trial = new HoldoutGroup(IntStream.range(0, ACCOUNTS).toArray(), SharedKey.CLIENT, false, FIRST);
        List<int[]> begun = new ArrayList<>();
        for (int event = 0; event < 80; event++) {
            int at = FIRST + event * 10_800 + random.nextInt(7200);
            for (int account = 0; account < ACCOUNTS; account++) {
                if (random.nextInt(10) < 7) {
                    begun.add(new int[] {account, at + random.nextInt(240), event});
                }
            }
        }
        begun.sort(Comparator.comparingInt(each -> each[1]));
        for (int[] each : begun) {
            Observation seen = Seen.prompt("a", each[1] * 1000L);
            seen.prompt.text = random.nextLong();
            int topic = aboutOneThing ? each[2] : random.nextInt();
            seen.prompt.topic[Math.floorMod(topic, PromptFeatures.TOPICS)] = 1;
            trial.observe(each[0], seen, true, each[1]);
        }
        return DispatchLikelihood.of(trial);
    }

    /** Each comes once to each event, so that nobody meets himself, and all do equally much. */
    @Test
    void whoeverFollowsEventsIsDealtNothing() {
        DispatchLikelihood.Verdict verdict = play(true);
        assertThat(verdict.turns()).isZero();
        assertThat(verdict.shares()).isZero();
        assertThat(verdict.evidence()).isLessThanOrEqualTo(0);
    }

    @Test
    void batchesThatAreDealtOutInTurnAreNoEvents() {
        assertThat(play(false).evidence()).isGreaterThan(20);
    }
}
