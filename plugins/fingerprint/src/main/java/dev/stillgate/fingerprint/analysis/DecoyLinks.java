package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.link.FactTable;
import dev.stillgate.fingerprint.link.Link;
import dev.stillgate.fingerprint.link.LinkKind;
import dev.stillgate.fingerprint.link.LinkedGroup;
import dev.stillgate.fingerprint.link.Population;
import dev.stillgate.fingerprint.people.PeopleTable;
import dev.stillgate.fingerprint.signal.Decoys;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.stats.RareShare;
import dev.stillgate.spi.Account;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Accounts like the users of decoys, keys that an operator leaks on purpose. An account is linked if it shares a person with a
 * decoy, or the client and a part of the template, each of them rare among known customers ({@link RareShare}). Networks do
 * not count, since key scanners share theirs with others.
 */
final class DecoyLinks {
    private static final List<SharedKey> TEMPLATE =
            List.of(SharedKey.SYSTEM, SharedKey.TOOLS, SharedKey.OPENING, SharedKey.SYSTEM_LIKE);

    private final AccountTable table;
    private final PeopleTable people;
    private final Population population;

    /** Known customers that have each value of a decoy, an organisation as one. */
    private final Map<Value, Set<Integer>> carriers = new HashMap<>();

    private final Set<Integer> known = new HashSet<>();
    private final List<Integer> decoys;

    private enum Side {
        PERSON,
        CLIENT,
        TEMPLATE
    }

    private record Value(Side side, int kind, long hash) {}

    /**
     * Accounts linked to one decoy.
     *
     * @param alike account indexes of those that share client and template
     * @param byPeople account indexes of the others, which only share people
     */
    record Use(Set<Integer> alike, Set<Integer> byPeople) {
        void forget(int account) {
            alike.remove(account);
            byPeople.remove(account);
        }

        IntStream accounts() {
            return Stream.concat(alike.stream(), byPeople.stream()).mapToInt(Integer::intValue);
        }

        List<LinkedGroup> groups() {
            List<LinkedGroup> groups = new ArrayList<>();
            add(groups, Decoys.NAME, alike);
            add(groups, Decoys.PEOPLE, byPeople);
            return groups;
        }

        private static void add(List<LinkedGroup> groups, String name, Set<Integer> accounts) {
            if (!accounts.isEmpty()) {
                Link link =
                        new Link(LinkKind.BOUNDED, name, accounts.size(), -Math.log10(RareShare.MOST), RareShare.MOST);
                groups.add(new LinkedGroup(
                        accounts.stream().mapToInt(Integer::intValue).toArray(), link, false));
            }
        }
    }

    private DecoyLinks(AccountTable table, FactTable facts, PeopleTable people, Population population) {
        this.table = table;
        this.people = people;
        this.population = population;
        int fact = facts.find(Account.DECOY);
        decoys = fact < 0
                ? List.of()
                : accounts()
                        .filter(account -> facts.value(fact, account) != 0)
                        .boxed()
                        .toList();
    }

    /** Returns the used decoys with the accounts that are linked to each, by account index. Linear in the number of accounts. */
    static Map<Integer, Use> uses(AccountTable table, FactTable facts, PeopleTable people, Population population) {
        DecoyLinks links = new DecoyLinks(table, facts, people, population);
        Map<Integer, Use> uses = new TreeMap<>();
        if (!links.decoys.isEmpty()) {
            links.count();
            links.decoys.forEach(decoy -> uses.put(decoy, links.use(decoy)));
        }
        return uses;
    }

    private IntStream accounts() {
        return IntStream.range(0, table.index().limit()).filter(table.index()::has);
    }

    private void count() {
        decoys.forEach(decoy -> values(decoy).forEach(value -> carriers.put(value, new HashSet<>())));
        accounts().filter(population.isReference()).forEach(account -> {
            int organisation = population.organisation().applyAsInt(account);
            int customer = organisation == 0 ? account : -organisation;
            known.add(customer);
            values(account).stream()
                    .filter(carriers::containsKey)
                    .forEach(value ->
                            carriers.getOrDefault(value, new HashSet<>()).add(customer));
        });
    }

    private Use use(int decoy) {
        Set<Value> rare = values(decoy);
        rare.removeIf(
                value -> !RareShare.isRare(carriers.getOrDefault(value, known).size(), known.size()));
        Use use = new Use(new TreeSet<>(), new TreeSet<>());
        accounts()
                .filter(account ->
                        !decoys.contains(account) && !population.isVouched().test(account))
                .forEach(account -> {
                    Set<Value> shared = values(account);
                    shared.retainAll(rare);
                    Set<Side> sides = new HashSet<>();
                    shared.forEach(value -> sides.add(value.side));
                    if (sides.contains(Side.CLIENT) && sides.contains(Side.TEMPLATE)) {
                        use.alike.add(account);
                    } else if (sides.contains(Side.PERSON)) {
                        use.byPeople.add(account);
                    }
                });
        return use;
    }

    private Set<Value> values(int account) {
        Set<Value> values = new HashSet<>();
        AccountProfile profile = table.profile(account);
        for (boolean second : new boolean[] {false, true}) {
            values.add(new Value(Side.CLIENT, SharedKey.CLIENT.place(), profile.key(SharedKey.CLIENT, second)));
            TEMPLATE.forEach(key -> values.add(new Value(Side.TEMPLATE, key.place(), profile.key(key, second))));
        }
        values.removeIf(value -> value.hash == 0);
        people.of(account).forEach(person -> values.add(new Value(Side.PERSON, 0, person)));
        return values;
    }
}
