package dev.stillgate.loadtests.stub;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What the stub saw since the last reset, so that a test can assert the far end of a gateway too. Thread-safe. */
public final class StubStats {
    private static final int MAX_PATHS = 1_000;
    private static final int MAX_CALLERS = 100_000;
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
    private final Map<String, Long> came = new ConcurrentHashMap<>();
    private final Map<String, Long> left = new ConcurrentHashMap<>();
    private volatile List<Map.Entry<String, String>> lastHeaders = List.of();
    private volatile int lastBodyBytes;

    StubStats() {}

    public long requests() {
        return requests.get();
    }

    /** Requests of one method and path, as in {@code "POST /v1/messages"}. */
    public long requests(String methodAndPath) {
        AtomicLong count = byPath.get(methodAndPath);
        return count == null ? 0 : count.get();
    }

    /** Connections accepted. */
    public long connections() {
        return connections.get();
    }

    public int openConnections() {
        return openConnections.get();
    }

    /** Streams whose head was sent and that have not ended. */
    public int openStreams() {
        return openStreams.get();
    }

    /** Answers that have not begun, by delay or by hang. */
    public int waiting() {
        return waiting.get();
    }

    /** Stream events written. */
    public long events() {
        return events.get();
    }

    /** Answers whose peer went away before they ended, in whatever phase. */
    public long cancelled() {
        return cancelled.get();
    }

    /** The part of {@link #cancelled()} that had been asked for as a stream. */
    public long cancelledStreams() {
        return cancelledStreams.get();
    }

    /** Milliseconds since the epoch of the last cancellation, 0 when there was none. */
    public long lastCancelledAt() {
        return lastCancelledAt.get();
    }

    /** Whether the head of a request with that {@code x-caller} has come. */
    public boolean hasCome(String caller) {
        return came.containsKey(caller);
    }

    /** When the connection of that {@code x-caller} closed before its answer was whole, in {@link System#nanoTime}. */
    public @Nullable Long leftAt(String caller) {
        return left.get(caller);
    }

    /** Names and values of the last request's headers, in the order received. */
    public List<Map.Entry<String, String>> lastHeaders() {
        return lastHeaders;
    }

    public int lastBodyBytes() {
        return lastBodyBytes;
    }

    /** Zeroes everything that counts up; what is open stays counted as open. */
    public void reset() {
        byPath.clear();
        for (AtomicLong count : List.of(requests, connections, events, cancelled, cancelledStreams, lastCancelledAt)) {
            count.set(0);
        }
        came.clear();
        left.clear();
        lastHeaders = List.of();
        lastBodyBytes = 0;
    }

    void came(@Nullable String caller) {
        note(came, caller);
    }

    void left(@Nullable String caller) {
        note(left, caller);
    }

    private static void note(Map<String, Long> times, @Nullable String caller) {
        if (caller != null && times.size() < MAX_CALLERS) {
            times.put(caller, System.nanoTime());
        }
    }

    void connected(int change) {
        openConnections.addAndGet(change);
        if (change > 0) {
            connections.incrementAndGet();
        }
    }

    void received(Call call) {
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

    ObjectNode json() {
        ObjectNode paths = Json.object();
        byPath.forEach((path, count) -> paths.put(path, count.get()));
        ArrayNode headers = Json.array();
        ArrayNode names = Json.array();
        for (Map.Entry<String, String> header : lastHeaders) {
            names.add(header.getKey());
            headers.add(Json.array(header.getKey(), header.getValue()));
        }
        return Json.object(
                "requests", requests.get(),
                "byPath", paths,
                "connections", connections.get(),
                "openConnections", openConnections.get(),
                "openStreams", openStreams.get(),
                "waiting", waiting.get(),
                "events", events.get(),
                "cancelled", cancelled.get(),
                "cancelledStreams", cancelledStreams.get(),
                "lastCancelledAt", lastCancelledAt.get(),
                "lastHeaderNames", names,
                "lastHeaders", headers,
                "lastBodyBytes", lastBodyBytes);
    }
}
