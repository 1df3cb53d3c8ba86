package dev.stillgate.canary.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class CanaryPlanTest {
    private static CanaryPlan plan(int rare, int selected, int lattice, int buckets, List<Integer> strengths) {
        return new CanaryPlan(4, rare, selected, lattice, buckets, strengths, List.of(500), List.of(250), 0);
    }

    @Test
    void canonicalBytesHoldAllParameters() {
        assertThat(new String(plan(100, 16384, 4096, 32, List.of(50, 970)).canonical(), StandardCharsets.US_ASCII))
                .isEqualTo("""
                        stillgate-canary-plan
                        version=4
                        rare=100
                        selected=16384
                        lattice=4096
                        buckets=32
                        strengths=50,970
                        classSpreads=500
                        cellSpreads=250
                        """);
    }

    @Test
    void rareFormsAreSelectedInOneCellOfFour() {
        assertThat(CanaryPlan.CURRENT.selects(0.05)).isEqualTo(0.25);
        assertThat(CanaryPlan.CURRENT.selects(0.1)).isEqualTo(0.5);
        assertThat(CanaryPlan.CURRENT.selects(0.9)).isEqualTo(0.5);
        assertThat(CanaryPlan.CURRENT.selects(0.95)).isEqualTo(0.75);
        assertThat(CanaryPlan.CURRENT.deviates(0.5, 1)).isZero();
        assertThat(CanaryPlan.KNOWN).containsExactly(CanaryPlan.STRATUM, CanaryPlan.CURRENT);
    }

    @Test
    void parametersOutOfRangeAreRejected() {
        assertRefused(500, 1, 4096, 1, List.of(50));
        assertRefused(-1, 1, 4096, 1, List.of(50));
        assertRefused(1, 0, 4096, 1, List.of(50));
        assertRefused(1, 32769, 4096, 1, List.of(50));
        assertRefused(1, 1, 255, 1, List.of(50));
        assertRefused(1, 1, 4096, 0, List.of(50));
        assertRefused(1, 1, 4096, 65, List.of(50));
        assertRefused(1, 1, 4096, 1, List.of());
        assertRefused(1, 1, 4096, 1, List.of(1000));
    }

    private static void assertRefused(int rare, int selected, int lattice, int buckets, List<Integer> strengths) {
        assertThatThrownBy(() -> plan(rare, selected, lattice, buckets, strengths))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
