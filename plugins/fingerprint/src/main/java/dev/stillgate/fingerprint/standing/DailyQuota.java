package dev.stillgate.fingerprint.standing;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/** Daily quota of requests of an account, by days in UTC. Thread-safe. */
public final class DailyQuota {
    private static final long DAY = 86_400_000;
    private final int limit;

    @GuardedBy("this")
    private long day = -1;

    @GuardedBy("this")
    private int taken;

    /**
     * Creates an unused quota.
     *
     * @param limit requests a day, at least 1
     */
    public DailyQuota(int limit) {
        this.limit = Math.max(1, limit);
    }

    public int limit() {
        return limit;
    }

    /**
     * Restores a quota.
     *
     * @param day day since the epoch on which it was last used
     * @param taken requests on that day
     */
    public DailyQuota(int limit, long day, int taken) {
        this(limit);
        this.day = day;
        this.taken = Math.clamp(taken, 0, this.limit);
    }

    /** Returns the day since the epoch on which the quota was last used, -1 for none. */
    public synchronized long day() {
        return day;
    }

    /** Returns the number of requests on {@link #day}. */
    public synchronized int taken() {
        return taken;
    }

    /** Counts a request that another gateway let through. */
    public void charge(long millis) {
        take(1, millis);
    }

    /** Merges the count of another gateway's copy of this quota: the later day, and on one day the larger count. */
    public synchronized void merge(DailyQuota other) {
        long otherDay = other.day();
        int otherTaken = other.taken();
        if (otherDay > day) {
            day = otherDay;
            taken = 0;
        }
        if (otherDay == day) {
            taken = Math.max(taken, Math.min(otherTaken, limit));
        }
    }

    /**
     * Counts requests if they fit into the quota, and returns whether they did. A clock that is set back does not renew
     * the quota.
     */
    public synchronized boolean take(int requests, long millis) {
        long today = Math.floorDiv(millis, DAY);
        if (today > day) {
            day = today;
            taken = 0;
        }
        if (requests > limit - taken) {
            return false;
        }
        taken += requests;
        return true;
    }
}
