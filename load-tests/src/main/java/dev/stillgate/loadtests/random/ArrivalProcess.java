package dev.stillgate.loadtests.random;

/**
 * Arrival times: a renewal process with gamma-distributed gaps in the active time of a rhythm. The coefficient of
 * variation of the gaps measures burstiness: 1 for a Poisson process, far below 1 for a paced machine. Real API clients
 * have a median of 1.4 and a 90th percentile of 7.
 */
public final class ArrivalProcess {
    private static final double MEDIAN_CV = 1.4;
    private static final double CV_SIGMA = 1.26; // for a 90th percentile of 7
    private static final double MAX_CV = 12;

    private final Dice dice;
    private final Rhythm rhythm;
    private final double meanHours;
    private final double shape;

    /**
     * Creates an arrival process.
     *
     * @param perDay mean number of arrivals a day
     * @param cv coefficient of variation of the gaps
     */
    public ArrivalProcess(Dice dice, Rhythm rhythm, double perDay, double cv) {
        this.dice = dice;
        this.rhythm = rhythm;
        this.meanHours = 24 / perDay;
        this.shape = 1 / (cv * cv);
    }

    /** Draws the coefficient of variation of an honest client. */
    public static double honestCv(Dice dice) {
        return Math.min(MAX_CV, Math.max(0.8, dice.logNormal(MEDIAN_CV, CV_SIGMA)));
    }

    /** Returns the first arrival after a time that is independent of the process. */
    public long first(long from) {
        return rhythm.after(from, dice.exponential() * meanHours);
    }

    /** Returns the arrival after one. */
    public long next(long from) {
        return rhythm.after(from, dice.gamma(shape) / shape * meanHours);
    }
}
