package dev.stillgate.proxy.fleet;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Who is alive: every gateway says so each second, and says goodbye when it ends. Ages are told by the store's clock.
 * While the store is lost, and until it has been back for long enough to hear of everybody, the number does not fall.
 */
final class Presence {
    static final Duration BEAT = Duration.ofSeconds(1);
    private static final long SILENCE_MILLIS = 3500;
    private static final int LENGTH = 4096;
    private static final byte[] ALIVE = {1};
    private static final byte[] GOODBYE = {0};

    private final String node;
    private final StreamName stream;
    private final StreamWriter writer;
    private final BooleanSupplier joined;
    private final StoreClock clock;
    private final Map<String, Long> heard = new HashMap<>();
    private volatile int count = 1;
    private volatile boolean leaving;
    private long joinedAt;

    Presence(String node, String key, StreamWriter writer, BooleanSupplier joined, StoreClock clock) {
        this.node = node;
        this.stream = new StreamName(key, LENGTH);
        this.writer = writer;
        this.joined = joined;
        this.clock = clock;
    }

    /** Listens to the others, whom the last seconds of the stream already tell of. */
    void listen(StreamReader streams) {
        streams.listen(stream, Duration.ofMillis(SILENCE_MILLIS), this::hear);
    }

    int count() {
        return count;
    }

    /** Notes that the store is there again; on the worker. */
    void joins() {
        joinedAt = clock.millis();
    }

    /** Says that this gateway is alive, and looks who has fallen silent; on the worker. */
    void beat() {
        if (joined.getAsBoolean()) {
            if (!leaving) {
                writer.offer(stream, ALIVE);
            }
            look();
        }
    }

    /** Says goodbye, once. */
    void leave() {
        if (!leaving) {
            leaving = true;
            if (joined.getAsBoolean()) {
                writer.offer(stream, GOODBYE);
            }
        }
    }

    private void hear(long millis, String from, byte[] record) {
        if (record.length == 1 && record[0] == GOODBYE[0]) {
            heard.remove(from);
        } else {
            heard.put(from, millis);
        }
        look();
    }

    private void look() {
        long now = clock.millis();
        heard.values().removeIf(millis -> now - millis > SILENCE_MILLIS);
        int alive = heard.size() + (heard.containsKey(node) ? 0 : 1);
        count = now - joinedAt > SILENCE_MILLIS ? alive : Math.max(count, alive);
    }
}
