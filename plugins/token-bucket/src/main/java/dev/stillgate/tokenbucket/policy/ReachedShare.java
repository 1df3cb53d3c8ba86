package dev.stillgate.tokenbucket.policy;

import org.jspecify.annotations.Nullable;

/**
 * Shares of a limit that the use of one bucket has reached.
 *
 * @param limit a limit with {@link TokenLimit#shares}
 * @param first the index of the first reached share
 * @param end the index behind the last reached share
 * @param used the used units of the limit
 * @param key the key of the bucket
 * @param pool the pool that the bucket belongs to; null for other owners
 */
public record ReachedShare(
        TokenLimit limit,
        int first,
        int end,
        long used,
        int key,
        @Nullable String pool) {
    /** Returns the same for a bucket of a pool. */
    public ReachedShare of(@Nullable String owner) {
        return new ReachedShare(limit, first, end, used, key, owner);
    }
}
