package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.tokenbucket.policy.BucketLimits;
import dev.stillgate.tokenbucket.policy.Charge;
import dev.stillgate.tokenbucket.policy.TokenLimit;
import org.jspecify.annotations.Nullable;

/**
 * Counters of the exchanges in flight for the concurrency limits of a bucket, in the order of the limits. A limit that a
 * reload adds counts all exchanges in flight, so each of these gives its place back at its end. Guarded by the monitor of
 * the bucket's {@link BucketSet}.
 */
final class ConcurrencyCounters {
    private int[] inUse;

    /** The adoption with which each counter began. */
    private int[] began;

    private int adoptions;

    private ConcurrencyCounters(int count) {
        inUse = new int[count];
        began = new int[count];
    }

    /** Returns the counters of new limits; null if none of them is of concurrency. */
    static @Nullable ConcurrencyCounters of(BucketLimits limits) {
        return limits.concurrency().length == 0 ? null : new ConcurrencyCounters(limits.concurrency().length);
    }

    /** Returns the counters after a change of limits; null if there never was a limit of concurrency. */
    static @Nullable ConcurrencyCounters adopted(
            @Nullable ConcurrencyCounters before, BucketLimits limits, BucketLimits wanted, int inFlight) {
        if (before == null && wanted.concurrency().length == 0) {
            return null;
        }
        ConcurrencyCounters counters = before == null ? new ConcurrencyCounters(0) : before;
        counters.adopt(limits, wanted, inFlight);
        return counters;
    }

    private void adopt(BucketLimits limits, BucketLimits wanted, int inFlight) {
        int[] inUseBefore = inUse;
        int[] beganBefore = began;
        inUse = new int[wanted.concurrency().length];
        began = new int[inUse.length];
        adoptions++;
        for (int i = 0; i < inUse.length; i++) {
            inUse[i] = inFlight;
            began[i] = adoptions;
            for (int j = 0; j < inUseBefore.length; j++) {
                if (limits.concurrency()[j].name().equals(wanted.concurrency()[i].name())) {
                    inUse[i] = inUseBefore[j];
                    began[i] = beganBefore[j];
                }
            }
        }
    }

    /** Returns the number of changes of limits so far; 0 without counters. */
    static int adoptions(@Nullable ConcurrencyCounters counters) {
        return counters == null ? 0 : counters.adoptions;
    }

    int inUse(int index) {
        return inUse[index];
    }

    void take(BucketLimits limits, Charge charge) {
        for (int i = 0; i < inUse.length; i++) {
            inUse[i] += limits.concurrency()[i].counts(charge) ? 1 : 0;
        }
    }

    /**
     * Gives the places of an exchange back.
     *
     * @param taken the limits under which it took them
     * @param takenAt the {@link #adoptions} at that time
     */
    void settle(BucketLimits limits, Charge charge, BucketLimits taken, int takenAt) {
        for (int i = 0; i < inUse.length; i++) {
            TokenLimit limit = taken.concurrency(limits.concurrency()[i].name());
            boolean holds = began[i] > takenAt || limit == null || limit.counts(charge);
            inUse[i] -= holds ? 1 : 0;
        }
    }
}
