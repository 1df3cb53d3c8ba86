package dev.stillgate.geo;

import dev.stillgate.spi.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Warns of an old database. Networks move between countries and holders, so an old database refuses the wrong clients.
 * Not thread-safe.
 */
final class DatabaseAge {
    private static final System.Logger LOG = System.getLogger(DatabaseAge.class.getName());

    private static final long DAY_NANOS = Duration.ofDays(1).toNanos();

    private final Duration oldAfter;
    private @Nullable MmdbDatabase checked;
    private long checkedNanos;

    DatabaseAge(GeoRestrictionPolicy policy) {
        this.oldAfter = Objects.requireNonNull(policy.oldAfter());
    }

    /** Returns a warning if a database is too old; null if it is not, or has no build time. */
    @Nullable
    String warning(DatabaseFile file, long nowMillis) {
        long built = file.good().buildSeconds();
        Duration age = Duration.ofMillis(nowMillis).minusSeconds(built);
        if (oldAfter.isZero() || built == 0 || age.compareTo(oldAfter) <= 0) {
            return null;
        }
        return file.path() + " was built on "
                + Instant.ofEpochSecond(built).toString().substring(0, 10) + ", " + age.toDays() + " days ago: "
                + DatabaseFile.WHERE_FROM;
    }

    /** Logs a warning if a database is too old: at the first call, for new content, and once a day. */
    void log(DatabaseFile file, Ticker ticker) {
        long now = ticker.nanos();
        MmdbDatabase current = file.good();
        if (current.equals(checked) && now - checkedNanos < DAY_NANOS) {
            return;
        }
        checked = current;
        checkedNanos = now;
        String warning = warning(file, ticker.millis());
        if (warning != null) {
            LOG.log(System.Logger.Level.WARNING, "{0} database {1}", file.kind().key(), warning);
        }
    }
}
