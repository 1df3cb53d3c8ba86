package dev.stillgate.proxy.backtest;

import dev.stillgate.spi.Account;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** The accounts of a log by their ids: those that are listed as the operator knows them, all others as accepted. */
final class Population {
    private final Map<String, Account> listed;
    private final Map<String, LoggedAccount> byId = new HashMap<>();

    /**
     * A population before its first exchange.
     *
     * @param listed the accounts of {@code accounts.yaml} by id
     */
    Population(Map<String, Account> listed) {
        this.listed = listed;
    }

    /** Returns the account of an id, made when it is met first. */
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

    /** Returns all accounts in the order of their ids. */
    Collection<LoggedAccount> sorted() {
        return new TreeMap<>(byId).values();
    }
}
