package dev.stillgate.fingerprint.stats;

/** Rule by which a value is rare: with 95 % confidence at most 1 % of all customers have it. */
public final class RareShare {
    /** Largest share of customers with a rare value. */
    public static final double MOST = 0.01;

    /** Confidence of the bound of a share. */
    public static final double CONFIDENCE = 0.95;

    /** Least number of known customers that can bound a share: 0.99^n must be at most 0.05. */
    public static final int LEAST_KNOWN = (int) Math.ceil(Math.log(1 - CONFIDENCE) / Math.log1p(-MOST));

    private RareShare() {}

    /** Returns whether a value is rare if some of the known customers have it. */
    public static boolean isRare(int carriers, int known) {
        return known >= LEAST_KNOWN
                && carriers <= MOST * known
                && Binomial.upperBound(carriers, known, CONFIDENCE) <= MOST;
    }
}
