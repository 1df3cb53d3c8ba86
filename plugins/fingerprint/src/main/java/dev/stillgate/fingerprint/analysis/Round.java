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
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

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

    /** The odds, as a logarithm, against a stranger of a cohort being taken for one of a clump. */
    private static final double JOINING = Math.log(100);

    /** What time alone must say for an account that joins a clump. */
    private static final double LEAST_TIME = 1;

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
            if (table.index().id(account).isEmpty() || now - table.lastSecond(account) > idle) {
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
        List<Tested> tested = new ArrayList<>();
        for (Family family : List.of(Family.CONTENT, Family.NETWORK)) {
            List<Trait> traits = traits(family);
            if (!traits.isEmpty()) {
                tested.add(new Tested(family, new Tightness(new Space(traits, profiles, sharing), random)));
            }
        }
        ClumpSearch whole = new ClumpSearch(times, times.dimensions, random);
        ClumpSearch paceless = new ClumpSearch(times, times.dimensions - times.paced, random);
        double price = Math.log(2.0 * cohorts.size());
        List<Finding> findings = new ArrayList<>();
        for (Cohort cohort : cohorts) {
            Clump clump = better(whole.best(cohort), paceless.best(cohort));
            if (clump != null && clump.evidence() - price >= WORTH_TESTING) {
                ClumpSearch search = clump.dimensions() == whole.dimensions() ? whole : paceless;
                findings.add(finding(cohort, clump, clump.evidence() - price, tested, search));
            }
        }
        findings.sort(Comparator.comparingDouble(Finding::total).reversed());
        return findings;
    }

    private record Tested(Family family, Tightness tightness) {}

    private static @Nullable Clump better(
            @Nullable Clump a, @Nullable Clump b) {
        return a == null || (b != null && b.evidence() > a.evidence()) ? b : a;
    }

    private Finding finding(
            Cohort cohort, Clump clump, double evidence, List<Tested> tested, ClumpSearch search) {
        Map<Family, Double> families = new EnumMap<>(Family.class);
        families.put(Family.TIME, log10(FADING * evidence));
        List<Tightness.Fit> fits = new ArrayList<>();
        for (Tested test : tested) {
            Tightness.Fit fit = test.tightness().fit(clump.members(), cohort);
            fits.add(fit);
            families.put(test.family(), log10(FADING * fit.evidence));
        }
        int[] rows = joined(cohort, clump, fits, search.ratios(cohort, clump));
        int[] members = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            members[i] = accounts.get(rows[i]);
        }
        return new Finding(members, cohort.key(), families, reasons(families));
    }

    /** Returns the clump's rows, and those of the cohort that all families together place there. */
    private static int[] joined(Cohort cohort, Clump clump, List<Tightness.Fit> fits, double[] times) {
        Set<Integer> rows = new TreeSet<>();
        for (int row : clump.members()) {
            rows.add(row);
        }
        int[] members = cohort.members();
        double least = Math.log(members.length) + JOINING;
        for (int i = 0; i < members.length; i++) {
            double ratio = times[i];
            if (ratio >= LEAST_TIME && !rows.contains(members[i])) {
                for (Tightness.Fit fit : fits) {
                    ratio += fit.of(members[i]);
                }
                if (ratio >= least) {
                    rows.add(members[i]);
                }
            }
        }
        return rows.stream().mapToInt(Integer::intValue).toArray();
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
