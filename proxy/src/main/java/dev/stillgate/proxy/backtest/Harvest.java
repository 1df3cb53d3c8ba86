package dev.stillgate.proxy.backtest;

import java.util.Arrays;

/**
 * What a campaign has harvested, minute by minute from its first exchange: enough to tell the share of any part of its
 * time without keeping an exchange.
 */
final class Harvest {
    /** The days over which campaigns are compared. */
    static final int DAYS = 44;

    private static final long MINUTE = 60_000;
    private static final long DAY = 1_440 * MINUTE;

    private int[] exchanges = new int[64];
    private int[] harvested = new int[64];
    private long first = -1;
    private long last;

    /** Takes an exchange, none of which comes before the one taken last. */
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

    /** Returns the share of all exchanges that was harvested, NaN when there is none. */
    double fraction() {
        return share(0, exchanges.length);
    }

    /**
     * Returns the share that would be harvested in 44 days if the campaign went on as in the last quarter of its time, at
     * least a day: {@code (h + r v (44 - d)) / (44 v)}. Of a campaign of 44 days or more, the share of the first 44.
     */
    double fraction44d() {
        double days = (last - first) / (double) DAY;
        if (days >= DAYS) {
            return share(0, (int) (DAYS * DAY / MINUTE));
        }
        double part = days / DAYS;
        return part * fraction() + (1 - part) * lately();
    }

    private double lately() {
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
