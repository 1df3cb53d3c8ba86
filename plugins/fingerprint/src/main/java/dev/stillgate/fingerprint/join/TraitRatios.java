package dev.stillgate.fingerprint.join;

import dev.stillgate.fingerprint.stats.RareShare;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/**
 * Likelihood ratios of the values of one trait. A value that two confirmed accounts have is a category of its own; all
 * other values are one category, whose share among future accounts of the campaign is estimated by the share of confirmed
 * accounts with a value of their own (I. J. Good, "The population frequencies of species and the estimation of population
 * parameters", 1953). Shares of the confirmed are shrunk to those of the background with the mass of one account
 * (m-estimate: B. Cestnik, "Estimating probabilities: a crucial task in machine learning", 1990).
 */
final class TraitRatios {
    /** Least number of confirmed accounts with a value for a category of its own. */
    private static final int LEAST_SHARING = 2;

    /** Mass of the background's share among the confirmed, in accounts. */
    private static final double PRIOR = 1;

    /** Shared values, ascending, then the category of all others, as positions of the arrays below. */
    private final int[] shared;

    private final double[] campaign;
    private final double[] background;
    private final double[] logRatios;

    /** @param value value of an account, {@link JoinTrait#UNKNOWN} for none */
    TraitRatios(
            ToIntFunction<JoinAccount> value, Collection<JoinAccount> confirmed, Collection<JoinAccount> references) {
        Map<Integer, Integer> counts = new TreeMap<>();
        int known = 0;
        for (JoinAccount account : confirmed) {
            int own = value.applyAsInt(account);
            if (own != JoinTrait.UNKNOWN) {
                counts.merge(own, 1, Integer::sum);
                known++;
            }
        }
        shared = counts.entrySet().stream()
                .filter(entry -> entry.getValue() >= LEAST_SHARING)
                .mapToInt(Map.Entry::getKey)
                .toArray();
        int[] carriers = new int[shared.length + 1];
        int total = 0;
        for (JoinAccount account : references) {
            int own = value.applyAsInt(account);
            if (own != JoinTrait.UNKNOWN) {
                carriers[category(own)]++;
                total++;
            }
        }
        campaign = new double[carriers.length];
        background = new double[carriers.length];
        logRatios = new double[carriers.length];
        int others = known;
        for (int i = 0; i < carriers.length; i++) {
            boolean isShared = i < shared.length;
            int members = isShared ? counts.getOrDefault(shared[i], 0) : others;
            others -= members;
            background[i] = (carriers[i] + 0.5) / (total + 1.0); // Jeffreys' prior: has the value or not
            campaign[i] = (members + PRIOR * background[i]) / (known + PRIOR);
            double logRatio = Math.log10(campaign[i] / background[i]);
            logRatios[i] = logRatio <= 0 || RareShare.isRare(carriers[i], total) ? logRatio : 0;
        }
    }

    private int category(int value) {
        int place = Arrays.binarySearch(shared, value);
        return place < 0 ? shared.length : place;
    }

    /** Returns log10 of the likelihood ratio of a known value; at most 0 unless the value is rare among references. */
    double logRatio(int value) {
        return logRatios[category(value)];
    }

    /** Returns the estimated share of the campaign's accounts whose value is of the same category. */
    double campaignShare(int value) {
        return campaign[category(value)];
    }

    /** Returns the same share among the references. */
    double backgroundShare(int value) {
        return background[category(value)];
    }
}
