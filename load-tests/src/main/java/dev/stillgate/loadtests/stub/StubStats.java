package dev.stillgate.loadtests.stub;

import dev.stillgate.loadtests.json.JsonBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Counters of the stub model since the last reset, for tests of the upstream side of a gateway. Thread-safe. */
public final class StubStats {
    private static final int MAX_PATHS = 1_000;
    private static final int MAX_CLIENTS = 100_000;
    private final Map<String, AtomicLong> byPath = new ConcurrentSkipListMap<>();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong connections = new AtomicLong();
    private final AtomicLong events = new AtomicLong();
    private final AtomicLong cancelled = new AtomicLong();
    private final AtomicLong cancelledStreams = new AtomicLong();
    private final AtomicLong lastCancelledAt = new AtomicLong();
    private final AtomicInteger openConnections = new AtomicInteger();
    private final AtomicInteger openStreams = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Map<String, Long> arrived = new ConcurrentHashMap<>();
    private final Map<String, Long> disconnected = new ConcurrentHashMap<>();
    private volatile List<Map.Entry<String, String>> lastHeaders = List.of();
    private volatile int lastBodyBytes;

    StubStats() {}

    public long requests() {
        return requests.get();
    }

    /** Returns the number of requests of a method and path, such as {@code "POST /v1/messages"}. */
    public long requests(String methodAndPath) {
        AtomicLong count = byPath.get(methodAndPath);
        return count == null ? 0 : count.get();
    }

    public int openConnections() {
        return openConnections.get();
    }

    /** Returns the number of streams whose response head was sent and that have not ended. */
    public int openStreams() {
        return openStreams.get();
    }

    /** Returns the number of responses that have not begun because of {@code delay} or {@code hang}. */
    public int waiting() {
        return waiting.get();
    }

    /** Returns the number of stream events written. */
    public long events() {
        return events.get();
    }

    /** Returns the number of responses during which, or before which, the peer closed the connection. */
    public long cancelled() {
        return cancelled.get();
    }

    /** Returns the part of {@link #cancelled()} that are streams. */
    public long cancelledStreams() {
        return cancelledStreams.get();
    }

    /** Returns the time of the last cancellation in milliseconds since the epoch, 0 for none. */
    public long lastCancelledAt() {
        return lastCancelledAt.get();
    }

    /** Returns whether the head of a request with that {@code x-client} has arrived. */
    public boolean hasArrived(String client) {
        return arrived.containsKey(client);
    }

    /**
     * Returns when the connection of that {@code x-client} closed before its response was complete, as {@link
     * System#nanoTime}.
     */
    public @Nullable Long disconnectedAt(String client) {
        return disconnected.get(client);
    }

    /** Resets all counters to zero, except the gauges of open connections, streams and waiting responses. */
    public void reset() {
        byPath.clear();
        for (AtomicLong count : List.of(requests, connections, events, cancelled, cancelledStreams, lastCancelledAt)) {
            count.set(0);
        }
        arrived.clear();
        disconnected.clear();
        lastHeaders = List.of();
        lastBodyBytes = 0;
    }

    void arrived(@Nullable String client) {
        note(arrived, client);
    }

    void disconnected(@Nullable String client) {
        note(disconnected, client);
    }

    private static void note(Map<String, Long> times, @Nullable String client) {
        if (client != null && times.size() < MAX_CLIENTS) {
            times.put(client, System.nanoTime());
        }
    }

    void connected(int change) {
        openConnections.addAndGet(change);
        if (change > 0) {
            connections.incrementAndGet();
        }
    }

    void received(StubRequest call) {
        requests.incrementAndGet();
        String name = call.method() + " " + call.path();
        AtomicLong count = byPath.get(name);
        if (count == null) {
            count = byPath.computeIfAbsent(byPath.size() < MAX_PATHS ? name : "(other)", _ -> new AtomicLong());
        }
        count.incrementAndGet();
        lastHeaders = call.head().headers().entries();
        lastBodyBytes = call.body().length;
    }

    void waiting(int change) {
        waiting.addAndGet(change);
    }

    void streaming(int change) {
        openStreams.addAndGet(change);
    }

    void event() {
        events.incrementAndGet();
    }

    void cancelled(boolean stream) {
        cancelled.incrementAndGet();
        if (stream) {
            cancelledStreams.incrementAndGet();
        }
        lastCancelledAt.set(System.currentTimeMillis());
    }

    JsonBuffer json() {
        List<Map.Entry<String, String>> headers = lastHeaders;
        JsonBuffer json = JsonBuffer.of(
                "{'requests':?,'byPath':?,'connections':?,'openConnections':?,'openStreams':?,'waiting':?,'events':?,",
                requests.get(),
                byPath,
                connections.get(),
                openConnections.get(),
                openStreams.get(),
                waiting.get(),
                events.get());
        return json.fill(
                "'cancelled':?,'cancelledStreams':?,'lastCancelledAt':?,'lastHeaderNames':?,'lastHeaders':?,"
                        + "'lastBodyBytes':?}",
                cancelled.get(),
                cancelledStreams.get(),
                lastCancelledAt.get(),
                headers.stream().map(Map.Entry::getKey).toList(),
                headers.stream()
                        .map(header -> List.of(header.getKey(), header.getValue()))
                        .toList(),
                lastBodyBytes);
    }
}
