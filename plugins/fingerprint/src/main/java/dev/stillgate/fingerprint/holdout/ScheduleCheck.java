package dev.stillgate.fingerprint.holdout;

/**
 * Detects scheduled jobs: members whose conversations begin at the same minutes of every hour, or of many days. Their
 * coincidences do not count as evidence of dispatch. Not thread-safe.
 */
final class ScheduleCheck {
    private static final int FIVE_MINUTES = 300;
    private static final int PARTS_OF_HOUR = 12;
    private static final int TEN_MINUTES = 600;
    private static final int PARTS_OF_DAY = 144;

    /** Number of recent times of day that are kept for a member. */
    private static final int TIMES_KEPT = 16;

    /** Least ratio of coincidences to those by chance for a scheduled job. */
    private static final double MIN_RATIO = 2.5;

    private short[] hourCounts;
    private byte[] timesOfDay;
    private int[] timesSeen;
    private int[] lastSecond;

    ScheduleCheck(int members) {
        hourCounts = new short[members * PARTS_OF_HOUR];
        timesOfDay = new byte[members * TIMES_KEPT];
        timesSeen = new int[members];
        lastSecond = new int[members];
    }

    /**
     * Records a conversation start. Several starts in one interval count once.
     *
     * @param second of the epoch
     */
    void add(int memberIndex, int second) {
        if (second / FIVE_MINUTES != lastSecond[memberIndex] / FIVE_MINUTES) {
            int index = memberIndex * PARTS_OF_HOUR + second / FIVE_MINUTES % PARTS_OF_HOUR;
            hourCounts[index] = (short) Math.min(Short.MAX_VALUE, hourCounts[index] + 1);
        }
        if (second / TEN_MINUTES != lastSecond[memberIndex] / TEN_MINUTES) {
            timesOfDay[memberIndex * TIMES_KEPT + timesSeen[memberIndex]++ % TIMES_KEPT] =
                    (byte) (second / TEN_MINUTES % PARTS_OF_DAY);
        }
        lastSecond[memberIndex] = second;
    }

    /** Returns whether a member is a scheduled job. */
    boolean isScheduled(int memberIndex) {
        return isHourly(memberIndex) || isDaily(memberIndex);
    }

    private boolean isHourly(int memberIndex) {
        double all = 0;
        double same = 0;
        for (int part = 0; part < PARTS_OF_HOUR; part++) {
            double count = hourCounts[memberIndex * PARTS_OF_HOUR + part];
            all += count;
            same += count * (count - 1) / 2;
        }
        return exceedsChance(same, all * (all - 1) / 2 / PARTS_OF_HOUR);
    }

    /**
     * Compares coincidences within ten minutes to those within the same hour, since every account has its own working
     * hours.
     */
    private boolean isDaily(int memberIndex) {
        int from = memberIndex * TIMES_KEPT;
        int to = from + Math.min(TIMES_KEPT, timesSeen[memberIndex]);
        int hour = 0;
        int same = 0;
        for (int one = from; one < to; one++) {
            for (int other = from; other < one; other++) {
                same += timesOfDay[one] == timesOfDay[other] ? 1 : 0;
                hour += (timesOfDay[one] & 0xff) / 6 == (timesOfDay[other] & 0xff) / 6 ? 1 : 0;
            }
        }
        return exceedsChance(same, hour / 6.0);
    }

    private static boolean exceedsChance(double same, double expected) {
        return same
                > MIN_RATIO * expected
                        + Math.min(3, 3 * Math.sqrt(expected)); // e.g. three of three in an hour, four of four days
    }

    /**
     * Adds members.
     *
     * @param members new number of members
     * @param newIndexes new index of each present member
     */
    void grow(int members, int[] newIndexes) {
        ScheduleCheck more = new ScheduleCheck(members);
        for (int oldIndex = 0; oldIndex < newIndexes.length; oldIndex++) {
            System.arraycopy(
                    hourCounts,
                    oldIndex * PARTS_OF_HOUR,
                    more.hourCounts,
                    newIndexes[oldIndex] * PARTS_OF_HOUR,
                    PARTS_OF_HOUR);
            System.arraycopy(
                    timesOfDay, oldIndex * TIMES_KEPT, more.timesOfDay, newIndexes[oldIndex] * TIMES_KEPT, TIMES_KEPT);
            more.timesSeen[newIndexes[oldIndex]] = timesSeen[oldIndex];
            more.lastSecond[newIndexes[oldIndex]] = lastSecond[oldIndex];
        }
        hourCounts = more.hourCounts;
        timesOfDay = more.timesOfDay;
        timesSeen = more.timesSeen;
        lastSecond = more.lastSecond;
    }
}
