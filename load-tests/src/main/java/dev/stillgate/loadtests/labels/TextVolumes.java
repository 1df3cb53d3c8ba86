package dev.stillgate.loadtests.labels;

import dev.stillgate.proxy.backtest.TextVolume;
import java.util.Arrays;

/**
 * Output tokens that a campaign asked for, refused, marked and free, per minute since its first request. This gives the
 * shares of any period without storing requests. Not thread-safe.
 */
final class TextVolumes {
    /** The number of days over which campaigns are compared. */
    static final int DAYS = 44;

    private static final long MINUTE = 60_000;
    private static final long DAY = 1_440 * MINUTE;

    private long[] refused = new long[64];
    private long[] marked = new long[64];
    private long[] free = new long[64];
    private long requests;
    private long first = -1;
    private long last;

    /**
     * Adds a request and its text.
     *
     * @param ts when the request began, in milliseconds since the epoch; a time before that of the first request counts
     *     as the first minute
     * @param text the text that it asked for
     */
    void add(long ts, TextVolume text) {
        if (first < 0) {
            first = ts;
            last = ts;
        }
        last = Math.max(last, ts);
        int minute = Math.toIntExact(Math.max(0, ts - first) / MINUTE);
        if (minute >= free.length) {
            int length = Math.max(minute + 1, free.length * 2);
            refused = Arrays.copyOf(refused, length);
            marked = Arrays.copyOf(marked, length);
            free = Arrays.copyOf(free, length);
        }
        refused[minute] += text.refused();
        marked[minute] += text.marked();
        free[minute] += text.free();
        requests++;
    }

    /** Returns the number of requests. */
    long requests() {
        return requests;
    }

    /** Returns the time of the first request in milliseconds since the epoch, -1 if there is none. */
    long firstMillis() {
        return first;
    }

    /** Returns the text of all requests. */
    TextVolume total() {
        return between(0, free.length);
    }

    /** Returns the shares over all requests. */
    TextShares shares() {
        return TextShares.of(total());
    }

    /** Returns the shares over all requests that began at least some milliseconds after the first one. */
    TextShares sharesAfter(long millis) {
        return TextShares.of(between((int) Math.min(millis / MINUTE, free.length), free.length));
    }

    /**
     * Returns the shares over 44 days, extrapolated with the shares of the last quarter of the campaign, which is at
     * least one day. The volume of the remaining days is the mean of the days so far: {@code (t + r v (44 - d)) / (44
     * v)} for t tokens of v a day in d days, and a recent share of r. For a campaign of 44 days or more, returns the
     * shares of the first 44.
     */
    TextShares shares44d() {
        double days = (last - first) / (double) DAY;
        if (days >= DAYS) {
            return TextShares.of(between(0, (int) (DAYS * DAY / MINUTE)));
        }
        TextShares all = shares();
        TextShares recent = recent();
        return recent.isNone() ? all : all.mixed(days / DAYS, recent);
    }

    private TextShares recent() {
        long window = Math.max((last - first) / 4, DAY);
        return sharesAfter(Math.max(last - window - first, 0));
    }

    private TextVolume between(int from, int to) {
        return new TextVolume(sum(refused, from, to), sum(marked, from, to), sum(free, from, to));
    }

    private static long sum(long[] tokens, int from, int to) {
        long sum = 0;
        for (int i = from; i < Math.min(to, tokens.length); i++) {
            sum += tokens[i];
        }
        return sum;
    }
}
