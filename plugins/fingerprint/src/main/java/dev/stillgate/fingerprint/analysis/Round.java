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
 * lies improbably close together in time, and what was found there is tested in content and network, where it was not
 * looked for. Fixed by its input: the same accounts give the same findings.
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
    private static final double WORTH_TESTING = 8;

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
        List<Cohort> sharing = cohorts.subList(0, cohorts.size() - 1);
        Space times = new Space(time, profiles, sharing);
        int paceless = times.dimensions - times.paced;
        Map<Family, Space> others = new EnumMap<>(Family.class);
        for (Family family : List.of(Family.CONTENT, Family.NETWORK)) {
            List<Trait> traits = traits(family);
            if (!traits.isEmpty()) {
                others.put(family, new Space(traits, profiles, sharing));
            }
        }
        List<Looked> looked = List.of(
                looked(times, times.dimensions, others), looked(times, paceless, others));
        double price = Math.log(2.0 * cohorts.size());
        List<Finding> findings = new ArrayList<>();
        for (Cohort cohort : cohorts) {
            Finding best = null;
            for (Looked at : looked) {
                Clump clump = at.search().best(cohort);
                if (clump != null && clump.evidence() - price >= WORTH_TESTING) {
                    Finding found = finding(cohort, clump, clump.evidence() - price, at);
                    best = best == null || found.total() > best.total() ? found : best;
                }
            }
            if (best != null) {
                findings.add(best);
            }
        }
        findings.sort(Comparator.comparingDouble(Finding::total).reversed());
        return findings;
    }

    /** The means to look with at the first coordinates of time. */
    private record Looked(ClumpSearch search, Map<Family, Tightness> tests, Membership membership) {}

    private Looked looked(Space times, int dimensions, Map<Family, Space> others) {
        Map<Family, Tightness> tests = new EnumMap<>(Family.class);
        others.forEach((family, space) -> tests.put(family, new Tightness(space, random)));
        return new Looked(
                new ClumpSearch(times, dimensions, random),
                tests,
                new Membership(times, dimensions, List.copyOf(others.values()), random));
    }

    private Finding finding(Cohort cohort, Clump clump, double evidence, Looked at) {
        Map<Family, Double> families = new EnumMap<>(Family.class);
        families.put(Family.TIME, log10(FADING * evidence));
        at.tests().forEach((family, test) ->
                families.put(family, log10(FADING * test.of(clump.members(), cohort))));
        int[] rows = at.membership().of(cohort, clump, random);
        int[] members = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            members[i] = accounts.get(rows[i]);
        }
        return new Finding(members, cohort.key(), families, reasons(families));
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

    /** Returns the traits of the signals of a family that are on, those of pace last. */
    private List<Trait> traits(Family family) {
        return settings.signals().stream()
                .filter(signal -> signal.family() == family)
                .flatMap(signal -> signal.traits().stream())
                .sorted(Comparator.comparing(Trait::pace))
                .toList();
    }

    private Set<SharedKey> keys() {
        Set<SharedKey> keys = EnumSet.noneOf(SharedKey.class);
        settings.signals().forEach(signal -> keys.addAll(signal.keys()));
        return keys;
    }
}
