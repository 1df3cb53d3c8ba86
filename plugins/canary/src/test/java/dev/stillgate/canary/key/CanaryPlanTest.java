package dev.stillgate.canary.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class CanaryPlanTest {
    private static CanaryPlan plan(
            int agreement, int alpha, int beta, int lattice, int buckets, List<Integer> strengths) {
        return new CanaryPlan(1, agreement, alpha, beta, lattice, buckets, strengths, List.of(500), List.of(250), 0);
    }

    @Test
    void canonicalBytesHoldAllParameters() {
        assertThat(new String(
                        plan(49152, 250, 1000, 4096, 32, List.of(50, 970)).canonical(), StandardCharsets.US_ASCII))
                .isEqualTo("""
                        stillgate-canary-plan
                        version=1
                        agreement=49152
                        alpha=250
                        beta=1000
                        lattice=4096
                        buckets=32
                        strengths=50,970
                        classSpreads=500
                        cellSpreads=250
                        """);
        assertThat(CanaryPlan.CURRENT.q()).isEqualTo(0.75);
    }

    /** Existing ledgers hold commitments to these bytes. */
    @Test
    void firstPlanIsUnchanged() {
        assertThat(new String(CanaryPlan.FIRST.canonical(), StandardCharsets.US_ASCII))
                .isEqualTo("""
                        stillgate-canary-plan
                        version=1
                        agreement=49152
                        alpha=250
                        beta=1000
                        lattice=65536
                        buckets=64
                        strengths=50,150,400,700,900
                        classSpreads=150,400,1000
                        cellSpreads=100,250,600
                        """);
        assertThat(CanaryPlan.KNOWN).containsExactly(CanaryPlan.STRATUM, CanaryPlan.CURRENT, CanaryPlan.FIRST);
    }

    @Test
    void parametersOutOfRangeAreRejected() {
        assertRefused(32768, 1, 1, 4096, 1, List.of(50));
        assertRefused(65536, 1, 1, 4096, 1, List.of(50));
        assertRefused(49152, 0, 0, 4096, 1, List.of(50));
        assertRefused(49152, -1, 2, 4096, 1, List.of(50));
        assertRefused(49152, 1, 1, 255, 1, List.of(50));
        assertRefused(49152, 1, 1, 4096, 0, List.of(50));
        assertRefused(49152, 1, 1, 4096, 65, List.of(50));
        assertRefused(49152, 1, 1, 4096, 1, List.of());
        assertRefused(49152, 1, 1, 4096, 1, List.of(1000));
    }

    private static void assertRefused(
            int agreement, int alpha, int beta, int lattice, int buckets, List<Integer> strengths) {
        assertThatThrownBy(() -> plan(agreement, alpha, beta, lattice, buckets, strengths))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
