package dev.stillgate.fingerprint.holdout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.analysis.Scene;
import dev.stillgate.fingerprint.analysis.Seen;
import dev.stillgate.fingerprint.signal.ClaimedClient;
import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.signal.Interchangeability;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.signal.Signal;
import dev.stillgate.fingerprint.signal.SweepShape;
import dev.stillgate.fingerprint.signal.TopicConcentration;
import dev.stillgate.fingerprint.signal.UnderDispersion;
import dev.stillgate.fingerprint.space.BackgroundDensity;
import dev.stillgate.fingerprint.space.Cohort;
import dev.stillgate.fingerprint.space.TraitSpace;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EvidenceTest {
    private static final double NATS = Math.log(10);
    private static final Signal[] ALL = {
        new UnderDispersion(), new Interchangeability(), new SweepShape(), new TopicConcentration(), new ClaimedClient()
    };

    private final Scene scene =
            new Scene().seen(12, IntStream.range(0, 30).mapToObj(i -> "a-" + i).toArray(String[]::new));

    private static Evidence dealt(Signal... signals) {
        return new Evidence(Seen.settings(1000, signals), true, 3 * NATS);
    }

    private List<AccountProfile> profiles() {
        return IntStream.range(0, 30).mapToObj(scene.analyst.table()::profile).toList();
    }

    @Test
    void timeIsBorneByWhatItSays() {
        Evidence dealt = dealt(ALL);
        assertThat(dealt.evidence).containsExactly(entry(Family.TIME, 3.0));
        assertThat(dealt.isBorneByContent()).isFalse();
        assertThat(dealt.reasons()).containsExactly("under-dispersion");
        assertThat(new Evidence(Seen.settings(1000, ALL), false, 2 * NATS).reasons())
                .containsExactly("interchangeability");
        assertThat(new Evidence(Seen.settings(1000, ALL), true, 0.9 * NATS).reasons())
                .isEmpty();
    }

    @Test
    void ofOneFamilyTheStrongestCounts() {
        Evidence grounds = dealt(ALL).alike(0.9 * NATS, TopicConcentration.NAME);
        assertThat(grounds.isBorneByContent()).isFalse();
        grounds.alike(1.2 * NATS, TopicConcentration.NAME).alike(NATS, Interchangeability.NAME);
        assertThat(grounds.isBorneByContent()).isTrue();
        assertThat(grounds.evidence.get(Family.CONTENT)).isCloseTo(1.2, within(1e-9));
        assertThat(grounds.reasons()).containsExactly("under-dispersion", "topic-concentration");
        TraitSpace space = new TraitSpace(new SweepShape().traits(), profiles(), 30, List.of());
        BackgroundDensity density = new BackgroundDensity(space, space.dimensions, new Random(1));
        int[] rows = IntStream.range(0, 30).toArray();
        grounds.tight(Map.of(Family.CONTENT, density), rows, new Cohort(SharedKey.CLIENT, 1, rows), new Random(1));
        assertThat(grounds.evidence.get(Family.CONTENT))
                .as("all are alike to the last digit")
                .isGreaterThan(2);
        assertThat(grounds.reasons()).containsExactly("sweep-shape", "under-dispersion");
    }

    @Test
    void aSignalThatIsOffSaysNothing() {
        Evidence grounds = dealt(new UnderDispersion())
                .alike(2 * NATS, TopicConcentration.NAME)
                .disguised(profiles(), rows());
        assertThat(grounds.evidence).containsOnlyKeys(Family.TIME);
    }

    /** A group that is spread over networks is not therefore disguised. */
    @Test
    void whereNobodyIsDisguisedNobodyIsSaidToBe() {
        Evidence grounds = dealt(ALL).disguised(profiles(), rows());
        assertThat(grounds.evidence).doesNotContainKey(Family.NETWORK);
        assertThat(grounds.reasons()).doesNotContain(ClaimedClient.NAME);
    }

    private static int[] rows() {
        return IntStream.range(0, 30).toArray();
    }
}
