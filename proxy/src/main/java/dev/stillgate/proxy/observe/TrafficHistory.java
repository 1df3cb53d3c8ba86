package dev.stillgate.proxy.observe;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.spi.Ticker;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * The gateway's traffic of the last hour, as differences of its counters every {@value #STEP_SECONDS} seconds.
 * Thread-safe.
 */
public final class TrafficHistory {
    /** Seconds between samples. */
    public static final int STEP_SECONDS = 10;

    private static final int KEPT = 3600 / STEP_SECONDS;
    private static final int MOST_REASONS = 64;

    private final Supplier<Traffic> totals;
    private final Ticker ticker;
    private final Instant started;

    @GuardedBy("this")
    private final Deque<Traffic> samples = new ArrayDeque<>();

    @GuardedBy("this")
    private long sampledAt;

    /**
     * Counters since the start of the process.
     *
     * @param active the exchanges under way now
     * @param reasons exchanges that were not served, by {@code filter/code}
     */
    public record Traffic(
            long served,
            long rejected,
            long upstreamFailed,
            long truncated,
            long clientGone,
            long inputTokens,
            long outputTokens,
            long active,
            Map<String, Long> reasons) {}

    /** Creates a history that is empty. */
    public TrafficHistory(Supplier<Traffic> totals, Ticker ticker) {
        this.totals = totals;
        this.ticker = ticker;
        started = Instant.ofEpochMilli(ticker.millis());
        sample();
    }

    /** Takes a sample; called every {@value #STEP_SECONDS} seconds. Does not block. */
    public synchronized void sample() {
        samples.addLast(totals.get());
        sampledAt = ticker.millis();
        if (samples.size() > KEPT + 1) {
            samples.removeFirst();
        }
    }

    /** Returns the counters now. */
    public Traffic totals() {
        return totals.get();
    }

    /** Returns the differences between samples, the newest last; for JSON. */
    public Map<String, Object> page() {
        List<Traffic> taken;
        long at;
        synchronized (this) {
            taken = List.copyOf(samples);
            at = sampledAt;
        }
        Map<String, Object> series = new LinkedHashMap<>();
        series.put("served", differences(taken, Traffic::served));
        series.put("rejected", differences(taken, Traffic::rejected));
        series.put("upstreamFailed", differences(taken, Traffic::upstreamFailed));
        series.put("truncated", differences(taken, Traffic::truncated));
        series.put("clientGone", differences(taken, Traffic::clientGone));
        series.put("inputTokens", differences(taken, Traffic::inputTokens));
        series.put("outputTokens", differences(taken, Traffic::outputTokens));
        series.put("active", taken.stream().skip(1).map(Traffic::active).toList());
        Map<String, Object> reasons = new LinkedHashMap<>();
        TreeSet<String> names = new TreeSet<>(taken.getLast().reasons().keySet());
        names.stream()
                .limit(MOST_REASONS)
                .forEach(name -> reasons.put(
                        name, differences(taken, traffic -> traffic.reasons().getOrDefault(name, 0L))));
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("at", Instant.ofEpochMilli(at));
        page.put("startedAt", started);
        page.put("stepSeconds", STEP_SECONDS);
        page.put("series", series);
        page.put("reasons", reasons);
        return page;
    }

    private static List<Long> differences(List<Traffic> samples, ToLongFunction<Traffic> of) {
        List<Long> differences = new ArrayList<>();
        long before = of.applyAsLong(samples.getFirst());
        for (Traffic sample : samples) {
            long now = of.applyAsLong(sample);
            differences.add(now - before);
            before = now;
        }
        differences.removeFirst();
        return differences;
    }
}
