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

/** Eight events a day, such as headlines, and 20 accounts that each react to most of them within minutes. */
final class DispatchLikelihoodEventsTest {
    private static final int ACCOUNTS = 20;
    private static final int FIRST = 20_000 * 86_400;
    private final Random random = new Random(3);

    private DispatchLikelihood.Result play(boolean aboutOneThing) {
        HoldoutGroup group = new HoldoutGroup(IntStream.range(0, ACCOUNTS).toArray(), SharedKey.CLIENT, FIRST);
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
            group.observe(each[0], seen, true, each[1]);
        }
        return DispatchLikelihood.of(group);
    }

    /** Each account reacts once to an event, so no account coincides with itself, and all have equal shares. */
    @Test
    void sharedEventsAreNotDispatch() {
        DispatchLikelihood.Result result = play(true);
        assertThat(result.roundRobinLogRatio()).isZero();
        assertThat(result.equalSharesLogRatio()).isZero();
        assertThat(result.evidence()).isLessThanOrEqualTo(0);
    }

    @Test
    void roundRobinBatchesAreNotSharedEvents() {
        assertThat(play(false).evidence()).isGreaterThan(20);
    }
}
