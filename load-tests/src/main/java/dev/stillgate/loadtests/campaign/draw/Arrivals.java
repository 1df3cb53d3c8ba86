package dev.stillgate.loadtests.campaign.draw;

/**
 * When somebody comes: a renewal process with gamma gaps in the time of his rhythm. The coefficient of variation of the
 * gaps says how bursty it is: 1 is chance, real API clients have a median of 1.4 and one in ten above 7, and a
 * machine that paces itself is far below 1.
 */
public final class Arrivals {
    private static final double MEDIAN_CV = 1.4;
    private static final double CV_SIGMA = 1.26; // puts the top decile above 7
    private static final double LARGEST_CV = 12;

    private final Dice dice;
    private final Rhythm rhythm;
    private final double meanHours;
    private final double shape;

    /** Comes a number of times a day on average. */
    public Arrivals(Dice dice, Rhythm rhythm, double perDay, double cv) {
        this.dice = dice;
        this.rhythm = rhythm;
        this.meanHours = 24 / perDay;
        this.shape = 1 / (cv * cv);
    }

    /** Draws how bursty an honest client is. */
    public static double honestCv(Dice dice) {
        return Math.min(LARGEST_CV, Math.max(0.8, dice.logNormal(MEDIAN_CV, CV_SIGMA)));
    }

    /** Returns the first arrival after a time at which nobody looks: as likely in one place of a gap as in another. */
    public long first(long from) {
        return rhythm.after(from, dice.exponential() * meanHours);
    }

    /** Returns the next arrival. */
    public long next(long from) {
        return rhythm.after(from, dice.gamma(shape) / shape * meanHours);
    }
}
