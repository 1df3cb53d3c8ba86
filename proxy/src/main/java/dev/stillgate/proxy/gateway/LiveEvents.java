package dev.stillgate.proxy.gateway;

import dev.stillgate.proxy.console.EventStream;
import dev.stillgate.proxy.json.JsonWriter;
import dev.stillgate.proxy.observe.TrafficHistory;
import dev.stillgate.proxy.observe.TrafficHistory.Traffic;
import dev.stillgate.spi.Ticker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The console's live events: {@code now} with the rates since the last call, and {@code changed} with the names of the
 * pages whose content may have changed. Called by one thread at a time.
 */
final class LiveEvents {
    private final TrafficHistory traffic;
    private final Ticker ticker;
    private final List<Watched> watched;
    private @Nullable Traffic before;
    private long beforeNanos;
    private @Nullable List<Object> states;

    /**
     * Pages of the console that share a state.
     *
     * @param names names of the pages in the event {@code changed}
     * @param state returns a value that differs whenever the content of the pages may have changed
     */
    record Watched(List<String> names, Supplier<Object> state) {}

    LiveEvents(TrafficHistory traffic, Ticker ticker, List<Watched> watched) {
        this.traffic = traffic;
        this.ticker = ticker;
        this.watched = List.copyOf(watched);
    }

    /** Returns the events since the last call. */
    List<EventStream.Event> next() {
        List<EventStream.Event> events = new ArrayList<>();
        Traffic now = traffic.totals();
        long nanos = ticker.nanos();
        if (before != null && nanos > beforeNanos) {
            events.add(new EventStream.Event("now", JsonWriter.json(rates(before, now, (nanos - beforeNanos) / 1e9))));
        }
        before = now;
        beforeNanos = nanos;
        List<String> changed = changed();
        if (!changed.isEmpty()) {
            events.add(new EventStream.Event("changed", JsonWriter.json(Map.of("what", changed))));
        }
        return events;
    }

    /** Returns the names of the pages whose state differs from that of the last call. */
    private List<String> changed() {
        List<Object> now = watched.stream().map(each -> each.state.get()).toList();
        List<String> changed = new ArrayList<>();
        if (states != null) {
            for (int i = 0; i < now.size(); i++) {
                if (!now.get(i).equals(states.get(i))) {
                    changed.addAll(watched.get(i).names);
                }
            }
        }
        states = now;
        return changed;
    }

    private Map<String, Object> rates(Traffic from, Traffic to, double seconds) {
        Map<String, Object> rates = new LinkedHashMap<>();
        rates.put("at", Instant.ofEpochMilli(ticker.millis()));
        rates.put("served", (to.served() - from.served()) / seconds);
        rates.put("rejected", (to.rejected() - from.rejected()) / seconds);
        rates.put("upstreamFailed", (to.upstreamFailed() - from.upstreamFailed()) / seconds);
        rates.put("truncated", (to.truncated() - from.truncated()) / seconds);
        rates.put("clientGone", (to.clientGone() - from.clientGone()) / seconds);
        rates.put("inputTokens", (to.inputTokens() - from.inputTokens()) / seconds);
        rates.put("outputTokens", (to.outputTokens() - from.outputTokens()) / seconds);
        rates.put("active", to.active());
        return rates;
    }
}
