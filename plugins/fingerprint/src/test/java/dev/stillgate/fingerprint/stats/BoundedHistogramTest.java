package dev.stillgate.fingerprint.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class BoundedHistogramTest {
    private final BoundedHistogram counts = new BoundedHistogram();

    @Test
    void valuesAreSortedByDescendingCount() {
        counts.add("KR");
        counts.add("CN");
        counts.add("CN");
        counts.add(null);
        assertThat(counts.shown()).containsExactly(Map.entry("CN", 2L), Map.entry("KR", 1L), Map.entry("unknown", 1L));
    }

    @Test
    void frequentValueSurvivesAFloodOfInventedValues() {
        for (int i = 0; i < 100_000; i++) {
            counts.add("made-up-" + i);
            if (i % 10 == 0) {
                counts.add("model-1");
            }
        }
        Map<String, Long> shown = counts.shown();
        assertThat(shown)
                .hasSizeLessThanOrEqualTo(BoundedHistogram.MAX_VALUES + 1)
                .containsEntry("model-1", 10_000L);
        assertThat(shown.get(BoundedHistogram.OTHER)).isGreaterThan(99_000);
        assertThat(shown.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(110_000);
    }

    @Test
    void longValueIsTruncated() {
        counts.add("m".repeat(100_000));
        assertThat(counts.shown()).containsExactly(Map.entry("m".repeat(64), 1L));
    }
}
