package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.tokenbucket.policy.BucketLimits;
import dev.stillgate.tokenbucket.policy.Charge;
import dev.stillgate.tokenbucket.policy.ReachedShare;
import dev.stillgate.tokenbucket.policy.Shares;
import dev.stillgate.tokenbucket.policy.TokenLimit;
import org.jspecify.annotations.Nullable;

/**
 * The shares of limits that the use of one bucket has reached. Reservations of exchanges in flight do not count as use.
 * A share that use falls below and reaches again is passed on again; {@link ShareNotices} knows it. Guarded by the
 * monitor of the bucket.
 */
final class ShareWatch {
    private final long[] reserved;
    private final int[] reached;
    private final boolean[] refused;

    private ShareWatch(int limits) {
        this.reserved = new long[limits];
        this.reached = new int[limits];
        this.refused = new boolean[limits];
    }

    /** Returns the watch of a new bucket; null if no limit has shares to report. */
    @Nullable
    static ShareWatch of(BucketLimits limits) {
        return limits.reportsShares() ? new ShareWatch(limits.size()) : null;
    }

    /**
     * Returns the watch after a change of limits, with the reservations of exchanges in flight.
     *
     * @param watch the watch before; null if there was none
     * @param before the limits before
     */
    static @Nullable ShareWatch adopted(@Nullable ShareWatch watch, BucketLimits before, BucketLimits wanted) {
        ShareWatch next = of(wanted);
        if (next != null && watch != null) {
            for (int i = 0; i < wanted.size(); i++) {
                int index = before.indexOf(wanted.get(i));
                next.reserved[i] = index < 0 ? 0 : watch.reserved[index];
            }
        }
        return next;
    }

    /** Adds reserved units of an exchange; a negative number ends a reservation. */
    void reserve(int index, long units) {
        reserved[index] = Math.max(0, reserved[index] + units);
    }

    /** Adds the newly reached shares of all limits to a charge. */
    void settled(Bucket bucket, Charge charge) {
        for (int i = 0; i < reserved.length; i++) {
            Shares shares = bucket.limits().get(i).shares();
            if (shares != null) {
                long used = used(bucket, i);
                int now = shares.reached(used);
                if (now > reached[i]) {
                    charge.reach(new ReachedShare(bucket.limits().get(i), reached[i], now, used, bucket.key(), null));
                }
                reached[i] = now;
                refused[i] = false;
            }
        }
    }

    /**
     * Adds the share of the whole capacity to a charge that was refused, if it would not fit after the end of all
     * exchanges in flight either. Nine tenths must be used, and the account must not be a claim that may be forged.
     */
    void refused(Bucket bucket, int index, long wanted, Charge charge) {
        TokenLimit limit = bucket.limits().get(index);
        Shares shares = limit.shares();
        long used = used(bucket, index);
        boolean isSpent = used + wanted > limit.capacity() && used >= limit.capacity() - limit.capacity() / 10;
        boolean mayBeForged = charge.claimed && !charge.proven;
        if (shares != null && shares.hasWhole() && !refused[index] && isSpent && !mayBeForged) {
            refused[index] = true;
            charge.reach(new ReachedShare(limit, shares.count() - 1, shares.count(), used, bucket.key(), null));
        }
    }

    private long used(Bucket bucket, int index) {
        return bucket.limits().get(index).capacity() - bucket.level(index) - reserved[index];
    }
}
