package dev.stillgate.fingerprint.likeness;

import dev.stillgate.fingerprint.signal.Promise;
import dev.stillgate.fingerprint.stats.BenjaminiHochberg;
import java.util.Arrays;

/**
 * Thresholds of one model.
 *
 * @param close p-value, corrected for the number of models, up to which an account is close
 * @param marked largest p-value in a stratum that is a discovery, 0 if there is none
 * @param proposed largest p-value against all references together that is proposed, 0 if there is none
 * @param near least score of an account that is shown to an operator
 */
record Thresholds(double close, double marked, double proposed, double near) {
    /** Number of the most similar accounts that are shown. */
    private static final int NEAREST = 25;

    /**
     * Returns the thresholds of a model. A proposal is a discovery that is also as rare among all references as their
     * number allows, or as the promise says: a group of accounts is confirmed as a whole, so few may be innocent.
     *
     * @param scores scores of the tested accounts
     * @param inStratum their p-values against the references of their stratum
     * @param overall their p-values against all references
     * @param leastOverall least p-value that all references together allow
     * @param least least score of a confirmed account among the others
     */
    static Thresholds of(
            Promise promise, double[] scores, double[] inStratum, double[] overall, double leastOverall, double least) {
        double[] sorted = scores.clone();
        Arrays.sort(sorted);
        double nearest = sorted.length > NEAREST ? sorted[sorted.length - NEAREST] : 0;
        return new Thresholds(
                promise.close(),
                BenjaminiHochberg.threshold(inStratum, promise.falseDiscoveries()),
                Math.min(
                        BenjaminiHochberg.threshold(overall, promise.falseDiscoveries()),
                        Math.max(promise.close(), leastOverall)),
                Math.max(least, nearest));
    }
}
