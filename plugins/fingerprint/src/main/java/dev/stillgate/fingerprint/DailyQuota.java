package dev.stillgate.fingerprint;

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

    /** Takes requests; returns whether there were so many left. A clock that goes back does not give a used day again. */
    synchronized boolean take(int requests, long millis) {
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
