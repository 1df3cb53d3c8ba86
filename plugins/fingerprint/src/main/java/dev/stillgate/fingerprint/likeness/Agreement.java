package dev.stillgate.fingerprint.likeness;

import dev.stillgate.fingerprint.stats.Quantiles;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Confirmed accounts of one campaign that resemble each other. Each account is scored by a model of the others
 * (leave-one-out; cross-validation in {@value #FOLDS} folds for larger groups). If the model does not set an account
 * apart from innocent ones, the account is left out of the campaign's model, so a wrong confirmation does not spread.
 * Accounts are left out one by one, the worst first, or a tenth at a time; in the end those that resemble the remaining
 * ones return.
 */
final class Agreement {
    private static final int FOLDS = 20;

    /** Share of innocent accounts that resemble a campaign by chance, at most; the conventional level of one percent. */
    private static final double LEVEL = 0.01;

    /** Largest number of references of a stratum with which the accounts are compared. */
    private static final int MOST_REFERENCES = 500;

    private static final int TENTH = 10;

    /** Least number of accounts in which an outlier is recognised by its distance from the median. */
    private static final int LEAST_FOR_OUTLIERS = 5;

    /** Modified z-score of an outlier (B. Iglewicz and D. C. Hoaglin, "How to detect and handle outliers", 1993). */
    private static final double OUTLIER = -3.5;

    /** Median absolute deviation of a standard normal distribution. */
    private static final double NORMAL_DEVIATION = 0.6745;

    private final List<BinnedAccount> confirmed;
    private final Background background;
    private final Map<Integer, List<BinnedAccount>> references = new HashMap<>();
    private final boolean[] kept;
    private final boolean[] found;
    private final double[] scores;
    private final double[] values;

    Agreement(List<BinnedAccount> confirmed, Background background) {
        this.confirmed = confirmed;
        this.background = background;
        kept = new boolean[confirmed.size()];
        found = new boolean[confirmed.size()];
        scores = new double[confirmed.size()];
        values = new double[confirmed.size()];
        Arrays.fill(kept, true);
        for (BinnedAccount account : confirmed) {
            references.computeIfAbsent(account.stratum(), stratum -> background.sample(stratum, MOST_REFERENCES));
        }
        do {
            score();
        } while (keptCount() > 1 && dropWorst());
        for (int i = 0; i < kept.length; i++) {
            kept[i] |= found[i];
        }
        score();
        dropOutliers();
    }

    /** Returns whether an account is part of the model. */
    boolean keeps(int i) {
        return kept[i];
    }

    int keptCount() {
        return (int) IntStream.range(0, kept.length).filter(i -> kept[i]).count();
    }

    /** Returns the score of an account under the model of the others, in log10. */
    double score(int i) {
        return scores[i];
    }

    /** Returns the p-value of an account under the model of the others. */
    double p(int i) {
        return values[i];
    }

    /** Returns the counts of the kept accounts. */
    TraitCounts counts() {
        TraitCounts counts = new TraitCounts(background.bins.traits());
        for (int i = 0; i < kept.length; i++) {
            if (kept[i]) {
                counts.add(confirmed.get(i).bins(), 1);
            }
        }
        return counts;
    }

    private void score() {
        TraitCounts counts = counts();
        int folds = Math.min(FOLDS, kept.length);
        for (int fold = 0; fold < folds; fold++) {
            move(counts, fold, folds, -1);
            NaiveBayes others = new NaiveBayes(counts, background.counts);
            move(counts, fold, folds, 1);
            Map<Integer, ConformalScores> byStratum = new HashMap<>();
            for (int i = fold; i < kept.length; i += folds) {
                BinnedAccount account = confirmed.get(i);
                ConformalScores innocent = byStratum.computeIfAbsent(
                        account.stratum(),
                        stratum -> Background.scores(others, references.getOrDefault(stratum, List.of())));
                scores[i] = others.score(account.bins());
                values[i] = innocent.p(scores[i]);
                found[i] = scores[i] > 0 && values[i] <= Math.max(LEVEL, innocent.leastP());
            }
        }
    }

    private void move(TraitCounts counts, int fold, int folds, int weight) {
        for (int i = fold; i < kept.length; i += folds) {
            if (kept[i]) {
                counts.add(confirmed.get(i).bins(), weight);
            }
        }
    }

    /** Drops the worst of the kept accounts that are not found, at most a tenth; returns whether there are any. */
    private boolean dropWorst() {
        int[] worst = IntStream.range(0, kept.length)
                .filter(i -> kept[i] && !found[i])
                .boxed()
                .sorted((a, b) -> Double.compare(scores[a], scores[b]))
                .limit(Math.max(1, keptCount() / TENTH))
                .mapToInt(i -> i)
                .toArray();
        for (int i : worst) {
            kept[i] = false;
        }
        return worst.length > 0;
    }

    /** Drops kept accounts far below the others, which few references may not reveal. */
    private void dropOutliers() {
        double[] keptScores = IntStream.range(0, kept.length)
                .filter(i -> kept[i])
                .mapToDouble(i -> scores[i])
                .toArray();
        if (keptScores.length < LEAST_FOR_OUTLIERS) {
            return;
        }
        double median = Quantiles.median(keptScores);
        double deviation = Quantiles.median(
                Arrays.stream(keptScores).map(score -> Math.abs(score - median)).toArray());
        for (int i = 0; i < kept.length; i++) {
            kept[i] &= NORMAL_DEVIATION * (scores[i] - median) >= OUTLIER * deviation;
        }
    }
}
