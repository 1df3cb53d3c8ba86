package dev.stillgate.proxy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.observe.TrafficHistory.Traffic;
import dev.stillgate.proxy.rig.JumpTicker;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Samples of the traffic and their differences. */
class TrafficHistoryTest {
    private Traffic totals = traffic(0, Map.of());

    private static Traffic traffic(long served, Map<String, Long> reasons) {
        return new Traffic(served, 0, 0, 0, 0, 0, 0, served % 7, reasons);
    }

    @SuppressWarnings("unchecked") // the page's form
    private static Map<String, List<Long>> series(TrafficHistory history, String key) {
        return (Map<String, List<Long>>) history.page().get(key);
    }

    @Test
    void countersAreShownAsDifferencesAndGaugesAsTheyAre() {
        TrafficHistory history = new TrafficHistory(() -> totals, new JumpTicker());
        totals = traffic(5, Map.of());
        history.sample();
        totals = traffic(12, Map.of("geo/country-denied", 3L));
        history.sample();
        assertThat(series(history, "series")).containsEntry("served", List.of(5L, 7L));
        assertThat(series(history, "series")).containsEntry("active", List.of(5L, 5L));
        assertThat(series(history, "reasons")).containsExactly(Map.entry("geo/country-denied", List.of(0L, 3L)));
    }

    @Test
    void anHourIsKept() {
        TrafficHistory history = new TrafficHistory(() -> totals, new JumpTicker());
        for (int i = 1; i <= 1000; i++) {
            totals = traffic(i, Map.of());
            history.sample();
        }
        assertThat(series(history, "series").get("served")).hasSize(360).containsOnly(1L);
    }

    @Test
    void anEmptyHistoryHasEmptySeries() {
        TrafficHistory history = new TrafficHistory(() -> totals, new JumpTicker());
        assertThat(series(history, "series").get("served")).isEmpty();
        assertThat(series(history, "reasons")).isEmpty();
    }
}
