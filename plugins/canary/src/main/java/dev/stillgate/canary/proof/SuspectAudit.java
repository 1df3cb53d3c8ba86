package dev.stillgate.canary.proof;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.CanaryPlan;
import dev.stillgate.canary.key.KeyDeriver;
import dev.stillgate.canary.key.KeyNames;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tests one suspect under several keys, with p-values adjusted for every key that could have been tested. */
public final class SuspectAudit {
    private static final int FEW_SITES = 20;
    private static final double REPEATED = 0.05;

    private final KeyDeriver deriver;
    private final @Nullable Commitments commitments;
    private final @Nullable Preregistration preregistration;
    private final List<String> warnings = new ArrayList<>();

    /** Creates an audit; the ledger's commitments and the preregistration are null if there are none. */
    public SuspectAudit(
            KeyDeriver deriver, @Nullable Commitments commitments, @Nullable Preregistration preregistration) {
        this.deriver = deriver;
        this.commitments = commitments;
        this.preregistration = preregistration;
    }

    /**
     * Tests a suspect.
     *
     * @param names keys to report; p-values are adjusted for these and, unless the audit was preregistered, for all
     *     committed keys
     * @param reference answers made without any of the keys, or null
     * @throws IllegalArgumentException if names is empty, a name is invalid, or the audit was preregistered for other
     *     keys
     */
    public AuditReport report(Collection<String> names, SiteReader suspect, @Nullable SiteReader reference) {
        Set<String> counted = counted(names);
        SiteCounts referenceCounts = reference == null ? null : reference.counts();
        Map<CanaryPlan, KeyStatistic> statistics = new HashMap<>();
        Map<String, EpochAudit> epochs = new HashMap<>();
        List<KeyOutcome> all = new ArrayList<>();
        for (String name : counted) {
            CanaryKey key = key(name);
            CanaryKey global = key.global();
            if (global == null) {
                KeyStatistic statistic = statistics.computeIfAbsent(
                        key.plan(), plan -> KeyStatistic.of(suspect.counts(), deriver.sheet(), referenceCounts, plan));
                KeyOutcome alone = outcome(key, statistic, suspect.counts());
                all.add(
                        KeyNames.isGlobal(name)
                                ? withStrata(alone, strata(counted, name), suspect.counts(), referenceCounts)
                                : alone);
            } else {
                EpochAudit epoch = epochs.computeIfAbsent(
                        global.name(), any -> epoch(global, key.plan(), suspect.counts(), referenceCounts));
                all.add(outcome(key, epoch, suspect.counts()));
            }
        }
        int others = otherCommitments(counted);
        double[] holm = Holm.adjust(
                Arrays.copyOf(all.stream().mapToDouble(KeyOutcome::log10p).toArray(), all.size() + others));
        List<KeyOutcome> asked = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (names.contains(all.get(i).key())) {
                asked.add(all.get(i).adjusted(holm[i]));
            }
        }
        asked.sort(Comparator.comparingDouble(KeyOutcome::log10p).thenComparing(KeyOutcome::key));
        warn(asked, suspect, reference);
        warn(
                others > 0,
                others
                        + " further commitments of these names are to other tables, plans, beacons or secrets, each of"
                        + " which could have been tried: p is adjusted for them too.");
        if (preregistration != null) {
            warnings.addAll(preregistration.differences(suspect.answers(), suspect.repeatedPrompts()));
        }
        return new AuditReport(
                asked,
                all.size() + others,
                suspect.answers(),
                suspect.words(),
                suspect.sites(),
                suspect.counts().total(),
                suspect.counts().cells(),
                reference == null ? 0 : reference.answers(),
                strength(statistics, suspect.counts(), referenceCounts),
                preregistration == null ? null : preregistration.digest(),
                warnings);
    }

    /**
     * Returns the number of commitments of these names other than the tested one, and with a beacon of secrets of their
     * epochs other than the used one. Holm's correction counts each as a test with p = 1: had one a smaller p, it could
     * have been reported in place of the tested one.
     */
    private int otherCommitments(Set<String> counted) {
        if (commitments == null) {
            return 0;
        }
        return counted.stream()
                .mapToInt(name -> others(commitments, name)
                        + (deriver.beacon() == null ? 0 : others(commitments, KeyNames.ofSecret(KeyNames.epoch(name)))))
                .sum();
    }

    private static int others(Commitments commitments, String name) {
        return Math.max(0, commitments.count(name) - 1);
    }

    private Set<String> counted(Collection<String> names) {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("there is no key to test");
        }
        Set<String> counted = new LinkedHashSet<>(names);
        if (preregistration != null) {
            names.forEach(preregistration::require);
            counted.addAll(preregistration.keys());
        } else if (commitments != null) {
            counted.addAll(commitments.names());
        }
        return counted;
    }

    /** Returns the key under the plan of its commitment with this table, or under the current plan if there is none. */
    private CanaryKey key(String name) {
        for (CanaryPlan plan : KeyDeriver.plans(name)) {
            CanaryKey key = deriver.key(name, plan);
            if (commitments == null || commitments.since(name, key.commitment()) != null) {
                return key;
            }
        }
        return deriver.key(name);
    }

    /** Returns the strength selected under the newest plan of any key; under the current plan if all keys are strata. */
    private double strength(
            Map<CanaryPlan, KeyStatistic> statistics, SiteCounts suspect, @Nullable SiteCounts reference) {
        return CanaryPlan.KNOWN.stream()
                .filter(statistics::containsKey)
                .findFirst()
                .map(plan -> Objects.requireNonNull(statistics.get(plan)))
                .orElseGet(() -> KeyStatistic.of(suspect, deriver.sheet(), reference, CanaryPlan.CURRENT))
                .strength();
    }

    /** Returns the counted strata of a global key's epoch. */
    private List<CanaryKey> strata(Set<String> counted, String global) {
        return counted.stream()
                .filter(name -> KeyNames.isStratum(name) && KeyNames.epoch(name).equals(KeyNames.epoch(global)))
                .map(this::key)
                .toList();
    }

    /**
     * Combines the evidence of a global key with that of its strata: text of one stratum agrees with all of the
     * stratum's signs, and with 85 % of the global ones. Each key is tested alone. Under the null all of them are as
     * good as drawn afterwards, so Bonferroni's inequality holds, whatever their correlation. The global key has half of
     * the level, and each stratum an equal part of the other half.
     */
    private KeyOutcome withStrata(
            KeyOutcome global, List<CanaryKey> strata, SiteCounts suspect, @Nullable SiteCounts reference) {
        if (strata.isEmpty()) {
            return global;
        }
        Map<CanaryPlan, KeyStatistic> statistics = new HashMap<>();
        double least = global.log10p();
        for (CanaryKey stratum : strata) {
            KeyStatistic statistic = statistics.computeIfAbsent(
                    stratum.plan(), plan -> KeyStatistic.of(suspect, deriver.sheet(), reference, plan));
            least = Math.min(least, statistic.tail(stratum).log10AtLeast() + Math.log10(strata.size()));
        }
        return global.combined(Math.min(0, least + Math.log10(2)), strata.size());
    }

    private KeyOutcome outcome(CanaryKey key, KeyStatistic statistic, SiteCounts counts) {
        return outcome(key, statistic.tail(key), statistic.value(key) * statistic.unit(), counts, null);
    }

    private KeyOutcome outcome(CanaryKey key, EpochAudit epoch, SiteCounts counts) {
        StratumStatistic statistic = epoch.statistic(key);
        return outcome(
                key,
                statistic.beyond(key),
                statistic.value(key) * statistic.unit(),
                counts,
                new KeyOutcome.StratumShare(
                        epoch.share(key.name()), statistic.unmet(key).log10AtLeast()));
    }

    private KeyOutcome outcome(
            CanaryKey key, Tail tail, double value, SiteCounts counts, KeyOutcome.@Nullable StratumShare stratum) {
        byte[] commitment = key.commitment();
        return new KeyOutcome(
                key.name(),
                HexFormat.of().formatHex(commitment),
                commitments == null ? null : commitments.since(key.name(), commitment),
                tail,
                tail.log10AtLeast(),
                0,
                tail.log10AtLeast(),
                value,
                counts.agreement(key),
                stratum);
    }

    /** Collects the traffic of an epoch's strata from the ledger. */
    private EpochAudit epoch(CanaryKey global, CanaryPlan plan, SiteCounts suspect, @Nullable SiteCounts reference) {
        Map<CanaryKey, Double> traffic = new LinkedHashMap<>();
        if (commitments != null) {
            String epoch = KeyNames.epoch(global.name());
            commitments.names().stream()
                    .filter(name -> KeyNames.isStratum(name)
                            && KeyNames.epoch(name).equals(epoch)
                            && commitments.sites(name) > 0)
                    .forEach(name -> traffic.put(key(name), (double) commitments.sites(name)));
        }
        return new EpochAudit(suspect, deriver.sheet(), reference, global, plan, traffic);
    }

    private void warn(List<KeyOutcome> asked, SiteReader suspect, @Nullable SiteReader reference) {
        warnings.clear();
        warn(deriver.isTest(), "Keys are of the published test secret, which everybody knows: this proves nothing.");
        warn(
                asked.stream().anyMatch(outcome -> outcome.committed() == null),
                "Exploratory: a key's commitment is in no ledger that was given, so it could have been chosen afterwards.");
        List<String> names = commitments == null ? List.of() : commitments.names();
        String others = asked.stream()
                .filter(outcome -> outcome.committed() == null && names.contains(outcome.key()))
                .map(KeyOutcome::key)
                .collect(Collectors.joining(", "));
        warn(
                !others.isEmpty(),
                "The ledger's commitments to " + others
                        + " are to another table of classes, another secret, another beacon or a plan that this"
                        + " version does not know: marks of those keys cannot be read so. Give the table of that time with"
                        + " --table, and the beacon with --beacon.");
        warn(
                preregistration == null,
                commitments == null
                        ? "The audit was not preregistered and no ledger was given: p is adjusted for the keys named here only."
                        : "The audit was not preregistered: p is adjusted for every committed key.");
        warn(
                asked.stream()
                        .anyMatch(outcome ->
                                outcome.stratum() != null && outcome.stratum().share() == 0),
                "The share of a stratum in the traffic is not known: its p only says whether the suspect met its text.");
        warn(
                reference == null,
                "No reference answers: power rests on the table's rates alone; p is exact all the same.");
        warn(
                suspect.repeatedPrompts() > REPEATED * suspect.answers(),
                suspect.repeatedPrompts() + " of " + suspect.answers() + " prompts are repeats of others.");
        warn(
                suspect.sites() - suspect.counts().total() > REPEATED * suspect.sites(),
                (suspect.sites() - suspect.counts().total()) + " of " + suspect.sites()
                        + " sites stand in sentences that repeat; each sentence counts once.");
        warn(
                suspect.counts().total() < FEW_SITES,
                "Only " + suspect.counts().total() + " sites count: so few can hardly show anything.");
        warn(suspect.isFull(), "There were more sentences than are kept; the last ones did not count.");
    }

    private void warn(boolean applies, String warning) {
        if (applies) {
            warnings.add(warning);
        }
    }
}
