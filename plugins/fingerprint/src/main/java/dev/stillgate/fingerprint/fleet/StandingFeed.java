package dev.stillgate.fingerprint.fleet;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.FleetFeed;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Ticker;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Replication of standings in a fleet, from the elected leader to the other gateways. {@link #receive} is thread-safe;
 * all other methods are for the analysis thread.
 *
 * <ul>
 *   <li>The leader compares accounts. It publishes a full snapshot of the standings whenever they change and every few
 *       seconds. Snapshots are ordered by the leader's term, which is above every term it has seen, and by their number
 *       in the term.
 *   <li>The other gateways adopt the newest complete snapshot and compare nothing. A change by an operator takes effect
 *       on its own gateway at once and is sent to the others.
 *   <li>A new leader that never received a snapshot requests one for {@link #REQUEST_TIMEOUT} before it publishes,
 *       since an empty snapshot would clear all standings.
 *   <li>A gateway without a connection to the store keeps its standings and compares its own traffic, which can only
 *       raise them; standings end by expiry alone. Once the store is back, the leader's snapshot applies again.
 * </ul>
 */
final class StandingFeed {
    static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
    private static final long PUBLISH_INTERVAL = Duration.ofSeconds(5).toNanos();
    private static final long RETRY_INTERVAL = Duration.ofSeconds(1).toNanos();

    /** Delay of the next regular snapshot by the size of the last one: a megabyte delays it by 50 seconds. */
    private static final long PUBLISH_NANOS_PER_BYTE = 50_000;

    /**
     * Maximum lead of a term over this gateway's clock. A term far in the future would keep every other gateway from
     * leading.
     */
    private static final long MAX_TERM_AHEAD = Duration.ofDays(366).toMillis();

    private static final int MAX_MESSAGES = 10_000;

    private final Fleet fleet;
    private final FleetFeed feed;
    private final String role;
    private final Ticker ticker;
    private final SnapshotAssembler assembler = new SnapshotAssembler();

    @GuardedBy("operatorMessages")
    private final Queue<FleetMessages.OperatorMessage> operatorMessages = new ArrayDeque<>();

    private final AtomicBoolean requested = new AtomicBoolean();
    private final LongAdder refused = new LongAdder();
    private SnapshotAssembler.Version newest = new SnapshotAssembler.Version(0, 0);
    private boolean hasSnapshot;
    private boolean leading;
    private long ledSince;
    private long term;
    private long number;
    private long publishAt;
    private long requestAt;
    private long sendAt;

    StandingFeed(FleetFeed feed, Fleet fleet, String role, Ticker ticker) {
        this.feed = feed;
        this.fleet = fleet;
        this.role = role;
        this.ticker = ticker;
        this.sendAt = ticker.nanos();
        this.publishAt = ticker.nanos();
    }

    /** Handles a message of another gateway. Called by the fleet's thread. */
    void receive(String from, byte[] bytes) {
        if (from.equals(fleet.node())) {
            return;
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int kind = FleetMessages.kind(in);
            switch (kind) {
                case FleetMessages.SNAPSHOT -> assembler.add(from, FleetMessages.part(in));
                case FleetMessages.REQUEST -> requested.set(true);
                default -> enqueue(FleetMessages.operatorMessage(kind, in));
            }
        } catch (IOException e) {
            refused.increment();
        }
    }

    private void enqueue(FleetMessages.OperatorMessage message) {
        synchronized (operatorMessages) {
            if (operatorMessages.size() < MAX_MESSAGES) {
                operatorMessages.add(message);
            }
        }
    }

    long refused() {
        return refused.sum();
    }

    /**
     * Compares accounts as the leader, or adopts the leader's standings.
     *
     * @return the standings above clear if any changed, else null
     */
    @Nullable
    Map<String, Standing> tend(Analyst analyst, long now) {
        analyst.forgotten().forEach(account -> feed.publish(FleetMessages.erasure(account)));
        adopt(analyst, now);
        applyMessages(analyst, now);
        boolean leads = fleet.leads(role);
        if (fleet.link() == Fleet.Link.LOST) {
            leading = false;
            return analyst.tend(now);
        }
        if (!leads) {
            leading = false;
            answerRequest(analyst);
            sendChanges(analyst);
            return analyst.changes();
        }
        return lead(analyst, now);
    }

    private @Nullable Map<String, Standing> lead(Analyst analyst, long now) {
        long nanos = ticker.nanos();
        if (!leading) {
            leading = true;
            ledSince = nanos;
            requestAt = nanos;
            publishAt = nanos;
            term = Math.max(now, newest.term() + 1);
            number = 0;
        }
        if (!hasSnapshot && nanos - ledSince < REQUEST_TIMEOUT.toNanos()) {
            if (nanos - requestAt >= 0) {
                requestAt = nanos + RETRY_INTERVAL;
                feed.publish(FleetMessages.request());
            }
            return analyst.changes();
        }
        hasSnapshot = true;
        Map<String, Standing> changed = analyst.tend(now);
        if (changed != null || requested.getAndSet(false) || nanos - publishAt >= 0) {
            int bytes = publish(analyst, new SnapshotAssembler.Version(term, ++number));
            StandingSnapshot.markSent(analyst);
            publishAt = nanos + PUBLISH_INTERVAL + bytes * PUBLISH_NANOS_PER_BYTE;
        }
        return changed;
    }

    private int publish(Analyst analyst, SnapshotAssembler.Version version) {
        byte[] snapshot = StandingSnapshot.of(analyst);
        FleetMessages.parts(version, snapshot).forEach(feed::publish);
        return snapshot.length;
    }

    /** Publishes the newest snapshot if another gateway requested it. */
    private void answerRequest(Analyst analyst) {
        long nanos = ticker.nanos();
        if (hasSnapshot && nanos - publishAt >= 0 && requested.getAndSet(false)) {
            publishAt = nanos + RETRY_INTERVAL;
            publish(analyst, newest);
        }
    }

    /** Sends the changes by operators of this gateway until a snapshot contains them. */
    private void sendChanges(Analyst analyst) {
        long nanos = ticker.nanos();
        if (nanos - sendAt >= 0) {
            sendAt = nanos + RETRY_INTERVAL;
            StandingSnapshot.unsentChanges(analyst).forEach(change -> feed.publish(FleetMessages.change(change)));
            analyst.clusters().unsent().forEach(change -> feed.publish(FleetMessages.change(change)));
        }
    }

    private void adopt(Analyst analyst, long now) {
        SnapshotAssembler.Snapshot snapshot = assembler.newest();
        if (snapshot == null || !snapshot.version().isAfter(newest) || (leading && hasSnapshot)) {
            return;
        }
        if (snapshot.version().term() - now > MAX_TERM_AHEAD) {
            refused.increment();
            return;
        }
        try {
            StandingSnapshot.adopt(analyst, snapshot.bytes(), now);
            newest = snapshot.version();
            term = Math.max(term, newest.term() + 1);
            hasSnapshot = true;
        } catch (IOException e) {
            refused.increment();
        }
    }

    private void applyMessages(Analyst analyst, long now) {
        for (int i = 0; i < MAX_MESSAGES; i++) {
            FleetMessages.OperatorMessage message;
            synchronized (operatorMessages) {
                message = operatorMessages.poll();
            }
            if (message == null) {
                break;
            }
            switch (message) {
                case FleetMessages.OperatorMessage.Changed changed ->
                    StandingSnapshot.apply(analyst, changed.change(), now);
                case FleetMessages.OperatorMessage.Hidden hidden ->
                    analyst.clusters().apply(hidden.change());
                case FleetMessages.OperatorMessage.Erased erased -> analyst.forget(erased.account());
            }
        }
        analyst.forgotten(); // erasures by other gateways are not sent back to them
    }
}
