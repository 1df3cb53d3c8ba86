package dev.stillgate.proxy.gateway;

import dev.stillgate.proxy.admin.JsonWriter;
import dev.stillgate.proxy.chain.StandingsBoard;
import dev.stillgate.proxy.console.EventStream;
import dev.stillgate.proxy.observe.TrafficHistory;
import dev.stillgate.proxy.observe.TrafficHistory.Traffic;
import dev.stillgate.proxy.policy.PolicyReloader;
import dev.stillgate.spi.Ticker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The console's live events: {@code now} with the rates since the last call, and {@code changed} with the names of the
 * pages whose content may have changed. Called by one thread at a time.
 */
final class LiveEvents {
    private final TrafficHistory traffic;
    private final StandingsBoard standings;
    private final PolicyReloader policies;
    private final Ticker ticker;
    private @Nullable Traffic before;
    private long beforeNanos;
    private @Nullable List<Object> state;

    LiveEvents(TrafficHistory traffic, StandingsBoard standings, PolicyReloader policies, Ticker ticker) {
        this.traffic = traffic;
        this.standings = standings;
        this.policies = policies;
        this.ticker = ticker;
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
        List<Object> stateNow = List.of(
                standings.version(),
                policies.current().number(),
                policies.isPinned(),
                String.valueOf(policies.refused()));
        if (state != null && !state.equals(stateNow)) {
            List<String> changed = new ArrayList<>();
            if (!state.getFirst().equals(stateNow.getFirst())) {
                changed.addAll(List.of("standings", "review", "clusters"));
            }
            if (!state.subList(1, state.size()).equals(stateNow.subList(1, stateNow.size()))) {
                changed.add("policy");
            }
            events.add(new EventStream.Event("changed", JsonWriter.json(Map.of("what", changed))));
        }
        state = stateNow;
        return events;
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
