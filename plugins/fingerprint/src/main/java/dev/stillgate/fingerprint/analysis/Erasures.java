package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.standing.AccountStanding;
import dev.stillgate.fingerprint.standing.Clusters;
import dev.stillgate.fingerprint.standing.Ladder;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.Orders;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** Erasures of accounts that have to be carried out on the data of the analysis. Not thread-safe. */
final class Erasures {
    private final Set<String> done = new HashSet<>();
    private final Orders orders;
    private final AccountTable table;
    private final Ladder ladder;
    private final Clusters clusters;

    Erasures(Orders orders, AccountTable table, Ladder ladder, Clusters clusters) {
        this.orders = orders;
        this.table = table;
        this.ladder = ladder;
        this.clusters = clusters;
    }

    /** Returns the accounts with data from before an erasure that became known since the last call. */
    List<String> due() {
        OptionalLong since = orders.erasures().stream()
                .filter(order -> done.add(order.id()))
                .mapToLong(Order::time)
                .min();
        if (since.isEmpty()) {
            return List.of();
        }
        Set<String> known = withStanding();
        clusters.all().forEach(cluster -> known.addAll(cluster.removedSince(-1)));
        for (int number = 0; number < table.index().limit(); number++) {
            if (table.index().has(number)) {
                known.add(table.index().id(number));
            }
        }
        return earlier(known, since.getAsLong());
    }

    /** Returns the accounts with a standing from before their erasure, as in a snapshot of another gateway. */
    List<String> ofStandings() {
        return orders.erasures().isEmpty() ? List.of() : earlier(withStanding(), Long.MIN_VALUE + 1);
    }

    private Set<String> withStanding() {
        Set<String> known = new HashSet<>(ladder.all().keySet());
        clusters.all().forEach(cluster -> known.addAll(cluster.accounts));
        return known;
    }

    private List<String> earlier(Set<String> accounts, long since) {
        return accounts.stream()
                .filter(account -> {
                    long erased = orders.erasedAt(account);
                    return erased >= since && isEarlier(account, erased);
                })
                .toList();
    }

    /** Returns whether some data of an erased account is from before its erasure; of a first day only the date is known. */
    private boolean isEarlier(String account, long erased) {
        AccountStanding entry = ladder.find(account);
        int number = table.index().find(account);
        boolean hasLaterStanding = entry != null
                && !entry.changes.isEmpty()
                && entry.changes.getFirst().at() >= erased;
        return number != AccountIndex.NONE ? 1000L * table.firstSecond(number) < erased : !hasLaterStanding;
    }
}
