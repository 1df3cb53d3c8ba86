package dev.stillgate.fingerprint.people;

import dev.stillgate.fingerprint.link.Components;
import dev.stillgate.fingerprint.link.Link;
import dev.stillgate.fingerprint.link.LinkKind;
import dev.stillgate.fingerprint.link.LinkedGroup;
import dev.stillgate.fingerprint.link.Population;
import dev.stillgate.fingerprint.signal.People;
import dev.stillgate.fingerprint.stats.SharedRate;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Groups of accounts that share people, as those of a relay do, which spreads its customers over its accounts. One half of
 * the people, drawn by hash, selects the groups: two accounts without a declared organisation are linked if they name two
 * of them. The other half is the evidence: the likelihood ratio that the accounts of the group share each of them with some
 * probability, to the share among known customers. The halves need no correction for the search (D. R. Cox, "A note on
 * data-splitting for the evaluation of significance levels", 1975).
 */
public final class PeopleLinks {
    /** Number of people whom two linked accounts share: one may be a developer with two keys. */
    private static final int COMMON = 2;

    /** Number of accounts of one person that are compared, the latest ones. */
    private static final int ACCOUNTS = 8;

    /** Least number of accounts of a group: two may be a key and its successor. */
    private static final int LEAST_ACCOUNTS = 3;

    /** Greatest evidence as a base-10 logarithm: odds of 100 to 1, since the client chooses the ids. */
    private static final double MOST_EVIDENCE = 2;

    private final Map<Integer, PeopleTable.People> byAccount;

    /** When each account named each person last, of the people whom two accounts or more name. */
    private final Map<Long, Map<Integer, Integer>> byPerson = new HashMap<>();

    private PeopleLinks(Map<Integer, PeopleTable.People> byAccount) {
        this.byAccount = byAccount;
        long[] people = people(account -> true);
        for (int i = 1; i < people.length; i++) {
            if (people[i] == people[i - 1]) {
                byPerson.computeIfAbsent(people[i], absent -> new HashMap<>(2));
            }
        }
        byAccount.forEach((account, named) -> named.hashes().forEach(person -> {
            Map<Integer, Integer> uses = byPerson.get(person);
            if (uses != null) {
                uses.put(account, named.last(person));
            }
        }));
    }

    /**
     * Returns the groups with their evidence.
     *
     * @param isLinkable whether an account may be in a group
     * @param now second of the epoch
     */
    public static List<LinkedGroup> groups(
            PeopleTable people, Population population, IntPredicate isLinkable, int now) {
        PeopleLinks links = new PeopleLinks(people.recent(now));
        double honest = links.honestShare(population);
        if (honest >= 1) {
            return List.of();
        }
        return links.selected(isLinkable).stream()
                .map(accounts -> links.group(honest, accounts))
                .toList();
    }

    /** Returns the people of accounts in ascending order, each as often as accounts name them. */
    private long[] people(IntPredicate accounts) {
        return byAccount.entrySet().stream()
                .filter(entry -> accounts.test(entry.getKey()))
                .flatMapToLong(entry -> entry.getValue().hashes())
                .sorted()
                .toArray();
    }

    /** Returns an upper bound of the share of people whom two known customers name, 1 if too few people are known. */
    private double honestShare(Population population) {
        int known =
                (int) Arrays.stream(people(population.isReference())).distinct().count();
        int shared = 0;
        for (Map<Integer, Integer> accounts : byPerson.values()) {
            Set<Integer> customers = new HashSet<>();
            for (int account : accounts.keySet()) {
                if (population.isReference().test(account)) {
                    int organisation = population.organisation().applyAsInt(account);
                    customers.add(organisation == 0 ? account : -organisation);
                }
            }
            shared += customers.size() > 1 ? 1 : 0;
        }
        return SharedRate.bound(shared, known);
    }

    private static boolean isEvidence(long person) {
        return (person & 1) != 0;
    }

    /** Returns the groups of accounts that are linked to each other, directly or by others. */
    private List<List<Integer>> selected(IntPredicate isLinkable) {
        Map<Long, Integer> common = new HashMap<>();
        Components components = new Components();
        byPerson.forEach((person, uses) -> {
            if (isEvidence(person)) {
                return;
            }
            List<Integer> accounts = uses.entrySet().stream()
                    .filter(use -> isLinkable.test(use.getKey()))
                    .sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed())
                    .limit(ACCOUNTS)
                    .map(Map.Entry::getKey)
                    .sorted()
                    .toList();
            for (int i = 1; i < accounts.size(); i++) {
                for (int other : accounts.subList(0, i)) {
                    long pair = (long) other << Integer.SIZE | accounts.get(i);
                    if (common.merge(pair, 1, Integer::sum) == COMMON) {
                        components.link(accounts.get(i), other);
                    }
                }
            }
        });
        return components.ofAtLeast(LEAST_ACCOUNTS);
    }

    private LinkedGroup group(double honest, List<Integer> accounts) {
        Map<Long, Integer> counts = new HashMap<>();
        for (int account : accounts) {
            Objects.requireNonNull(byAccount.get(account))
                    .hashes()
                    .filter(PeopleLinks::isEvidence)
                    .forEach(person -> counts.merge(person, 1, Integer::sum));
        }
        double evidence = Math.clamp(evidence(honest, counts.values()), 0, MOST_EVIDENCE);
        return new LinkedGroup(
                accounts.stream().mapToInt(Integer::intValue).toArray(),
                new Link(LinkKind.BOUNDED, People.NAME, accounts.size(), evidence, Math.pow(10, -evidence)),
                false);
    }

    /**
     * Returns the base-10 logarithm of the likelihood ratio.
     *
     * @param accounts number of the group's accounts that name each person
     */
    private static double evidence(double honest, Collection<Integer> accounts) {
        long shared = accounts.stream().filter(count -> count >= 2).count();
        long own = accounts.size() - shared;
        return SharedRate.evidence(honest, shared, own);
    }
}
