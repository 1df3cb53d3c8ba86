package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.join.FirstStarts;
import dev.stillgate.fingerprint.join.JoinTrait;
import dev.stillgate.fingerprint.link.FactTable;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.stats.Hypergeometric;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Traits that at least two members share and that are more frequent among the members than among other accounts: prompt
 * template, client, network, people and registration facts, as parts of hashes. The most discriminating come first, by Fisher's
 * exact test ({@link Hypergeometric}). The test only sorts them: members were often selected by a trait, so it proves nothing.
 */
final class MemberTies {
    /** Largest number of traits. */
    static final int MAX_TRAITS = 40;

    /** Largest number of members that are named of a trait, those with most exchanges. */
    static final int MAX_NAMED = 10;

    private static final int LEAST_MEMBERS = 2;

    private final AccountTable table;
    private final FactTable facts;
    private final Analyst analyst;
    private final Map<Trait, Tie> ties = new HashMap<>();
    private int members;
    private int others;

    private enum Kind {
        TEMPLATE,
        CLIENT,
        NETWORK,
        PERSON,
        FACT
    }

    /**
     * Trait of an account.
     *
     * @param name kind of value, such as a key or the name of a registration fact
     */
    private record Trait(Kind kind, String name, int value) {}

    /** Accounts that have a trait, with the positions of the first members. */
    private static final class Tie {
        private final List<Integer> positions = new ArrayList<>();
        private int members;
        private int others;

        private void add(int position) {
            members++;
            if (positions.size() < MAX_NAMED) {
                positions.add(position);
            }
        }
    }

    MemberTies(Analyst analyst, Cluster cluster, ClusterReport report) {
        this.analyst = analyst;
        table = analyst.table();
        facts = analyst.registrations().facts();
        List<ClusterReport.Member> all = report.members();
        for (int i = 0; i < Math.min(ClusterReport.MAX_MEMBERS, all.size()); i++) {
            int position = i;
            int account = all.get(i).accountIndex();
            if (account != AccountIndex.NONE) {
                members++;
                traits(account)
                        .forEach(trait ->
                                ties.computeIfAbsent(trait, absent -> new Tie()).add(position));
            }
        }
        ties.values().removeIf(tie -> tie.members < LEAST_MEMBERS);
        countOthers(cluster);
    }

    /** Counts the same traits among other accounts, or a sample of them. */
    private void countOthers(Cluster cluster) {
        int limit = table.index().limit();
        int step = Math.max(1, limit / ClusterReport.MAX_OTHERS);
        for (int account = 0; account < limit; account += step) {
            if (table.index().has(account)
                    && !cluster.accounts.contains(table.index().id(account))) {
                others++;
                for (Trait trait : traits(account)) {
                    Tie tie = ties.get(trait);
                    if (tie != null) {
                        tie.others++;
                    }
                }
            }
        }
    }

    private Set<Trait> traits(int account) {
        Set<Trait> traits = new HashSet<>();
        AccountProfile profile = table.profile(account);
        for (SharedKey key : SharedKey.values()) {
            boolean isClient = key == SharedKey.CLIENT || key == SharedKey.SHAPE;
            Kind kind = isClient ? Kind.CLIENT : Kind.TEMPLATE;
            for (int value : profile.keys(key)) {
                traits.add(new Trait(kind, PageValues.name(key), value));
            }
        }
        FirstStarts starts = table.starts().of(account);
        for (JoinTrait trait : List.of(JoinTrait.JA4, JoinTrait.NETWORK, JoinTrait.ASN)) {
            Kind kind = trait == JoinTrait.JA4 ? Kind.CLIENT : Kind.NETWORK;
            for (int value : starts.values(trait)) {
                traits.add(new Trait(kind, PageValues.name(trait), value));
            }
        }
        int[] values = facts.values(account);
        for (int i = 0; i < values.length; i++) {
            traits.add(new Trait(Kind.FACT, facts.numbered().get(i), values[i]));
        }
        analyst.registrations()
                .people()
                .of(account)
                .forEach(person -> traits.add(new Trait(Kind.PERSON, "id", Long.hashCode(person))));
        traits.removeIf(trait -> trait.value == 0);
        return traits;
    }

    /** Returns the numbers of compared accounts, and the traits with the members and others that have them. */
    Map<String, Object> shown() {
        Map<Trait, Double> ranks = new HashMap<>();
        ties.forEach((trait, tie) -> {
            double rank = Hypergeometric.logUpperTail(members + others, tie.members + tie.others, members, tie.members);
            if (rank < 0 || tie.others == 0) {
                ranks.put(trait, rank);
            }
        });
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("members", members);
        shown.put("others", others);
        shown.put(
                "traits",
                ranks.entrySet().stream()
                        .sorted(Map.Entry.<Trait, Double>comparingByValue()
                                .thenComparing(
                                        Map.Entry::getKey,
                                        Comparator.comparing(Trait::kind)
                                                .thenComparing(Trait::name)
                                                .thenComparingInt(Trait::value)))
                        .limit(MAX_TRAITS)
                        .map(rank -> shown(rank.getKey()))
                        .toList());
        return shown;
    }

    private Map<String, Object> shown(Trait trait) {
        Tie tie = ties.getOrDefault(trait, new Tie());
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("kind", PageValues.name(trait.kind));
        shown.put("name", trait.name);
        shown.put("value", PageValues.hex(trait.value));
        shown.put("accounts", tie.members);
        shown.put("others", tie.others);
        shown.put("positions", tie.positions);
        return shown;
    }
}
