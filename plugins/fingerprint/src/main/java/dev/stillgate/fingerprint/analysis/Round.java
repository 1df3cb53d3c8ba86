package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.signal.Signal;
import dev.stillgate.fingerprint.signal.Trait;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * One comparison of all accounts. Accounts that share something form a cohort; in each cohort the part is looked for that
 * works in one manner at one pace, and what was found there is tested in content and network, where it was not looked for. Fixed by its input: the same accounts give the same findings.
 */
final class Round {
    /** The least exchanges of an account that is compared. */
    static final int LEAST_EXCHANGES = 10;

    private static final int LEAST_EXPOSURE = 20 * 3600;

    /**
     * By what power a likelihood ratio is faded, because the density of strangers is an estimate (P. Gruenwald, "The safe
     * Bayesian", 2012).
     */
    private static final double FADING = 0.5;

    /** The evidence in nats from which on a clump is worth testing further. */
    private static final double WORTH_TESTING = 3;

    private final Settings settings;
    private final List<Integer> accounts = new ArrayList<>();
    private final List<AccountProfile> profiles = new ArrayList<>();
    private final Random random = new Random(1);

    /**
     * Picks the accounts to compare.
     *
     * @param now the second of the epoch
     */
    Round(AccountTable table, Settings settings, int now) {
        this.settings = settings;
        long idle = settings.idle().toSeconds();
        Set<String> organisations = new HashSet<>();
        for (int account = 0; account < table.index().limit(); account++) {
            if (!table.index().has(account) || now - table.lastSecond(account) > idle) {
                continue;
            }
            AccountProfile profile = table.profile(account);
            if (profile.exchanges() < LEAST_EXCHANGES || profile.exposure() < LEAST_EXPOSURE) {
                continue;
            }
            String organisation = table.organisation(account);
            if (organisation == null || organisations.add(organisation)) {
                accounts.add(account);
                profiles.add(profile);
            }
        }
    }

    /** Returns how many accounts are compared; those of one organisation count as one. */
    int size() {
        return accounts.size();
    }

    /** Compares; returns what was found, the strongest first. */
    List<Finding> findings() {
        List<Trait> time = traits(Family.TIME);
        List<Cohort> cohorts = Cohorts.of(keys(), profiles);
        if (time.isEmpty() || cohorts.isEmpty()) {
            return List.of();
        }
        Space times = new Space(time, profiles, cohorts);
        if (times.paces.length == 0) {
            return List.of();
        }
        Map<Family, Density> others = new EnumMap<>(Family.class);
        for (Family family : List.of(Family.CONTENT, Family.NETWORK)) {
            List<Trait> traits = traits(family);
            if (!traits.isEmpty()) {
                Space space = new Space(traits, profiles, cohorts);
                others.put(family, new Density(space, space.dimensions, random).fitted(cohorts, random));
            }
        }
        Density manner = new Density(times, times.dimensions - 1, random).fitted(cohorts, random);
        Density whole = new Density(times, times.dimensions, random).fitted(cohorts, random);
        ClumpSearch search = new ClumpSearch(manner, times.paces, random);
        Map<Family, Tightness> tests = new EnumMap<>(Family.class);
        others.forEach((family, density) -> tests.put(family, new Tightness(density, random)));
        Membership membership = new Membership(whole, List.copyOf(others.values()));
        double price = Math.log(cohorts.size());
        List<Finding> findings = new ArrayList<>();
        for (Cohort cohort : cohorts) {
            Clump clump = search.best(cohort);
            double evidence = clump == null ? 0 : clump.evidence() - price;
            if (clump != null && evidence >= WORTH_TESTING) {
                Map<Family, Double> families = new EnumMap<>(Family.class);
                families.put(Family.TIME, weight(Family.TIME) * log10(FADING * evidence));
                tests.forEach((family, test) ->
                        families.put(family, weight(family) * log10(FADING * test.of(clump.members(), cohort))));
                findings.add(finding(cohort, families, membership.of(cohort, clump, random)));
            }
        }
        findings.sort(Comparator.comparingDouble(Finding::total).reversed());
        return findings;
    }

    private Finding finding(Cohort cohort, Map<Family, Double> families, int[] rows) {
        int[] members = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            members[i] = accounts.get(rows[i]);
        }
        return new Finding(members, cohort.key(), families, reasons(families));
    }

    /** Returns the mean weight of the signals whose traits speak for a family. */
    private double weight(Family family) {
        return settings.signals().stream()
                .filter(signal -> signal.family() == family && !signal.traits().isEmpty())
                .mapToDouble(signal -> settings.weights().getOrDefault(signal.name(), 1.0))
                .average()
                .orElse(1);
    }

    private static double log10(double nats) {
        return nats / Math.log(10);
    }

    private List<String> reasons(Map<Family, Double> families) {
        return families.entrySet().stream()
                .filter(e -> e.getValue() >= 1)
                .sorted(Map.Entry.<Family, Double>comparingByValue().reversed())
                .flatMap(e -> settings.signals().stream()
                        .filter(s -> s.family() == e.getKey() && !s.traits().isEmpty())
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
