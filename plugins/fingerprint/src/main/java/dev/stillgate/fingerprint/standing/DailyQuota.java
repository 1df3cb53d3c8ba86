package dev.stillgate.fingerprint.standing;

/** How many requests an account may still make today (UTC). Safe for any thread. */
public final class DailyQuota {
    private static final long DAY = 86_400_000;
    private final int limit;
    private long day = -1;
    private int taken;

    /**
     * A quota.
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
     * A quota of which something was used.
     *
     * @param day the day of the epoch on which it was used
     */
    public DailyQuota(int limit, long day, int taken) {
        this(limit);
        this.day = day;
        this.taken = Math.clamp(taken, 0, this.limit);
    }

    /** Returns the last day of the epoch on which something was used, -1 for none. */
    public synchronized long day() {
        return day;
    }

    /** Returns how much was used on that day. */
    public synchronized int taken() {
        return taken;
    }

    /** Notes a request that another gateway let through. */
    public void charge(long millis) {
        take(1, millis);
    }

    /** Notes what a copy of this quota, kept by another gateway, says was used. */
    public synchronized void raise(DailyQuota copy) {
        long theirs = copy.day();
        int used = copy.taken();
        if (theirs > day) {
            day = theirs;
            taken = 0;
        }
        if (theirs == day) {
            taken = Math.max(taken, Math.min(used, limit));
        }
    }

    /** Takes requests; returns whether there were so many left. A clock that goes back does not give a used day again. */
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
