package dev.stillgate.fingerprint.holdout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.analysis.Scene;
import dev.stillgate.fingerprint.analysis.Seen;
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
        new UnderDispersion(), new Interchangeability(), new SweepShape(), new TopicConcentration()
    };

    private final Scene scene =
            new Scene().seen(12, IntStream.range(0, 30).mapToObj(i -> "a-" + i).toArray(String[]::new));

    private static Evidence dealt(Signal... signals) {
        return Evidence.ofDispatch(Seen.settings(1000, signals), 3 * NATS);
    }

    private List<AccountProfile> profiles() {
        return IntStream.range(0, 30).mapToObj(scene.analyst.table()::profile).toList();
    }

    @Test
    void timeEvidenceNamesItsSignals() {
        Evidence dealt = dealt(ALL);
        assertThat(dealt.byFamily).containsExactly(entry(Family.TIME, 3.0));
        assertThat(dealt.isSupportedByContent()).isFalse();
        assertThat(dealt.signalNames()).containsExactly("under-dispersion");
        assertThat(Evidence.ofInterchangeability(Seen.settings(1000, ALL), 2 * NATS)
                        .signalNames())
                .containsExactly("interchangeability");
        assertThat(Evidence.ofDispatch(Seen.settings(1000, ALL), 0.9 * NATS).signalNames())
                .isEmpty();
    }

    @Test
    void strongestResultOfAFamilyCounts() {
        Evidence evidence = dealt(ALL).addInterchangeability(0.9 * NATS, TopicConcentration.NAME);
        assertThat(evidence.isSupportedByContent()).isFalse();
        evidence.addInterchangeability(1.2 * NATS, TopicConcentration.NAME)
                .addInterchangeability(NATS, Interchangeability.NAME);
        assertThat(evidence.isSupportedByContent()).isTrue();
        assertThat(evidence.byFamily.get(Family.CONTENT)).isCloseTo(1.2, within(1e-9));
        assertThat(evidence.signalNames()).containsExactly("under-dispersion", "topic-concentration");
        TraitSpace space = new TraitSpace(new SweepShape().traits(), profiles(), 30, List.of());
        BackgroundDensity density = new BackgroundDensity(space, space.dimensions, new Random(1));
        int[] rows = IntStream.range(0, 30).toArray();
        evidence.addConcentration(
                Map.of(Family.CONTENT, density), rows, new Cohort(SharedKey.CLIENT, 1, rows), new Random(1));
        assertThat(evidence.byFamily.get(Family.CONTENT))
                .as("all members are equal")
                .isGreaterThan(2);
        assertThat(evidence.signalNames()).containsExactly("sweep-shape", "under-dispersion");
    }

    @Test
    void disabledSignalAddsNothing() {
        Evidence evidence = dealt(new UnderDispersion()).addInterchangeability(2 * NATS, TopicConcentration.NAME);
        assertThat(evidence.byFamily).containsOnlyKeys(Family.TIME);
    }
}
