package dev.stillgate.proxy.backtest;

import dev.stillgate.spi.Account;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** The accounts of a log by id. Unlisted accounts are treated as accepted by the upstream. */
final class LogAccounts {
    private final Map<String, Account> listed = new HashMap<>();
    private final Map<String, LoggedAccount> byId = new HashMap<>();

    /**
     * Creates an empty population.
     *
     * @param listed the accounts of {@code accounts.yaml} by id
     */
    LogAccounts(Map<String, Account> listed) {
        this.listed.putAll(listed);
    }

    /** Lists an account, or replaces its entry. */
    void list(Account account) {
        listed.put(account.id(), account);
        LoggedAccount known = byId.get(account.id());
        if (known != null) {
            known.list(account);
        }
    }

    /** Returns the account with that id, created on first use. */
    LoggedAccount of(String id) {
        LoggedAccount known = byId.get(id);
        if (known == null) {
            known = new LoggedAccount(account(id));
            byId.put(id, known);
        }
        return known;
    }

    private Account account(String id) {
        if (id.equals(Account.ANONYMOUS.id())) {
            return Account.ANONYMOUS;
        }
        Account account = listed.get(id);
        return account == null ? new Account(id, Account.Trust.ACCEPTED, null, null, false, null) : account;
    }

    /** Returns all accounts sorted by id. */
    Collection<LoggedAccount> sorted() {
        return new TreeMap<>(byId).values();
    }
}
