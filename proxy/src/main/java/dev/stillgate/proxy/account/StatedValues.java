package dev.stillgate.proxy.account;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.stillgate.spi.Ticker;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The values of an attribute that callers have last stated. Not all credentials of a caller state it, such as tokens for
 * several applications. Thread-safe.
 */
final class StatedValues<K> {
    /** How long a value is kept after the last credential that stated it. */
    static final Duration KEPT = Duration.ofDays(7);

    /** The maximum number of callers. */
    static final int MOST = 500_000;

    private final Cache<K, String> values;

    StatedValues(Ticker ticker) {
        values = Caffeine.newBuilder()
                .maximumSize(MOST)
                .expireAfterAccess(KEPT)
                .ticker(ticker::nanos)
                .executor(Runnable::run)
                .build();
    }

    /**
     * Returns the value that counts for a caller; null for none.
     *
     * @param stated the value in the caller's present credential; empty for none, null if it does not say
     */
    @Nullable
    String newest(K caller, @Nullable String stated) {
        if (stated == null) {
            return values.policy().getIfPresentQuietly(caller); // looking does not prolong it
        }
        String before = values.getIfPresent(caller);
        if (stated.isEmpty()) {
            if (before != null) {
                values.invalidate(caller);
            }
            return null;
        }
        if (!stated.equals(before)) {
            values.put(caller, stated);
        }
        return stated;
    }
}
