package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.tokenbucket.policy.BucketLimits;
import dev.stillgate.tokenbucket.policy.TokenLimit;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState;
import io.github.bucket4j.TokensInheritanceStrategy;

/**
 * Transition of a bucket to other limits that never adds a token.
 *
 * <ul>
 *   <li>A limit of the same name keeps its tokens, cut to the new capacity, even if its interval changed. This is
 *     {@link TokensInheritanceStrategy#AS_IS}, the only strategy under which no sequence of changes adds a token.
 *   <li>A limit of a new name starts without the largest number of tokens used of any limit with the same measure. If
 *     limits with that measure were removed, it starts with at most the tokens left in any of them, since it may be a
 *     renamed one.
 * </ul>
 *
 * @param before the refilled state under the old limits
 * @param limits the old limits
 * @param wanted the new limits
 */
record Inheritance(BucketState before, BucketLimits limits, BucketLimits wanted) {
    BucketState state(BucketConfiguration configuration, long now) {
        long[] left = new long[wanted.size()];
        for (int i = 0; i < left.length; i++) {
            left[i] = wanted.continues(limits, i) ? 0 : startLevel(wanted.get(i));
        }
        BucketConfiguration starting = wanted.startingWith(limits, left);
        BucketState after =
                Levels.inherit(starting == null ? before : Levels.inherit(before, starting, now), configuration, now);
        for (int i = 0; i < left.length; i++) {
            if (left[i] < 0) {
                Levels.change(after, wanted, i, left[i]); // a Bucket4j bandwidth cannot start below zero
            }
        }
        takeShareOnly(after);
        return after;
    }

    /**
     * When this gateway switches to its share of the limits, leaves the other gateways their shares of the remaining
     * tokens.
     */
    private void takeShareOnly(BucketState after) {
        for (int i = 0; i < limits.size(); i++) {
            int index = wanted.indexOf(limits.get(i));
            if (index >= 0 && wanted.get(index).isShare() && !limits.get(i).isShare()) {
                TokenLimit share = wanted.get(index);
                long own = (long) ((double) before.getCurrentSize(i) * share.capacity() / share.fullCapacity());
                Levels.change(after, wanted, index, Math.min(0, Math.max(0, own) - after.getCurrentSize(index)));
            }
        }
    }

    private long startLevel(TokenLimit added) {
        long mostUsed = 0;
        long leastLeft = added.capacity();
        for (int i = 0; i < limits.size(); i++) {
            TokenLimit limit = limits.get(i);
            long left = Math.min(before.getCurrentSize(i), limit.capacity());
            if (limit.name().equals(added.name())) {
                return Math.min(left, added.capacity());
            }
            if (limit.measure() == added.measure()) {
                mostUsed = Math.max(mostUsed, limit.capacity() - left);
                leastLeft = wanted.indexOf(limit) >= 0 ? leastLeft : Math.min(leastLeft, left);
            }
        }
        return Math.min(leastLeft, added.capacity() - mostUsed);
    }
}
