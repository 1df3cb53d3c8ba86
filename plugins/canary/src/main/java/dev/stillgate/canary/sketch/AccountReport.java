package dev.stillgate.canary.sketch;

import java.util.List;
import java.util.Locale;

/**
 * Result of tracing a leaked text to accounts.
 *
 * @param named the accounts that the text names, most equal values first
 * @param alike answers that several accounts were served word for word
 * @param similar number of other sketches that share at least {@code least} values with the text, all of them common
 * @param least number of equal values that name an account
 * @param log10Chance decimal logarithm of the bound on the probability that an unrelated text names any account
 * @param shingles distinct shingles of the text
 * @param truncated whether the text has more shingles than the limit, so that its end was not compared
 * @param sketches sketches that were compared
 * @param foreign files under another secret, or of another version
 * @param damaged records with an invalid checksum or without an account, which were not compared
 */
public record AccountReport(
        List<Named> named,
        List<Alike> alike,
        long similar,
        int least,
        double log10Chance,
        int shingles,
        boolean truncated,
        long sketches,
        int foreign,
        long damaged) {
    /** Limit on the probability that an unrelated text names any account. */
    public static final double MAX_CHANCE = 1e-9;

    /** Equal values required at least, however few sketches there are, since texts on one question share phrases. */
    private static final int LEAST = 4;

    public AccountReport {
        named = List.copyOf(named);
        alike = List.copyOf(alike);
    }

    /**
     * A named account.
     *
     * @param account the account's id
     * @param values equal values of the best sketch that no other account's sketches have
     * @param log10Chance decimal logarithm of the bound on the probability that any sketch has as many by chance
     * @param answers number of the account's responses found
     * @param first time of the first of them, in seconds since the Unix epoch
     * @param last time of the last of them
     */
    public record Named(String account, int values, double log10Chance, long answers, long first, long last) {
        Named with(Named other) {
            return new Named(
                    account,
                    Math.max(values, other.values),
                    Math.min(log10Chance, other.log10Chance),
                    answers + other.answers,
                    Math.min(first, other.first),
                    Math.max(last, other.last));
        }
    }

    /**
     * A response that several accounts were served.
     *
     * @param accounts some of the accounts, in order of service
     * @param more number of sketches of further accounts
     * @param values equal values
     */
    public record Alike(List<String> accounts, long more, int values) {
        public Alike {
            accounts = List.copyOf(accounts);
        }
    }

    /**
     * Returns the bound on the probability that any of a number of sketches has at least this many values in common
     * with an unrelated text, as a decimal logarithm: sketches x binomial(20, values) x (shingles / 20 / 2^32)^values.
     */
    static double log10Chance(long sketches, int shingles, int values) {
        if (sketches == 0 || shingles == 0) {
            return Double.NEGATIVE_INFINITY;
        }
        double ways = 1;
        for (int i = 0; i < values; i++) {
            ways = ways * (Sketch.BUCKETS - i) / (i + 1);
        }
        double each = (double) shingles / Sketch.BUCKETS / Math.scalb(1.0, Sketch.BITS);
        return Math.log10((double) sketches) + Math.log10(ways) + values * Math.log10(each);
    }

    /** Returns the number of equal values that name an account, so that {@link #MAX_CHANCE} holds. */
    static int least(long sketches, int shingles) {
        int least = LEAST;
        while (least < Sketch.BUCKETS && log10Chance(sketches, shingles, least) > Math.log10(MAX_CHANCE)) {
            least++;
        }
        return least;
    }

    /** Returns a power of ten for people, such as {@code 2e-15}. */
    static String power(double log10) {
        if (log10 < -300) {
            return "0";
        }
        return String.format(Locale.ROOT, "%.0e", Math.pow(10, log10));
    }
}
