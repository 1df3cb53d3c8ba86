package dev.stillgate.fingerprint.holdout;

/**
 * Which members of a trial follow a clock, as scheduled jobs do: they begin at the same minutes of every hour, or at the same
 * minutes of many days. When they meet each other says nothing of who deals out their work. One thread only.
 */
final class ScheduleCheck {
    private static final int FIVE_MINUTES = 300;
    private static final int PARTS_OF_HOUR = 12;
    private static final int TEN_MINUTES = 600;
    private static final int PARTS_OF_DAY = 144;

    /** How many of the last times of day are kept. */
    private static final int KEPT = 16;

    /** How much oftener than by chance a member that follows a clock begins at the same minutes. */
    private static final double OFTENER = 2.5;

    private short[] ofHour;
    private byte[] ofDay;
    private int[] days;
    private int[] last;

    ScheduleCheck(int members) {
        ofHour = new short[members * PARTS_OF_HOUR];
        ofDay = new byte[members * KEPT];
        days = new int[members];
        last = new int[members];
    }

    /**
     * Takes when a conversation begins. What is begun at once counts once.
     *
     * @param second of the epoch
     */
    void add(int member, int second) {
        if (second / FIVE_MINUTES != last[member] / FIVE_MINUTES) {
            int place = member * PARTS_OF_HOUR + second / FIVE_MINUTES % PARTS_OF_HOUR;
            ofHour[place] = (short) Math.min(Short.MAX_VALUE, ofHour[place] + 1);
        }
        if (second / TEN_MINUTES != last[member] / TEN_MINUTES) {
            ofDay[member * KEPT + days[member]++ % KEPT] = (byte) (second / TEN_MINUTES % PARTS_OF_DAY);
        }
        last[member] = second;
    }

    /** Returns whether a member follows a clock. */
    boolean isOne(int member) {
        return isHourly(member) || isDaily(member);
    }

    private boolean isHourly(int member) {
        double all = 0;
        double same = 0;
        for (int part = 0; part < PARTS_OF_HOUR; part++) {
            double count = ofHour[member * PARTS_OF_HOUR + part];
            all += count;
            same += count * (count - 1) / 2;
        }
        return isOftener(same, all * (all - 1) / 2 / PARTS_OF_HOUR);
    }

    /** Compares with the times in the same hour, since whoever works at all does so at hours of his own. */
    private boolean isDaily(int member) {
        int from = member * KEPT;
        int to = from + Math.min(KEPT, days[member]);
        int hour = 0;
        int same = 0;
        for (int one = from; one < to; one++) {
            for (int other = from; other < one; other++) {
                same += ofDay[one] == ofDay[other] ? 1 : 0;
                hour += (ofDay[one] & 0xff) / 6 == (ofDay[other] & 0xff) / 6 ? 1 : 0;
            }
        }
        return isOftener(same, hour / 6.0);
    }

    private static boolean isOftener(double same, double chance) {
        return same
                > OFTENER * chance + Math.min(3, 3 * Math.sqrt(chance)); // three of three in an hour, four of four days
    }

    /**
     * Makes room for more members.
     *
     * @param to the place that each of those there were has from here on
     */
    void grow(int members, int[] to) {
        ScheduleCheck more = new ScheduleCheck(members);
        for (int old = 0; old < to.length; old++) {
            System.arraycopy(ofHour, old * PARTS_OF_HOUR, more.ofHour, to[old] * PARTS_OF_HOUR, PARTS_OF_HOUR);
            System.arraycopy(ofDay, old * KEPT, more.ofDay, to[old] * KEPT, KEPT);
            more.days[to[old]] = days[old];
            more.last[to[old]] = last[old];
        }
        ofHour = more.ofHour;
        ofDay = more.ofDay;
        days = more.days;
        last = more.last;
    }
}
