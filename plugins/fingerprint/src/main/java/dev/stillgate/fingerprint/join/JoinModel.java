package dev.stillgate.fingerprint.join;

import dev.stillgate.fingerprint.join.JoinTrait.Side;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Naive Bayes model of one campaign over the traits of its confirmed accounts' first conversation starts, and over their
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
                .map(trait -> new TraitRatios(account -> account.starts().values(trait), confirmed, references))
                .toList();
        int names = confirmed.stream()
                .mapToInt(account -> account.facts().length)
                .max()
                .orElse(0);
        facts = IntStream.range(0, names)
                .mapToObj(number -> new TraitRatios(account -> known(account.fact(number)), confirmed, references))
                .toList();
    }

    /** Returns the evidence of the values after each start, from the first. */
    public List<JoinScore> path(JoinAccount account) {
        return account.starts().rows().stream().map(row -> score(account, row)).toList();
    }

    /** Returns the evidence after the start that has most. */
    static JoinScore best(List<JoinScore> path) {
        return path.stream().max(Comparator.comparingDouble(JoinScore::total)).orElseThrow();
    }

    /** Returns the evidence after the latest start. */
    public JoinScore score(JoinAccount account) {
        return score(account, account.starts().rows().getLast());
    }

    private JoinScore score(JoinAccount account, int[] row) {
        double asked = 0;
        double origin = 0;
        for (JoinTrait trait : TRAITS) {
            double logRatio = logRatio(trait, row);
            asked += trait.side() == Side.ASKED ? logRatio : 0;
            origin += trait.side() == Side.ORIGIN ? logRatio : 0;
        }
        for (int number = 0; number < facts.size(); number++) {
            origin += ofFact(number, account);
        }
        return new JoinScore(asked, origin);
    }

    private double logRatio(JoinTrait trait, int[] row) {
        int value = row[trait.place()];
        return value == JoinTrait.UNKNOWN ? 0 : ratios.get(trait.place()).logRatio(value);
    }

    private static int[] known(int fact) {
        return fact == JoinTrait.UNKNOWN ? new int[0] : new int[] {fact};
    }

    private double ofFact(int number, JoinAccount account) {
        int value = account.fact(number);
        return value == JoinTrait.UNKNOWN ? 0 : Math.max(0, facts.get(number).logRatio(value));
    }

    /**
     * Returns the evidence of each known trait after the latest start, the strongest for or against first; its sum is the score.
     *
     * @param names names of the registration facts by number
     */
    public List<TraitWeight> explain(JoinAccount account, List<String> names) {
        List<TraitWeight> weights = new ArrayList<>();
        int[] row = account.starts().rows().getLast();
        for (JoinTrait trait : TRAITS) {
            int value = row[trait.place()];
            if (value != JoinTrait.UNKNOWN) {
                String name = trait.name().toLowerCase(Locale.ROOT).replace('_', '-');
                weights.add(weight(name, trait.side(), value, logRatio(trait, row), ratios.get(trait.place())));
            }
        }
        for (int number = 0; number < facts.size(); number++) {
            double logRatio = ofFact(number, account);
            if (logRatio > 0) {
                TraitRatios of = facts.get(number);
                weights.add(weight(names.get(number), Side.ORIGIN, account.fact(number), logRatio, of));
            }
        }
        weights.sort(Comparator.comparingDouble(weight -> -Math.abs(weight.logRatio())));
        return weights;
    }

    private static TraitWeight weight(String trait, Side side, int value, double logRatio, TraitRatios of) {
        return new TraitWeight(trait, side, value, logRatio, of.campaignShare(value), of.backgroundShare(value));
    }
}
