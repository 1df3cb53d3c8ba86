package dev.stillgate.fingerprint.holdout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import dev.stillgate.fingerprint.analysis.Seen;
import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.signal.Interchangeability;
import dev.stillgate.fingerprint.signal.Signal;
import dev.stillgate.fingerprint.signal.SweepShape;
import dev.stillgate.fingerprint.signal.TopicConcentration;
import dev.stillgate.fingerprint.signal.UnderDispersion;
import org.junit.jupiter.api.Test;

class EvidenceTest {
    private static final double NATS = Math.log(10);
    private static final Signal[] ALL = {
        new UnderDispersion(), new Interchangeability(), new SweepShape(), new TopicConcentration()
    };

    private static Evidence dealt(Signal... signals) {
        return Evidence.ofDispatch(Seen.settings(1000, signals), 3 * NATS);
    }

    @Test
    void timeEvidenceNamesItsSignals() {
        Evidence dealt = dealt(ALL);
        assertThat(dealt.byFamily).containsExactly(entry(Family.TIME, 3.0));
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
        evidence.addInterchangeability(1.2 * NATS, TopicConcentration.NAME)
                .addInterchangeability(NATS, Interchangeability.NAME);
        assertThat(evidence.byFamily.get(Family.CONTENT)).isCloseTo(1.2, within(1e-9));
        assertThat(evidence.signalNames()).containsExactly("under-dispersion", "topic-concentration");
    }

    @Test
    void disabledSignalAddsNothing() {
        Evidence evidence = dealt(new UnderDispersion()).addInterchangeability(2 * NATS, TopicConcentration.NAME);
        assertThat(evidence.byFamily).containsOnlyKeys(Family.TIME);
    }
}
