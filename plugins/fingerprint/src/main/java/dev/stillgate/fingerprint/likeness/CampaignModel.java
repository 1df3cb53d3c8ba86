package dev.stillgate.fingerprint.likeness;

import dev.stillgate.fingerprint.signal.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Model of one confirmed campaign, with its thresholds in each stratum. */
public final class CampaignModel {
    /** Least number of confirmed accounts that must agree for an effect: of two, either one can be the mistake. */
    static final int LEAST_AGREEING = 3;

    private static final int MOST_LISTED = 100;

    private final String id;
    private final List<ConfirmedAccount> confirmed;
    private final boolean agrees;
    private final TraitBins bins;
    private final NaiveBayes bayes;
    private final ConformalScores[] innocent;
    private final ConformalScores allInnocent;
    private final int models;
    private final Thresholds thresholds;
    private final List<Integer> resemblingReferences;

    /** @param models number of models, which share the promise */
    CampaignModel(ConfirmedGroup group, Background background, Promise promise, int models) {
        id = group.id();
        this.models = models;
        bins = background.bins;
        List<BinnedAccount> binned =
                group.accounts().stream().map(background::binned).toList();
        Agreement agreement = new Agreement(binned, background);
        confirmed = IntStream.range(0, binned.size())
                .mapToObj(i -> new ConfirmedAccount(
                        binned.get(i).account(), agreement.score(i), agreement.p(i), !agreement.keeps(i)))
                .toList();
        agrees = agreement.keptCount() >= LEAST_AGREEING;
        bayes = new NaiveBayes(agreement.counts(), background.counts);
        innocent = background.scores(bayes);
        allInnocent = ConformalScores.union(innocent);
        double[] keptScores = confirmed.stream()
                .filter(account -> !account.unlike())
                .mapToDouble(ConfirmedAccount::score)
                .sorted()
                .toArray();
        thresholds = thresholds(background.tested, promise, keptScores[0]);
        resemblingReferences =
                agrees ? resemblingReferences(background, Math.max(0, keptScores[keptScores.length / 4])) : List.of();
    }

    private Thresholds thresholds(List<BinnedAccount> tested, Promise promise, double least) {
        double[] scores = new double[tested.size()];
        double[] inStratum = new double[scores.length];
        double[] overall = new double[scores.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = bayes.score(tested.get(i).bins());
            inStratum[i] = scores[i] > 0 ? innocent[tested.get(i).stratum()].p(scores[i]) : 1;
            overall[i] = scores[i] > 0 ? allInnocent.p(scores[i]) : 1;
        }
        return Thresholds.of(promise, scores, inStratum, overall, allInnocent.leastP(), least);
    }

    private List<Integer> resemblingReferences(Background background, double typical) {
        List<Integer> accounts = new ArrayList<>();
        background.forEach(account -> {
            if (account.isReference() && accounts.size() < MOST_LISTED && bayes.score(account.bins()) >= typical) {
                accounts.add(account.account());
            }
        });
        return accounts;
    }

    /** Returns how an account resembles the campaign. */
    Resemblance of(BinnedAccount account) {
        double score = bayes.score(account.bins());
        ConformalScores references = innocent[account.stratum()];
        double p = account.isReference() ? references.referenceP(score) : references.p(score);
        Reach reach = reach(account, score, p);
        boolean isProposed = !account.isReference()
                && score > 0
                && (reach == Reach.CLOSE || allInnocent.p(score) <= thresholds.proposed());
        return new Resemblance(account, this, score, p, reach, isProposed);
    }

    private Reach reach(BinnedAccount account, double score, double p) {
        if (score > 0 && agrees && acrossModels(p) <= thresholds.close()) {
            return Reach.CLOSE;
        }
        if (score > 0 && agrees && p <= thresholds.marked()) {
            return Reach.MARKED;
        }
        boolean isNear = !account.isReference() && score > 0 && score >= thresholds.near();
        return isNear ? Reach.NEAR : Reach.NOTHING;
    }

    /** Returns the id of the confirmed group. */
    public String id() {
        return id;
    }

    /** Returns the confirmed accounts, those unlike the others included. */
    public List<ConfirmedAccount> confirmed() {
        return confirmed;
    }

    /** Returns whether at least {@value #LEAST_AGREEING} confirmed accounts agree; else accounts are only proposed. */
    public boolean agrees() {
        return agrees;
    }

    /**
     * Returns the p-value of an account under the model that it resembles most, corrected for the number of models (C.
     * E. Bonferroni, 1936).
     */
    double acrossModels(double p) {
        return Math.min(1, p * models);
    }

    /** Returns the least attainable p-value in a stratum: 1 / (references + 1). */
    public double leastP(int stratum) {
        return innocent[stratum].leastP();
    }

    /**
     * Returns references that resemble the campaign more than a quarter of its confirmed accounts do, at most
     * {@value #MOST_LISTED}. They may be vouched for by mistake, and raise the threshold.
     */
    public List<Integer> resemblingReferences() {
        return resemblingReferences;
    }

    List<TraitEvidence> explain(byte... account) {
        List<TraitEvidence> explanation = new ArrayList<>();
        for (int t = 0; t < account.length; t++) {
            boolean unknown = account[t] == TraitBins.UNKNOWN;
            explanation.add(new TraitEvidence(
                    bins.name(t),
                    unknown ? Double.NaN : bins.above(t, account[t]),
                    unknown ? Double.NaN : bins.upTo(t, account[t]),
                    bayes.logRatio(t, account[t])));
        }
        explanation.sort((a, b) -> Double.compare(Math.abs(b.logRatio()), Math.abs(a.logRatio())));
        return explanation;
    }
}
