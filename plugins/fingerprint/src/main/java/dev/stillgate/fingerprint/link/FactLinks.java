package dev.stillgate.fingerprint.link;

import dev.stillgate.fingerprint.signal.FactSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Groups of accounts with a rare registration fact in common. A value that many vouched customers have, such as a bank,
 * does not link.
 */
public final class FactLinks {
    /** Least number of accounts of a linked group: two may be a couple. */
    static final int MIN_ACCOUNTS = 3;

    /** Number of exchanges that an account must have sent before a fact decides on it. */
    static final int MIN_EXCHANGES = 3;

    private static final int MAX_GROUPS = 1_000;
    private static final double MAX_WEIGHT = 4;

    private FactLinks() {}

    /**
     * Returns the linked groups, decisive ones and then the largest first, at most {@value #MAX_GROUPS}. Linear in the number of accounts.
     * Accounts that are vouched for are in no group.
     *
     * @param settings the facts that link, and those that decide
     * @param least least number of accounts for which a fact decides
     */
    public static List<LinkedGroup> groups(FactTable facts, Population population, FactSettings settings, int least) {
        List<LinkedGroup> groups = new ArrayList<>();
        for (String name : facts.names()) {
            if (settings.links(name)) {
                new Search(facts, population, name, settings.decide().contains(name), least).addTo(groups);
            }
        }
        groups.sort(Comparator.comparing(LinkedGroup::decisive)
                .thenComparingInt(group -> group.accounts().length)
                .reversed()
                .thenComparing(group -> group.link().name())
                .thenComparingInt(group -> group.accounts()[0]));
        return groups.size() <= MAX_GROUPS ? groups : List.copyOf(groups.subList(0, MAX_GROUPS));
    }

    /** Search for the groups of one fact. */
    private static final class Search {
        private final FactTable facts;
        private final Population population;
        private final String name;
        private final int number;
        private final boolean mayDecide;
        private final int least;
        private final ValueCounts counts;
        private final Rarity rarity;

        private Search(FactTable facts, Population population, String name, boolean mayDecide, int least) {
            this.facts = facts;
            this.population = population;
            this.name = name;
            this.least = least;
            number = facts.find(name);
            counts = new ValueCounts(facts, number, population);
            rarity = new Rarity(counts);
            this.mayDecide = mayDecide && rarity.identifies();
        }

        private void addTo(List<LinkedGroup> groups) {
            int[][] members = new int[counts.rows()][];
            int[] sizes = new int[counts.rows()];
            for (int row = 0; row < members.length; row++) {
                if (counts.members(row) >= MIN_ACCOUNTS && rarity.links(row)) {
                    members[row] = new int[counts.members(row)];
                }
            }
            for (int account = 0; account < facts.limit(); account++) {
                long value = facts.value(number, account);
                if (value != 0 && !population.isVouched().test(account)) {
                    int row = counts.rowOf(value);
                    if (members[row] != null) {
                        members[row][sizes[row]++] = account;
                    }
                }
            }
            for (int row = 0; row < members.length; row++) {
                if (members[row] != null) {
                    groups.add(group(row, members[row]));
                }
            }
        }

        private LinkedGroup group(int row, int... members) {
            int[] active = Arrays.stream(members)
                    .filter(account -> facts.exchanges(account) >= MIN_EXCHANGES)
                    .toArray();
            boolean decides = mayDecide && active.length >= least;
            int[] accounts = decides ? active : members;
            double bound = rarity.bound(row);
            double weight = Math.min(MAX_WEIGHT, -Math.log10(bound));
            return new LinkedGroup(accounts, new Link(LinkKind.FACT, name, accounts.length, weight, bound), decides);
        }
    }
}
