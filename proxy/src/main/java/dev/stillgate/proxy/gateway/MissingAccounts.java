package dev.stillgate.proxy.gateway;

import dev.stillgate.proxy.account.AccountTable;
import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.chain.StandingsBoard;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import java.util.Set;
import java.util.stream.Collectors;

/** Gauge of restricted accounts that the accounts file no longer lists. Thread-safe. */
final class MissingAccounts {
    private final Accounts accounts;
    private final StandingsBoard standings;
    private volatile Count last = new Count(AccountTable.EMPTY, -1, 0);

    /** A number of accounts, and what it was counted from. */
    private record Count(AccountTable table, long version, int missing) {}

    MissingAccounts(Accounts accounts, StandingsBoard standings) {
        this.accounts = accounts;
        this.standings = standings;
    }

    /** Returns the number. It is counted again if accounts or standings have changed. */
    @SuppressWarnings("ReferenceEquality") // a table never changes
    int count() {
        AccountTable table = accounts.table();
        long version = standings.version();
        Count known = last;
        if (known.table != table || known.version != version) {
            Set<String> restricted = standings.inForce().entrySet().stream()
                    .filter(entry -> entry.getValue().reaches(Standing.POOLED))
                    .map(entry -> entry.getKey())
                    .filter(id -> !Accounts.isHash(id) && !id.equals(Account.ANONYMOUS.id()))
                    .collect(Collectors.toSet());
            known = new Count(table, version, table.missing(restricted).size());
            last = known;
        }
        return known.missing;
    }
}
