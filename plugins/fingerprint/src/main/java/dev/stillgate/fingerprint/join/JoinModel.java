package dev.stillgate.fingerprint.join;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Naive Bayes model of one campaign over the first values of its confirmed accounts' traits, and over their
 * registration facts. Traits depend on each other, so a score ranks accounts; what it means is read from {@link PathMaxima}.
 *
 * <p>Facts may be known late, and each farm of a campaign has its own, so they are evidence for a campaign only. They
 * count from the first start, which can but raise the maxima of the references.
 */
public final class JoinModel {
    private static final JoinTrait[] TRAITS = JoinTrait.values();

    private final List<TraitRatios> ratios;
    private final List<TraitRatios> facts;

    /**
     * Fits the model.
     *
     * @param references the fit half of the references
     */
    public JoinModel(Collection<JoinAccount> confirmed, Collection<JoinAccount> references) {
        ratios = Stream.of(TRAITS)
                .map(trait -> new TraitRatios(account -> account.value(trait), confirmed, references))
                .toList();
        int names = confirmed.stream()
                .mapToInt(account -> account.facts().length)
                .max()
                .orElse(0);
        facts = IntStream.range(0, names)
                .mapToObj(number -> new TraitRatios(account -> account.fact(number), confirmed, references))
                .toList();
    }

    /** Returns the evidence after each start, from the first. */
    public List<JoinScore> path(JoinAccount account) {
        FirstStarts starts = account.starts();
        double[] asked = new double[starts.count() + 1];
        double[] origin = new double[starts.count() + 1];
        for (JoinTrait trait : TRAITS) {
            int at = starts.knownAt(trait);
            if (at > 0) {
                (trait.side() == JoinTrait.Side.ASKED ? asked : origin)[at] += logRatio(trait, account);
            }
        }
        for (int number = 0; number < facts.size(); number++) {
            origin[0] += ofFact(number, account);
        }
        Arrays.parallelPrefix(asked, Double::sum);
        Arrays.parallelPrefix(origin, Double::sum);
        return IntStream.rangeClosed(1, starts.count())
                .mapToObj(count -> new JoinScore(asked[count], origin[count]))
                .toList();
    }

    /** Returns the evidence after the latest start. */
    public JoinScore score(JoinAccount account) {
        return path(account).getLast();
    }

    private double logRatio(JoinTrait trait, JoinAccount account) {
        return ratios.get(trait.place()).logRatio(account.value(trait));
    }

    private double ofFact(int number, JoinAccount account) {
        int value = account.fact(number);
        return value == JoinTrait.UNKNOWN ? 0 : Math.max(0, facts.get(number).logRatio(value));
    }

    /**
     * Returns the evidence of each known trait, the strongest for or against first; its sum is the score.
     *
     * @param names names of the registration facts by number
     */
    public List<TraitWeight> explain(JoinAccount account, List<String> names) {
        List<TraitWeight> weights = new ArrayList<>();
        for (JoinTrait trait : TRAITS) {
            if (account.starts().knownAt(trait) > 0) {
                String name = trait.name().toLowerCase(Locale.ROOT).replace('_', '-');
                double logRatio = logRatio(trait, account);
                weights.add(weight(name, trait.side(), account.value(trait), logRatio, ratios.get(trait.place())));
            }
        }
        for (int number = 0; number < facts.size(); number++) {
            double logRatio = ofFact(number, account);
            if (logRatio > 0) {
                TraitRatios of = facts.get(number);
                weights.add(weight(names.get(number), JoinTrait.Side.ORIGIN, account.fact(number), logRatio, of));
            }
        }
        weights.sort(Comparator.comparingDouble(weight -> -Math.abs(weight.logRatio())));
        return weights;
    }

    private static TraitWeight weight(String trait, JoinTrait.Side side, int value, double logRatio, TraitRatios of) {
        return new TraitWeight(trait, side, value, logRatio, of.campaignShare(value), of.backgroundShare(value));
    }
}
