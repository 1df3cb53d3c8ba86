package dev.stillgate.fingerprint.fleet;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.FleetFeed;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Ticker;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Replication of standings by evidence in a fleet, from the elected leader to the other gateways. {@link #receive}
 * is thread-safe; all other methods are for the analysis thread. Orders of operators travel as records of their own.
 *
 * <ul>
 *   <li>The leader compares accounts. It publishes a full snapshot of the standings whenever they change and every few
 *       seconds. Snapshots are ordered by the leader's term, which is above every term it has seen, and by their number
 *       in the term.
 *   <li>The other gateways adopt the newest complete snapshot and compare nothing.
 *   <li>A new leader may know less than others, for example after a restart with an empty or old disk. The first snapshots
 *       of a term are therefore merged: of each account, the later evidence is kept. A gateway that knows more than the
 *       leader sends its own snapshot, which the leader merges. Once the leader knows all of it, its snapshots replace what
 *       the gateway has.
 *   <li>A new leader compares nothing for {@link #GATHERING}, so that it gives no cluster an id that another one has.
 *   <li>A gateway without a connection to the store keeps its standings and compares its own traffic, which can only
 *       raise them; standings end by expiry alone. Once the store is back, what it found is merged as in a new term.
 * </ul>
 */
final class StandingFeed {
    static final Duration GATHERING = Duration.ofSeconds(10);
    private static final long PUBLISH_INTERVAL = Duration.ofSeconds(5).toNanos();

    /** Delay of the next regular snapshot by the size of the last one: a megabyte delays it by 50 seconds. */
    private static final long PUBLISH_NANOS_PER_BYTE = 50_000;

    /** Delay of any further snapshot by the size of the last one: a gateway sends a megabyte a second at most. */
    private static final long SEND_NANOS_PER_BYTE = 1_000;

    /** Greatest delay of a gateway's own snapshot, so that what several gateways know is sent by one of them. */
    private static final long MAX_CONTRIBUTION_DELAY = Duration.ofSeconds(3).toNanos();

    private static final long CONTRIBUTION_INTERVAL = Duration.ofSeconds(20).toNanos();
    private static final int MAX_CONTRIBUTIONS = 5;

    /**
     * Maximum lead of a term over this gateway's clock. A term far in the future would keep every other gateway from
     * leading.
     */
    private static final long MAX_TERM_AHEAD = Duration.ofDays(366).toMillis();

    private final Fleet fleet;
    private final String role;
    private final Ticker ticker;
    private final SnapshotAssembler snapshots = new SnapshotAssembler();
    private final SnapshotAssembler contributions = new SnapshotAssembler();
    private final SnapshotSender sender;
    private final LongAdder refused = new LongAdder();
    private SnapshotAssembler.Version newest = new SnapshotAssembler.Version(0, 0);
    private volatile boolean leading;
    private boolean isDue;
    private long ledSince;
    private long term;
    private long number;
    private long publishAt;
    private long mayPublishAt;

    /** Term whose leader knows all that this gateway knew. */
    private long settledTerm = Long.MIN_VALUE;

    private long contributeAt;
    private int contributed;

    StandingFeed(FleetFeed feed, Fleet fleet, String role, Ticker ticker) {
        this.fleet = fleet;
        this.role = role;
        this.ticker = ticker;
        this.sender = new SnapshotSender(feed);
    }

    /** Handles a message of another gateway. Called by the fleet's thread. */
    void receive(String from, byte[] bytes) {
        if (from.equals(fleet.node())) {
            return;
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int kind = FleetMessages.kind(in);
            switch (kind) {
                case FleetMessages.SNAPSHOT -> snapshots.add(from, FleetMessages.part(in), ticker.nanos());
                case FleetMessages.CONTRIBUTION -> {
                    if (leading) {
                        contributions.add(from, FleetMessages.part(in), ticker.nanos());
                    }
                }
                default -> throw new IOException("unknown kind of message: " + kind);
            }
        } catch (IOException e) {
            refused.increment();
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
        snapshots.take().forEach(snapshot -> follow(analyst, snapshot, now));
        boolean leads = fleet.leads(role);
        if (fleet.link() == Fleet.Link.LOST) {
            leading = false;
            sender.abandon();
            settledTerm = Long.MIN_VALUE;
            contributed = 0;
            return analyst.tend(now);
        }
        if (leads) {
            return lead(analyst, now);
        }
        if (leading) {
            leading = false;
            sender.abandon();
        }
        sender.resume();
        return analyst.changes();
    }

    private @Nullable Map<String, Standing> lead(Analyst analyst, long now) {
        long nanos = ticker.nanos();
        if (!leading) {
            leading = true;
            sender.abandon();
            ledSince = nanos;
            isDue = true;
            term = Math.max(now, newest.term() + 1);
            number = 0;
        }
        for (SnapshotAssembler.Snapshot contribution : contributions.take()) {
            merge(analyst, contribution);
        }
        Map<String, Standing> changed = nanos - ledSince < GATHERING.toNanos() ? analyst.changes() : analyst.tend(now);
        isDue |= changed != null || nanos - publishAt >= 0;
        if (sender.isBusy()) {
            sender.resume();
        } else if (isDue && nanos - mayPublishAt >= 0) {
            isDue = false;
            newest = new SnapshotAssembler.Version(term, ++number);
            int bytes = send(analyst, FleetMessages.SNAPSHOT);
            publishAt = nanos + PUBLISH_INTERVAL + bytes * PUBLISH_NANOS_PER_BYTE;
        }
        return changed;
    }

    private int send(Analyst analyst, int kind) {
        byte[] snapshot = StandingSnapshot.of(analyst);
        mayPublishAt = ticker.nanos() + snapshot.length * SEND_NANOS_PER_BYTE;
        sender.send(kind, newest, snapshot);
        return snapshot.length;
    }

    private void follow(Analyst analyst, SnapshotAssembler.Snapshot snapshot, long now) {
        SnapshotAssembler.Version version = snapshot.version();
        if (!version.isAfter(newest)) {
            return;
        }
        if (version.term() - now > MAX_TERM_AHEAD) {
            refused.increment();
            return;
        }
        if (version.term() == settledTerm) {
            try {
                StandingSnapshot.Content content = StandingSnapshot.read(snapshot.bytes());
                analyst.adopt(content.standings());
                analyst.budgets().adopt(content.budgets());
                newest = version;
            } catch (IOException e) {
                refused.increment();
            }
            return;
        }
        if (version.term() != newest.term()) {
            contributed = 0;
            contributeAt = ticker.nanos() + ThreadLocalRandom.current().nextLong(MAX_CONTRIBUTION_DELAY);
        }
        newest = version;
        if (merge(analyst, snapshot)) {
            contribute(analyst);
        } else {
            settledTerm = version.term();
        }
    }

    /** Returns whether this gateway knew more than a snapshot. */
    private boolean merge(Analyst analyst, SnapshotAssembler.Snapshot snapshot) {
        try {
            StandingSnapshot.Content content = StandingSnapshot.read(snapshot.bytes());
            boolean knewMoreDays = analyst.budgets().adopt(content.budgets());
            return analyst.merge(content.standings()) || knewMoreDays;
        } catch (IOException e) {
            refused.increment();
            return true;
        }
    }

    /** Sends what this gateway knows to the leader, now and then until the leader knows it. */
    private void contribute(Analyst analyst) {
        long nanos = ticker.nanos();
        if (leading || sender.isBusy() || nanos - contributeAt < 0) {
            return;
        }
        if (contributed++ == MAX_CONTRIBUTIONS) {
            settledTerm = newest.term(); // the leader keeps less, for whatever reason
            return;
        }
        int bytes = send(analyst, FleetMessages.CONTRIBUTION);
        contributeAt = nanos + CONTRIBUTION_INTERVAL + bytes * PUBLISH_NANOS_PER_BYTE;
    }
}
