package dev.stillgate.fingerprint.standing;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/** Limits on the joins of one standing order, as functions of its records. */
public final class JoinGuards {
    /** Joins of an hour that are always accepted: a campaign's first hour has no weekly mean. */
    static final int LEAST_AN_HOUR = 5;

    /** Joins of an hour, as a multiple of the hourly mean of the last week. */
    static final int TIMES_THE_MEAN = 3;

    /** Judged joiners, the latest, among which refuted ones suspend the order. */
    static final int JUDGED = 30;

    /** Refuted joiners that suspend the order: one in ten of those judged. */
    static final int REFUTED = 3;

    /** One joiner in this many is released because it was verified; campaigns verify accounts too. */
    static final int JOINED_FOR_A_RELEASE = 10;

    /** Time after which an account in excess of the rate may be pooled: its queue is reviewed once a day. */
    static final long EXCESS_WAITS_MILLIS = Duration.ofDays(1).toMillis();

    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final long WEEK = Duration.ofDays(7).toMillis();
    private static final long HOURS_OF_A_WEEK = WEEK / HOUR;

    private JoinGuards() {}

    /** Counter of the joins that an order accepts; joins come in the order of their time. Not thread-safe. */
    static final class Rate {
        private final Deque<Long> hour = new ArrayDeque<>();
        private final Deque<Long> week = new ArrayDeque<>();

        /** Returns whether a join at a time, in milliseconds since the epoch, is within the rate, and counts it if so. */
        boolean accepts(long at) {
            forget(hour, at - HOUR);
            forget(week, at - WEEK);
            boolean accepts = hour.size() < limit(week.size());
            if (accepts) {
                hour.add(at);
                week.add(at);
            }
            return accepts;
        }

        /** Returns the number of joins that are accepted in the hour after a time. */
        long limitAfter(long at) {
            return limit(countAfter(week, at - WEEK));
        }

        /** Returns the number of joins that are accepted at a time. */
        long freeAt(long at) {
            return limitAfter(at) - countAfter(hour, at - HOUR);
        }

        private static long countAfter(Deque<Long> times, long since) {
            return times.stream().filter(time -> time > since).count();
        }

        private static long limit(long joinsOfTheWeek) {
            return Math.max(LEAST_AN_HOUR, TIMES_THE_MEAN * joinsOfTheWeek / HOURS_OF_A_WEEK);
        }

        private static void forget(Deque<Long> times, long until) {
            while (!times.isEmpty() && times.peek() <= until) {
                times.poll();
            }
        }
    }

    /** Returns whether refuted joiners suspend an order. */
    static boolean suspends(List<Label> judged) {
        List<Label> latest = new ArrayList<>(judged);
        latest.sort(Comparator.comparing((Label label) -> label.order().rank()).reversed());
        return latest.stream()
                        .limit(JUDGED)
                        .filter(label -> label.kind() != LabelKind.CONFIRMED)
                        .count()
                >= REFUTED;
    }

    /** Returns whether one more joiner may be released because it was verified. */
    public static boolean mayRelease(int joined, int released) {
        return JOINED_FOR_A_RELEASE * released < joined;
    }
}
