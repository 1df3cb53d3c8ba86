package dev.stillgate.fingerprint.join;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Naive Bayes model of one campaign over the first values of its confirmed accounts' traits. Traits depend on each other,
 * so a score ranks accounts; what it means is read from {@link PathMaxima}.
 */
public final class JoinModel {
    private static final JoinTrait[] TRAITS = JoinTrait.values();

    private final List<TraitRatios> ratios;

    /**
     * Fits the model.
     *
     * @param references the fit half of the references
     */
    public JoinModel(Collection<FirstStarts> confirmed, Collection<FirstStarts> references) {
        ratios = Stream.of(TRAITS)
                .map(trait -> new TraitRatios(trait, confirmed, references))
                .toList();
    }

    /** Returns the evidence after each start, from the first. */
    public List<JoinScore> path(FirstStarts account) {
        double[] asked = new double[account.count() + 1];
        double[] origin = new double[account.count() + 1];
        for (JoinTrait trait : TRAITS) {
            int at = account.knownAt(trait);
            if (at > 0) {
                (trait.side() == JoinTrait.Side.ASKED ? asked : origin)[at] += logRatio(trait, account);
            }
        }
        Arrays.parallelPrefix(asked, Double::sum);
        Arrays.parallelPrefix(origin, Double::sum);
        return IntStream.rangeClosed(1, account.count())
                .mapToObj(starts -> new JoinScore(asked[starts], origin[starts]))
                .toList();
    }

    /** Returns the evidence after the latest start. */
    public JoinScore score(FirstStarts account) {
        return path(account).getLast();
    }

    private double logRatio(JoinTrait trait, FirstStarts account) {
        return ratios.get(trait.place()).logRatio(account.value(trait));
    }

    /** Returns the evidence of each known trait, the strongest for or against first; its sum is the score. */
    public List<TraitWeight> explain(FirstStarts account) {
        return Stream.of(TRAITS)
                .filter(trait -> account.knownAt(trait) > 0)
                .map(trait -> weight(trait, account.value(trait)))
                .sorted(Comparator.comparingDouble(weight -> -Math.abs(weight.logRatio())))
                .toList();
    }

    private TraitWeight weight(JoinTrait trait, int value) {
        TraitRatios of = ratios.get(trait.place());
        return new TraitWeight(
                trait, value, of.logRatio(value), of.campaignShare(value), of.backgroundShare(value));
    }
}
