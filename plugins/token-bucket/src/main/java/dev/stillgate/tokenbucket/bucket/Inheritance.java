package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.tokenbucket.policy.PartLimits;
import dev.stillgate.tokenbucket.policy.TokenLimit;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState64BitsInteger;
import io.github.bucket4j.TokensInheritanceStrategy;

/**
 * How a bucket goes over to other limits without a token added. A limit that was there before keeps its tokens, cut to
 * the new capacity ({@link TokensInheritanceStrategy#AS_IS}: the only one under which no sequence of changes ever adds
 * a token). A limit with the same name whose interval changed does too. A limit of a new name starts without what is
 * known to have been used, which is the largest deficit among the limits of its measure; and when limits of its measure
 * are gone, with no more than was left of any of those, since it may be one of them with another name.
 *
 * @param before what was left, at the time of going over
 * @param limits the limits until then
 * @param wanted the limits from then on
 */
record Inheritance(BucketState64BitsInteger before, PartLimits limits, PartLimits wanted) {
    /** Returns the state under the new limits. */
    BucketState64BitsInteger state(BucketConfiguration configuration, long now) {
        long[] left = new long[wanted.size()];
        for (int i = 0; i < left.length; i++) {
            left[i] = wanted.continues(limits, i) ? 0 : knownLeft(wanted.get(i));
        }
        BucketConfiguration starting = wanted.startingWith(limits, left);
        BucketState64BitsInteger after =
                inherit(starting == null ? before : inherit(before, starting, now), configuration, now);
        for (int i = 0; i < left.length; i++) {
            if (left[i] < 0) {
                BandwidthCells.consume(after, i, -left[i]); // a bandwidth cannot start with a debt
            }
        }
        takePartOnly(after);
        return after;
    }

    private static BucketState64BitsInteger inherit(
            BucketState64BitsInteger from, BucketConfiguration configuration, long now) {
        return (BucketState64BitsInteger)
                from.replaceConfiguration(configuration, TokensInheritanceStrategy.AS_IS, now);
    }

    /** Leaves the other gateways their part of what was left, when this one goes over to its part of the limits. */
    private void takePartOnly(BucketState64BitsInteger after) {
        for (int i = 0; i < limits.size(); i++) {
            int index = wanted.indexOf(limits.get(i));
            if (index >= 0 && wanted.get(index).isPart() && !limits.get(i).isPart()) {
                TokenLimit part = wanted.get(index);
                long own = (long) ((double) before.getCurrentSize(i) * part.capacity() / part.largest());
                BandwidthCells.consume(after, index, Math.max(0, after.getCurrentSize(index) - Math.max(0, own)));
            }
        }
    }

    private long knownLeft(TokenLimit added) {
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
