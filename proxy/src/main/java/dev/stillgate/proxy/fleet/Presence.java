package dev.stillgate.proxy.fleet;

import dev.stillgate.proxy.fleet.StreamWriter.StreamName;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Membership of the fleet. Every gateway publishes a heartbeat each second, and a last record when it leaves. Ages use
 * the store's clock. The count does not fall while the store is lost, nor until all gateways had time to be seen
 * again.
 */
final class Presence {
    static final Duration BEAT = Duration.ofSeconds(1);
    private static final long SILENCE_MILLIS = 3500;
    private static final int LENGTH = 4096;
    private static final byte[] ALIVE = {1};
    private static final byte[] GOODBYE = {0};

    private static final Logger log = LoggerFactory.getLogger(Presence.class);

    private final String node;
    private final boolean isNamed;
    private final StreamName stream;
    private final StreamWriter writer;
    private final BooleanSupplier joined;
    private final StoreClock clock;
    private final Map<String, Long> lastSeen = new HashMap<>();
    private volatile int count = 1;
    private volatile boolean leaving;
    private boolean logged;
    private long joinedAt;

    /**
     * Creates a membership of one.
     *
     * @param isNamed whether the name was configured, so that no other gateway should have it
     */
    Presence(String node, boolean isNamed, String key, StreamWriter writer, BooleanSupplier joined, StoreClock clock) {
        this.node = node;
        this.isNamed = isNamed;
        this.stream = new StreamName(key, LENGTH);
        this.writer = writer;
        this.joined = joined;
        this.clock = clock;
    }

    /** Subscribes to heartbeats, starting with the last seconds of the stream. */
    void listen(StreamReader streams) {
        streams.listen(stream, Duration.ofMillis(SILENCE_MILLIS), this::onRecord);
    }

    int count() {
        return count;
    }

    /** Resets the observation period after the store was joined. Called on the worker. */
    void onJoin() {
        joinedAt = clock.millis();
    }

    /** Publishes a heartbeat and expires silent gateways. Called on the worker. */
    void beat() {
        if (joined.getAsBoolean()) {
            if (!leaving) {
                writer.offer(stream, ALIVE);
            }
            recount();
        }
    }

    /** Publishes that this gateway leaves, once. */
    void leave() {
        if (!leaving) {
            leaving = true;
            if (joined.getAsBoolean()) {
                writer.offer(stream, GOODBYE);
            }
        }
    }

    private void onRecord(long millis, String from, byte[] record) {
        if (record.length == 1 && record[0] == GOODBYE[0]) {
            lastSeen.remove(from);
        } else {
            lastSeen.put(from, millis);
            reportNamesake(from);
        }
        recount();
    }

    /** Logs another gateway of the same configured name: one whose heartbeat comes after one of this gateway. */
    private void reportNamesake(String from) {
        if (isNamed && !logged && NodeName.areAlike(node, from) && lastSeen.containsKey(node)) {
            logged = true;
            log.warn(
                    "another gateway of the fleet is configured with the same name (fleet.node): {} and {}",
                    node,
                    from);
        }
    }

    private void recount() {
        long now = clock.millis();
        lastSeen.values().removeIf(millis -> now - millis > SILENCE_MILLIS);
        int alive = lastSeen.size() + (lastSeen.containsKey(node) ? 0 : 1);
        count = now - joinedAt > SILENCE_MILLIS ? alive : Math.max(count, alive);
    }
}
