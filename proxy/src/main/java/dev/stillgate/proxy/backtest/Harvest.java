package dev.stillgate.proxy.backtest;

import java.util.Arrays;

/**
 * Exchanges and harvested exchanges of a campaign per minute since its first exchange. This gives the harvested
 * fraction of any period without storing exchanges.
 */
final class Harvest {
    /** The number of days over which campaigns are compared. */
    static final int DAYS = 44;

    private static final long MINUTE = 60_000;
    private static final long DAY = 1_440 * MINUTE;

    private int[] exchanges = new int[64];
    private int[] harvested = new int[64];
    private long first = -1;
    private long last;

    /**
     * Adds an exchange. Exchanges must be added in chronological order.
     *
     * @param whole whether the campaign got the response whole, at full pace and unmarked
     */
    void add(long ts, boolean whole) {
        if (first < 0) {
            first = ts;
        }
        last = ts;
        int minute = Math.toIntExact((ts - first) / MINUTE);
        if (minute >= exchanges.length) {
            int length = Math.max(minute + 1, exchanges.length * 2);
            exchanges = Arrays.copyOf(exchanges, length);
            harvested = Arrays.copyOf(harvested, length);
        }
        exchanges[minute]++;
        harvested[minute] += whole ? 1 : 0;
    }

    long exchanges() {
        return sum(exchanges, 0, exchanges.length);
    }

    /** Returns the harvested fraction of all exchanges, NaN when there is none. */
    double fraction() {
        return share(0, exchanges.length);
    }

    /**
     * Returns the fraction harvested in 44 days, extrapolated at the rate of the last quarter of the campaign, which is
     * at least one day: {@code (h + r v (44 - d)) / (44 v)}. For a campaign of 44 days or more, returns the fraction of
     * the first 44.
     */
    double fraction44d() {
        double days = (last - first) / (double) DAY;
        if (days >= DAYS) {
            return share(0, (int) (DAYS * DAY / MINUTE));
        }
        double part = days / DAYS;
        return part * fraction() + (1 - part) * recentFraction();
    }

    private double recentFraction() {
        long window = Math.max((last - first) / 4, DAY);
        long since = Math.max(last - window - first, 0);
        return share((int) (since / MINUTE), exchanges.length);
    }

    private double share(int from, int to) {
        long all = sum(exchanges, from, to);
        return all == 0 ? Double.NaN : (double) sum(harvested, from, to) / all;
    }

    private static long sum(int[] counts, int from, int to) {
        long sum = 0;
        for (int i = from; i < Math.min(to, counts.length); i++) {
            sum += counts[i];
        }
        return sum;
    }
}
