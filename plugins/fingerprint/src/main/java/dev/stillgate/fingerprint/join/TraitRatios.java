package dev.stillgate.fingerprint.join;

import dev.stillgate.fingerprint.stats.RareShare;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Likelihood ratios of the values of one trait. An account has each value that one of its starts shows, so a cover that
 * precedes or follows does not hide one. A value that two confirmed accounts have is a category of its own; all other
 * values are one category, whose share among future accounts of the campaign is estimated by the share of confirmed
 * accounts with such a value (I. J. Good, "The population frequencies of species and the estimation of population
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

    /** @param values known values of an account over its starts */
    TraitRatios(
            Function<JoinAccount, int[]> values,
            Collection<JoinAccount> confirmed,
            Collection<JoinAccount> references) {
        Map<Integer, Integer> counts = new TreeMap<>();
        confirmed.forEach(account ->
                Arrays.stream(values.apply(account)).distinct().forEach(value -> counts.merge(value, 1, Integer::sum)));
        shared = counts.entrySet().stream()
                .filter(entry -> entry.getValue() >= LEAST_SHARING)
                .mapToInt(Map.Entry::getKey)
                .toArray();
        int[] members = new int[shared.length + 1];
        int known = count(values, confirmed, members);
        int[] carriers = new int[members.length];
        int total = count(values, references, carriers);
        campaign = new double[carriers.length];
        background = new double[carriers.length];
        logRatios = new double[carriers.length];
        for (int i = 0; i < carriers.length; i++) {
            background[i] = (carriers[i] + 0.5) / (total + 1.0); // Jeffreys' prior: has the value or not
            campaign[i] = (members[i] + PRIOR * background[i]) / (known + PRIOR);
            double logRatio = Math.log10(campaign[i] / background[i]);
            logRatios[i] = logRatio <= 0 || RareShare.isRare(carriers[i], total) ? logRatio : 0;
        }
    }

    /** Counts the accounts with a value of each category; returns the number of accounts with any. */
    private int count(Function<JoinAccount, int[]> values, Collection<JoinAccount> accounts, int[] perCategory) {
        int[] last = new int[perCategory.length]; // number of the account that was counted last
        int known = 0;
        for (JoinAccount account : accounts) {
            int[] own = values.apply(account);
            known += own.length == 0 ? 0 : 1;
            for (int value : own) {
                int category = category(value);
                perCategory[category] += last[category] == known ? 0 : 1;
                last[category] = known;
            }
        }
        return known;
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
