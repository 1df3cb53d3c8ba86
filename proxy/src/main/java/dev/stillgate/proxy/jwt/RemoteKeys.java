package dev.stillgate.proxy.jwt;

import dev.stillgate.proxy.jwt.JwtKeys.BadKeySet;
import dev.stillgate.spi.Counter;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys at a URL, fetched in the background: at an interval, after a failure with increasing pauses, and soon after a
 * token has named an unknown key or had a wrong signature. A fetch that fails changes nothing, but keys end some time
 * after the last successful one. Thread-safe.
 */
final class RemoteKeys {
    /**
     * The least time between two fetches, however many tokens name unknown keys. It bounds the time for which such tokens
     * can delay the fetch that a rotation needs.
     */
    static final Duration LEAST_PAUSE = Duration.ofSeconds(6);

    /** The same after a failure. */
    static final Duration LEAST_RETRY = Duration.ofSeconds(30);

    /** The pause after a first failure; it doubles with each further one. */
    static final Duration RETRY = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(RemoteKeys.class);
    private static final int MAX_DOUBLINGS = 10;

    /** The greatest age of a copy on disk that is told from others; greater than any policy's limit. */
    private static final Duration LONGEST = Duration.ofDays(365);

    private final URI url;
    private final Parts parts;
    private final AtomicBoolean running = new AtomicBoolean();
    private volatile @Nullable Held held;
    private volatile boolean missed;

    private volatile long begun;

    private final AtomicInteger failures = new AtomicInteger();
    private volatile boolean everBegun;

    /** Whether a fetch of this process has ended, successful or not. */
    private volatile boolean ended;

    private byte[] content = {};

    /** Whether the copy on disk is {@link #content}. */
    private boolean saved;

    /**
     * A key set.
     *
     * @param fetched the time of the last fetch that brought it, in nanoseconds of the ticker
     */
    private record Held(JwtKeys keys, long fetched) {}

    /**
     * The collaborators of a fetch.
     *
     * @param fetch reads the key set
     * @param stored the copy on disk; null for none
     * @param executor runs fetches
     * @param changed counts fetches that have brought another key set
     * @param unchanged counts fetches that have brought the same key set
     * @param failed counts fetches that have failed
     */
    record Parts(
            Fetch fetch,
            @Nullable StoredKeys stored,
            Executor executor,
            Ticker ticker,
            Counter changed,
            Counter unchanged,
            Counter failed) {}

    /** Reads a key set, at most {@link JwtKeys#MAX_BYTES} of it. */
    @FunctionalInterface
    interface Fetch {
        byte[] of(URI url) throws IOException, InterruptedException;
    }

    /** Creates a source with the keys of the copy on disk, if there is one. */
    RemoteKeys(URI url, Parts parts) {
        this.url = url;
        this.parts = parts;
        StoredKeys stored = parts.stored;
        StoredKeys.Copy copy = stored == null ? null : stored.read();
        if (copy != null) {
            try {
                long age = Math.clamp(parts.ticker.millis() - copy.millis(), 0, LONGEST.toMillis());
                held = new Held(
                        JwtKeys.parse(copy.content()), parts.ticker.nanos() - TimeUnit.MILLISECONDS.toNanos(age));
                content = copy.content();
                saved = true;
            } catch (BadKeySet e) {
                LOG.warn("the stored copy of the key set of {} {}", url, e.getMessage());
            }
        }
    }

    /**
     * Returns the keys as a policy uses them.
     *
     * @param maxAge the time after the last successful fetch in which they are used
     */
    KeySource within(Duration maxAge) {
        long most = maxAge.toNanos();
        return new KeySource() {
            @Override
            public @Nullable JwtKeys keys() {
                return RemoteKeys.this.keys(most);
            }

            @Override
            public void missed() {
                if (!missed) { // avoids contention on the flag
                    missed = true;
                }
            }
        };
    }

    private @Nullable JwtKeys keys(long mostNanos) {
        Held current = held;
        return current == null || parts.ticker.nanos() - current.fetched >= mostNanos ? null : current.keys;
    }

    /** Returns the keys, null before the first fetch and when they are too old. */
    @Nullable
    JwtKeys keys(Duration maxAge) {
        return keys(maxAge.toNanos());
    }

    /** Returns the seconds since the last successful fetch, of an earlier process too; NaN before the first. */
    double age() {
        Held current = held;
        return current == null ? Double.NaN : (parts.ticker.nanos() - current.fetched) / 1e9;
    }

    /** Returns whether there are no usable keys because the first fetch has not ended yet. */
    boolean isAwaited(Duration maxAge) {
        if (ended) {
            return false;
        }
        JwtKeys current = keys(maxAge);
        return current == null || current.isEmpty();
    }

    /** Begins a fetch if one is due. */
    void tick(Duration refresh) {
        long since = parts.ticker.nanos() - begun;
        boolean due = !everBegun || since >= pause(refresh) || (missed && since >= leastPause());
        if (due && running.compareAndSet(false, true)) {
            begun = parts.ticker.nanos();
            everBegun = true;
            missed = false;
            parts.executor.execute(this::fetch);
        }
    }

    private long leastPause() {
        return (failures.get() == 0 ? LEAST_PAUSE : LEAST_RETRY).toNanos();
    }

    private long pause(Duration refresh) {
        int failed = failures.get();
        return failed == 0
                ? refresh.toNanos()
                : Math.min(refresh.toNanos(), RETRY.toNanos() << Math.min(failed - 1, MAX_DOUBLINGS));
    }

    /**
     * Fetches the keys on the calling thread, unless there are recent ones.
     *
     * @throws IOException if there are none afterwards, with a reason for the operator
     */
    void require(Duration maxAge) throws IOException {
        if (keys(maxAge) != null) {
            return;
        }
        begun = parts.ticker.nanos();
        everBegun = true;
        String failure = fetch();
        if (failure != null) {
            throw new IOException("the key set of " + url + " " + failure);
        }
    }

    /** Fetches the keys. Returns why that failed, or null. */
    private synchronized @Nullable String fetch() {
        try {
            take(parts.fetch.of(url));
            return null;
        } catch (IOException | BadKeySet | RuntimeException e) {
            String why = String.valueOf(e.getMessage());
            failed(why);
            return why;
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return "was not fetched: interrupted";
        } finally {
            ended = true;
            running.set(false);
        }
    }

    private void take(byte[] answer) throws BadKeySet {
        JwtKeys next = JwtKeys.parse(answer);
        failures.set(0);
        Held before = held;
        if (before != null && Arrays.equals(answer, content)) {
            held = new Held(before.keys, parts.ticker.nanos());
            parts.unchanged.add(1);
            save();
            return;
        }
        held = new Held(next, parts.ticker.nanos());
        content = answer;
        saved = false;
        parts.changed.add(1);
        LOG.info("the key set of {} has {} usable keys", url, next.size());
        next.notes().forEach(note -> LOG.warn("the key set of {}: {}", url, note));
        save();
    }

    /** Brings the copy on disk up to date. A copy that could not be written is written at the next fetch. */
    private void save() {
        StoredKeys stored = parts.stored;
        if (stored != null) {
            long now = parts.ticker.millis();
            saved = (saved && stored.confirm(now)) || stored.write(content, now);
        }
    }

    private void failed(String why) {
        failures.incrementAndGet();
        parts.failed.add(1);
        LOG.warn(
                "the key set of {} {}; {}",
                url,
                why,
                held == null ? "no token is accepted" : "its keys are used for as long as jwks.maxAge allows");
    }
}
