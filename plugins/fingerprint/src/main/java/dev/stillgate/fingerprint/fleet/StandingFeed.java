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
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Says who compares accounts, and brings what follows to the others.
 *
 * <ul>
 *   <li>The gateway that leads compares, and publishes a full copy of where accounts stand whenever that changes and every
 *       few seconds. Copies are ordered by the leader's term, which is above every term it has seen, and their number.
 *   <li>The others take the newest complete copy, and compare nothing. What an operator says on one of them holds there at
 *       once and is told to the others.
 *   <li>A gateway that comes to lead without ever having heard a copy asks the others for theirs, for {@link #PATIENCE},
 *       before it publishes anything: it would clear everybody otherwise.
 *   <li>A gateway that has lost the store keeps the standings that it has and compares by its own traffic, which can
 *       only raise them: standings end by their time alone. When the store is back, the leader's copy counts again.
 * </ul>
 */
final class StandingFeed {
    static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long AGAIN = Duration.ofSeconds(5).toNanos();
    private static final long ASKED_AGAIN = Duration.ofSeconds(1).toNanos();

    /** A large copy is sent again the more seldom: a byte puts it off by so many nanoseconds, a megabyte by 50 seconds. */
    private static final long NANOS_A_BYTE = 50_000;

    /** No leader's clock is believed that is so far ahead: nobody could lead after it. */
    private static final long FURTHEST = Duration.ofDays(366).toMillis();

    private static final int MOST_WORDS = 10_000;

    private final Fleet fleet;
    private final FleetFeed feed;
    private final String role;
    private final Ticker ticker;
    private final SnapshotAssembler copies = new SnapshotAssembler();
    private final Queue<FleetMessages.Said> said = new ArrayDeque<>();
    private final AtomicBoolean asked = new AtomicBoolean();
    private final LongAdder refused = new LongAdder();
    private SnapshotAssembler.Version known = new SnapshotAssembler.Version(0, 0);
    private boolean heard;
    private boolean leading;
    private long ledSince;
    private long term;
    private long number;
    private long publishAt;
    private long askAt;
    private long sayAt;

    StandingFeed(FleetFeed feed, Fleet fleet, String role, Ticker ticker) {
        this.feed = feed;
        this.fleet = fleet;
        this.role = role;
        this.ticker = ticker;
        this.sayAt = ticker.nanos();
        this.publishAt = ticker.nanos();
    }

    /** Takes what another gateway says. The fleet's thread. */
    void receive(String from, byte[] bytes) {
        if (from.equals(fleet.node())) {
            return;
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int kind = FleetMessages.kind(in);
            switch (kind) {
                case FleetMessages.COPY -> copies.take(from, FleetMessages.part(in));
                case FleetMessages.ASK -> asked.set(true);
                default -> hear(FleetMessages.said(kind, in));
            }
        } catch (IOException e) {
            refused.increment();
        }
    }

    private void hear(FleetMessages.Said what) {
        synchronized (said) {
            if (said.size() < MOST_WORDS) {
                said.add(what);
            }
        }
    }

    long refused() {
        return refused.sum();
    }

    /** Compares or follows; returns the standings above clear if any changed. The analysis thread only. */
    @Nullable
    Map<String, Standing> tend(Analyst analyst, long now) {
        analyst.forgotten().forEach(account -> feed.publish(FleetMessages.forget(account)));
        adopt(analyst, now);
        takeIn(analyst, now);
        boolean leads = fleet.leads(role);
        if (fleet.link() == Fleet.Link.LOST) {
            leading = false;
            return analyst.tend(now);
        }
        if (!leads) {
            leading = false;
            answer(analyst);
            say(analyst);
            return analyst.changes();
        }
        return lead(analyst, now);
    }

    private @Nullable Map<String, Standing> lead(Analyst analyst, long now) {
        long nanos = ticker.nanos();
        if (!leading) {
            leading = true;
            ledSince = nanos;
            askAt = nanos;
            publishAt = nanos;
            term = Math.max(now, known.term() + 1);
            number = 0;
        }
        if (!heard && nanos - ledSince < PATIENCE.toNanos()) {
            if (nanos - askAt >= 0) {
                askAt = nanos + ASKED_AGAIN;
                feed.publish(FleetMessages.ask());
            }
            return analyst.changes();
        }
        heard = true;
        Map<String, Standing> changed = analyst.tend(now);
        if (changed != null || asked.getAndSet(false) || nanos - publishAt >= 0) {
            int bytes = publish(analyst, new SnapshotAssembler.Version(term, ++number));
            StandingSnapshot.allHeard(analyst);
            publishAt = nanos + AGAIN + bytes * NANOS_A_BYTE;
        }
        return changed;
    }

    private int publish(Analyst analyst, SnapshotAssembler.Version version) {
        byte[] copy = StandingSnapshot.of(analyst);
        FleetMessages.parts(version, copy).forEach(feed::publish);
        return copy.length;
    }

    /** Gives what is known to a gateway that asks. */
    private void answer(Analyst analyst) {
        long nanos = ticker.nanos();
        if (heard && nanos - publishAt >= 0 && asked.getAndSet(false)) {
            publishAt = nanos + ASKED_AGAIN;
            publish(analyst, known);
        }
    }

    /** Tells what an operator said here, until a copy has it. */
    private void say(Analyst analyst) {
        long nanos = ticker.nanos();
        if (nanos - sayAt >= 0) {
            sayAt = nanos + ASKED_AGAIN;
            StandingSnapshot.words(analyst).forEach(word -> feed.publish(FleetMessages.word(word)));
        }
    }

    private void adopt(Analyst analyst, long now) {
        SnapshotAssembler.Copy copy = copies.newest();
        if (copy == null || !copy.version().isAfter(known) || (leading && heard)) {
            return;
        }
        if (copy.version().term() - now > FURTHEST) {
            refused.increment();
            return;
        }
        try {
            StandingSnapshot.adopt(analyst, copy.bytes(), now);
            known = copy.version();
            term = Math.max(term, known.term() + 1);
            heard = true;
        } catch (IOException e) {
            refused.increment();
        }
    }

    private void takeIn(Analyst analyst, long now) {
        for (int i = 0; i < MOST_WORDS; i++) {
            FleetMessages.Said what;
            synchronized (said) {
                what = said.poll();
            }
            if (what == null) {
                break;
            }
            switch (what) {
                case FleetMessages.Said.Pinned pinned -> StandingSnapshot.hear(analyst, pinned.word(), now);
                case FleetMessages.Said.Forgotten forgotten -> analyst.forget(forgotten.account());
            }
        }
        analyst.forgotten(); // what others told is not told to them again
    }
}
