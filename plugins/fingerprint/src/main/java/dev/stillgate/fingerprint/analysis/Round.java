package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.signal.ClaimedClient;
import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.signal.Interchangeability;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.signal.Signal;
import dev.stillgate.fingerprint.signal.TopicConcentration;
import dev.stillgate.fingerprint.signal.Trait;
import dev.stillgate.fingerprint.signal.UnderDispersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One comparison of all accounts. Accounts that share something form a cohort. Suspects are those of a cohort who do not come
 * back soon, and the part of a cohort that works in one manner at one pace. What they do from then on is a {@link Trial};
 * whom a trial holds for dealt-out is compared in content and network, where it was not looked for. Fixed by its input: the
 * same accounts and trials give the same findings.
 */
final class Round {
    /**
     * By what power a likelihood ratio is faded, because the density of strangers is an estimate (P. Gruenwald, "The safe
     * Bayesian", 2012).
     */
    private static final double FADING = 0.5;

    /** The evidence in nats from which on a clump is worth testing further. */
    private static final double WORTH_TESTING = 3;

    /** The least share of the accounts of a trial that must fit for it to be one of the group that was named. */
    private static final double PURE = 0.8;

    /** The largest share of the accounts of a trial that are worth another trial without the rest. */
    private static final double FEWER = 0.95;

    /**
     * What an account must bring by itself, as ln of odds: beside members beyond doubt there are strangers of whom little is
     * known. Ten to one, and three to one where the group was picked for being alike.
     */
    private static final double LEAST_ALONE = Math.log(10);

    private static final double LEAST_PICKED = Math.log(3);

    /** What must speak for an account, ln of the odds: one in a hundred may be a stranger. */
    private static final double LEAST_ODDS = Math.log(99);

    private final Settings settings;
    private final IntPredicate caught;
    private final int now;
    private final Random random = new Random(1);

    private final Roster roster;
    private final List<Integer> accounts;
    private final List<AccountProfile> profiles;
    private final @Nullable Measures measures;

    /**
     * Picks the accounts to compare.
     *
     * @param caught who stands at {@code tightened} or above
     * @param now the second of the epoch
     */
    Round(AccountTable table, Settings settings, IntPredicate caught, int now) {
        this.settings = settings;
        this.caught = caught;
        this.now = now;
        roster = new Roster(table, settings.idle().toSeconds(), now);
        accounts = roster.accounts;
        profiles = roster.profiles;
        measures = measures();
    }

    /** Returns how many accounts are compared; those of one organisation count as one. */
    int size() {
        return accounts.size();
    }

    /**
     * Returns the groups that are worth a trial.
     *
     * @param templates which accounts use one, by their numbers
     */
    List<Trial> suspects(List<Cohort> templates) {
        Suspects suspects = new Suspects(roster, keys(), has(Interchangeability.NAME), now, random);
        Pace pace = measures == null ? null : measures.pace();
        if (measures != null && pace != null) {
            suspects.clumps(
                    measures.cohorts(), new ClumpSearch(pace.manner(), pace.times().paces, random), pace.membership());
        }
        suspects.cohorts(templates);
        return suspects.named();
    }

    /** What accounts are compared by, laid out; null when there is nothing to compare. */
    private record Measures(List<Cohort> cohorts, @Nullable Pace pace, Map<Family, Density> others, Kin kin) {}

    /** In what manner and at what pace accounts work. */
    private record Pace(Space times, Density manner, Membership membership) {}

    private @Nullable Measures measures() {
        List<Cohort> cohorts = Cohorts.of(keys(), profiles);
        if (cohorts.isEmpty()) {
            return null;
        }
        List<Trait> time = traits(Family.TIME);
        Space times = time.isEmpty() ? null : new Space(time, profiles, cohorts);
        Map<Family, Density> others = new EnumMap<>(Family.class);
        for (Family family : List.of(Family.CONTENT, Family.NETWORK)) {
            List<Trait> traits = traits(family);
            if (!traits.isEmpty()) {
                Space space = new Space(traits, profiles, cohorts);
                others.put(family, new Density(space, space.dimensions, random).fitted(cohorts, random));
            }
        }
        Pace pace = times == null || times.paces.length == 0 ? null : pace(times, cohorts, others);
        Kin kin = new Kin(
                profiles, others.get(Family.CONTENT), others.get(Family.NETWORK), has(TopicConcentration.NAME), random);
        return new Measures(cohorts, pace, others, kin);
    }

    private Pace pace(Space times, List<Cohort> cohorts, Map<Family, Density> others) {
        Density manner = new Density(times, times.dimensions - 1, random).fitted(cohorts, random);
        return new Pace(times, manner, new Membership(manner, List.copyOf(others.values())));
    }

    /**
     * Returns what a trial has shown, null when that is nothing, or not of the group as it was named.
     *
     * @param next takes who is to be tried anew
     */
    @Nullable
    Finding judge(Trial trial, List<Trial> next) {
        Jury.Verdict verdict = Jury.of(trial);
        Habits habits = trial.habits();
        Sameness.Verdict same = habits == null ? Sameness.NOTHING : Sameness.of(trial, habits, now);
        if (verdict.isHopeless() && same.isHopeless()) {
            trial.close(now);
            again(trial, verdict.calm(), next);
            return null;
        }
        double deals = has(UnderDispersion.NAME) ? verdict.evidence() : 0;
        boolean dealt = deals >= same.evidence();
        double evidence = dealt ? deals : same.evidence();
        if (measures == null || evidence < WORTH_TESTING) {
            withoutCaught(trial, next);
            return null;
        }
        double[] ratios = dealt ? verdict.alone() : same.alone();
        Cohort cohort = new Cohort(trial.found, 0, roster.rows(trial.accounts));
        double[] alone = alone(trial, cohort, ratios);
        int[] likely = which(cohort, i -> alone[i] > 0);
        if (likely.length < ClumpSearch.FEWEST) {
            return null;
        }
        double pure = Purity.least(known(trial, ratios));
        int[] rows = members(trial, cohort, alone, pure);
        if (rows.length < PURE * active(trial, cohort) && pure < PURE) {
            again(trial, roster.numbered(rows), next);
            return null;
        }
        if (rows.length < ClumpSearch.FEWEST) {
            return null;
        }
        double time = (dealt ? weight(Family.TIME) : weight(Interchangeability.NAME)) * log10(evidence);
        Map<Family, Double> families = families(time, measures.others(), likely, cohort);
        if (trial.isOfTemplate()) {
            families.merge(Family.CONTENT, log10(same.content()), Math::max);
        }
        Finding finding = finding(trial, rows, families, dealt);
        again(trial, rest(trial, finding.accounts()), next);
        return finding;
    }

    /** Returns how much speaks for a group by family: time, and how tight its rows lie in the others. */
    private Map<Family, Double> families(double time, Map<Family, Density> others, int[] likely, Cohort cohort) {
        Map<Family, Double> families = new EnumMap<>(Family.class);
        families.put(Family.TIME, time);
        others.forEach((family, density) -> families.put(
                family, weight(family) * log10(FADING * new Tightness(density, random).of(likely, cohort))));
        return families;
    }

    /** Returns the likelihood ratios of the accounts of a cohort, in the order of its members. */
    private double[] alone(Trial trial, Cohort cohort, double[] ratios) {
        double[] alone = new double[cohort.members().length];
        for (int i = 0; i < alone.length; i++) {
            int account = accounts.get(cohort.members()[i]);
            alone[i] = ratios[Arrays.binarySearch(trial.accounts, account)];
        }
        return alone;
    }

    /** Returns what a trial has shown, with what clients claim to be and are not. */
    private Finding finding(Trial trial, int[] rows, Map<Family, Double> families, boolean dealt) {
        List<String> reasons = new ArrayList<>(reasons(families, dealt));
        double claimed = weight(ClaimedClient.NAME);
        double disguise = has(ClaimedClient.NAME) ? Disguise.of(profiles, rows, claimed) : 0;
        if (disguise > families.getOrDefault(Family.NETWORK, 0.0)) {
            families.put(Family.NETWORK, disguise);
            reasons.add(ClaimedClient.NAME);
        }
        return new Finding(roster.numbered(rows), trial.found, families, List.copyOf(reasons));
    }

    /** Returns a trial's accounts without those that were found, now or earlier: another actor's may be among them. */
    private int[] rest(Trial trial, int... found) {
        return Arrays.stream(trial.accounts)
                .filter(account -> Arrays.binarySearch(found, account) < 0 && !caught.test(account))
                .toArray();
    }

    /**
     * Returns the rows of the accounts that are strangers with a chance of one in a hundred at most, each by itself, by all
     * that is known: the group's strangers are few, and time, content and network speak for the account.
     */
    private int[] members(Trial trial, Cohort cohort, double[] alone, double pure) {
        Kin kin = Objects.requireNonNull(measures).kin();
        double[] others = kin.of(cohort.members(), trial.found, alone);
        boolean[] known = new boolean[alone.length];
        for (int i = 0; i < alone.length; i++) {
            known[i] = trial.begun().count(Arrays.binarySearch(trial.accounts, accounts.get(cohort.members()[i])))
                    >= Jury.LEAST_BEGUN;
        }
        double[] near = kin.pure(cohort.members(), alone, known);
        double bar = trial.picked ? LEAST_PICKED : LEAST_ALONE;
        return which(cohort, i -> {
            double part = Math.min(pure, near[i]);
            return alone[i] > 0
                    && (others[i] > 0 || kin.isMute())
                    && alone[i] + others[i] > Math.max(bar, LEAST_ODDS - Math.log(part / (1 - part)));
        });
    }

    /** Returns of how many of a trial's accounts something can be said that have not gone. */
    private int active(Trial trial, Cohort cohort) {
        return (int) Arrays.stream(cohort.members())
                .filter(row ->
                        trial.begun().count(Arrays.binarySearch(trial.accounts, accounts.get(row))) >= Jury.LEAST_BEGUN)
                .count();
    }

    private static int[] which(Cohort cohort, IntPredicate places) {
        return IntStream.range(0, cohort.members().length)
                .filter(places)
                .map(i -> cohort.members()[i])
                .toArray();
    }

    /** Returns what time says of each account by itself, of which something can be said. */
    private static double[] known(Trial trial, double... ratios) {
        return IntStream.range(0, trial.accounts.length)
                .filter(member -> trial.begun().count(member) >= Jury.LEAST_BEGUN)
                .mapToDouble(member -> ratios[member])
                .toArray();
    }

    private double weight(String signal) {
        return settings.weights().getOrDefault(signal, 1.0);
    }

    private boolean has(String signal) {
        return settings.signals().stream().anyMatch(each -> each.name().equals(signal));
    }

    /** Tries fewer accounts anew, unless they were tried for the sake of their template. */
    private void again(Trial trial, int[] accounts, List<Trial> next) {
        if (isFewer(accounts, trial) && !trial.isOfTemplate()) {
            next.add(new Trial(accounts, trial.found, trial.picked, now));
        }
    }

    private static boolean isFewer(int[] accounts, Trial trial) {
        return accounts.length >= ClumpSearch.FEWEST && accounts.length < FEWER * trial.accounts.length;
    }

    /**
     * Tries a group also without those of it who were caught elsewhere: the pace of one actor hides that of another who shares
     * something with it.
     */
    private void withoutCaught(Trial trial, List<Trial> next) {
        if (trial.isOfTemplate() || trial.isRest()) {
            return;
        }
        int[] rest = rest(trial);
        if (isFewer(rest, trial)) {
            next.add(Trial.ofRest(rest, trial.found, trial.picked, now));
        }
    }

    /** Returns the mean weight of the signals whose traits speak for a family. */
    private double weight(Family family) {
        return settings.signals().stream()
                .filter(signal -> signal.family() == family && !signal.traits().isEmpty())
                .mapToDouble(signal -> weight(signal.name()))
                .average()
                .orElse(1);
    }

    private static double log10(double nats) {
        return nats / Math.log(10);
    }

    private List<String> reasons(Map<Family, Double> families, boolean dealt) {
        return families.entrySet().stream()
                .filter(e -> e.getValue() >= 1)
                .sorted(Map.Entry.<Family, Double>comparingByValue().reversed())
                .flatMap(e -> settings.signals().stream()
                        .filter(s -> s.family() == e.getKey())
                        .filter(s -> (dealt || e.getKey() != Family.TIME)
                                ? !s.traits().isEmpty()
                                : s.name().equals(Interchangeability.NAME))
                        .map(Signal::name))
                .toList();
    }

    /** Returns the traits of the signals of a family that are on: those that know of chance first, those of pace last. */
    private List<Trait> traits(Family family) {
        return settings.signals().stream()
                .filter(signal -> signal.family() == family)
                .flatMap(signal -> signal.traits().stream())
                .sorted(Comparator.comparing(Trait::pace).thenComparing(trait -> Double.isNaN(trait.chance())))
                .toList();
    }

    private Set<SharedKey> keys() {
        Set<SharedKey> keys = EnumSet.noneOf(SharedKey.class);
        settings.signals().forEach(signal -> keys.addAll(signal.keys()));
        return keys;
    }
}
