package dev.stillgate.loadtests.random;

/**
 * Weekly activity profile in a time zone. Maps clock time to active time, in which arrival processes run, so that
 * nights and weekends stretch their gaps. Thread-safe.
 */
public final class Rhythm {
    private static final long HOUR = 3_600_000;
    private static final int HOURS = 168;
    // Weeks are counted from the epoch, which was a Thursday.
    private static final int SATURDAY = 2;
    private static final int SUNDAY = 3;

    /** The shape of a week. */
    public enum Kind {
        /** People at work. */
        OFFICE,
        /** People at home: evenings and weekends. */
        LEISURE,
        /** Pupils and students: afternoons, evenings and Sundays. */
        STUDY,
        /** The users of a product, at all hours. */
        PUBLIC,
        /** Jobs that start at night. */
        NIGHT,
        /** Machines. */
        FLAT
    }

    private final double[] cumulative = new double[HOURS + 1];
    private final long offset;

    /** @param zone hours east of Greenwich */
    public Rhythm(Kind kind, double zone) {
        this.offset = Math.round(zone * HOUR);
        for (int i = 0; i < HOURS; i++) {
            int day = i / 24;
            cumulative[i + 1] = cumulative[i] + level(kind, i % 24, day == SATURDAY || day == SUNDAY, day == SUNDAY);
        }
        double scale = HOURS / cumulative[HOURS];
        for (int i = 1; i <= HOURS; i++) {
            cumulative[i] *= scale;
        }
    }

    private static double level(Kind kind, int hour, boolean weekend, boolean sunday) {
        return switch (kind) {
            case OFFICE ->
                bump(hour, 10.5, 2.2, 1) * (weekend ? 0.12 : 1) + bump(hour, 15, 2.2, 1) * (weekend ? 0.12 : 1) + 0.02;
            case LEISURE -> bump(hour, 20.5, 2.6, 1) + bump(hour, 13, 3, weekend ? 0.8 : 0.3) + 0.02;
            case STUDY -> bump(hour, 16.5, 2.5, weekend ? 0.5 : 1) + bump(hour, 21, 2, sunday ? 1.2 : 0.7) + 0.01;
            case PUBLIC -> bump(hour, 11, 4, 1) + bump(hour, 19, 4, weekend ? 1.1 : 0.9) + 0.12;
            case NIGHT -> bump(hour, 2, 1.5, 1) + 0.02;
            case FLAT -> 1;
        };
    }

    private static double bump(int hour, double centre, double width, double height) {
        double apart = Math.abs(hour + 0.5 - centre);
        double z = Math.min(apart, 24 - apart) / width;
        return height * Math.exp(-z * z / 2);
    }

    /** Returns the time after a number of active hours, at least a millisecond later. */
    public long after(long from, double hours) {
        long local = from + offset;
        long week = Math.floorDiv(local, HOURS * HOUR);
        double at = (local - week * HOURS * HOUR) / (double) HOUR;
        double due = toActive(at) + hours;
        double weeks = Math.floor(due / HOURS);
        long then = (long) ((weeks * HOURS + toClock(due - weeks * HOURS)) * HOUR);
        return Math.max(from + 1, week * HOURS * HOUR + then - offset);
    }

    private double toActive(double hour) {
        int whole = Math.min((int) hour, HOURS - 1);
        return cumulative[whole] + (hour - whole) * (cumulative[whole + 1] - cumulative[whole]);
    }

    private double toClock(double active) {
        int low = 0;
        int high = HOURS - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (cumulative[middle] <= active) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low + (active - cumulative[low]) / (cumulative[low + 1] - cumulative[low]);
    }
}
