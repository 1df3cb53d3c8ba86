package dev.stillgate.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.console.EventStream;
import dev.stillgate.proxy.observe.TrafficHistory;
import dev.stillgate.proxy.observe.TrafficHistory.Traffic;
import dev.stillgate.testkit.FakeTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests the events that an open console is sent. */
class LiveEventsTest {
    private final FakeTicker ticker = new FakeTicker();
    private final List<String> backtests = new ArrayList<>();
    private int standings;
    private long served;
    private final TrafficHistory traffic =
            new TrafficHistory(() -> new Traffic(served, 0, 0, 0, 0, 0, 0, 3, Map.of()), ticker);
    private final LiveEvents live = new LiveEvents(
            traffic,
            ticker,
            List.of(
                    new LiveEvents.Watched(List.of("standings", "clusters"), () -> standings),
                    new LiveEvents.Watched(List.of("backtests"), () -> List.copyOf(backtests))));

    private List<EventStream.Event> nextSecond() {
        ticker.advance(Duration.ofSeconds(1));
        return live.next();
    }

    private List<String> changes() {
        return nextSecond().stream()
                .filter(event -> event.name().equals("changed"))
                .map(EventStream.Event::json)
                .toList();
    }

    @Test
    void firstCallKnowsNoChange() {
        standings = 7;
        assertThat(live.next()).isEmpty();
        assertThat(changes()).isEmpty();
    }

    @Test
    void changedPagesAreNamedOnce() {
        live.next();
        backtests.add("1 RUNNING");
        assertThat(changes()).containsExactly("{\"what\":[\"backtests\"]}");
        assertThat(changes()).isEmpty();
        backtests.set(0, "1 CANCELLED");
        standings++;
        assertThat(changes()).containsExactly("{\"what\":[\"standings\",\"clusters\",\"backtests\"]}");
        assertThat(changes()).isEmpty();
    }

    @Test
    void ratesAreOfTheTimeSinceTheLastCall() throws IOException {
        live.next();
        served = 30;
        ticker.advance(Duration.ofSeconds(1));
        EventStream.Event now = nextSecond().getFirst();
        assertThat(now.name()).isEqualTo("now");
        JsonNode rates = new ObjectMapper().readTree(now.json());
        assertThat(rates.get("served").asDouble()).isEqualTo(15);
        assertThat(rates.get("active").asInt()).isEqualTo(3);
    }
}
