package dev.stillgate.proxy;

import dev.stillgate.proxy.admin.AdminServer;
import dev.stillgate.proxy.admin.ThingPage;
import dev.stillgate.proxy.chain.ActivePolicy;
import dev.stillgate.proxy.exchange.Accounts;
import dev.stillgate.proxy.exchange.ServingPolicy;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Standings;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/** Finds what a running gateway knows of one account, or of another thing that its filters have a page for. */
final class AdminLookup implements AdminServer.Things {
    private static final String ACCOUNTS = "accounts";
    private final ActivePolicy<ServingPolicy> policy;
    private final Accounts accounts;
    private final Standings standings;

    AdminLookup(ActivePolicy<ServingPolicy> policy, Accounts accounts, Standings standings) {
        this.policy = policy;
        this.accounts = accounts;
        this.standings = standings;
    }

    /** A listed account as its page shows it. */
    private record Shown(
            Account.Trust trust,
            @Nullable String organisation,
            @Nullable String tier,
            boolean verified,
            @Nullable LocalDate created,
            Standing standing) {}

    @Override
    public @Nullable String find(String page, String id) {
        ThingPage found = new ThingPage(id);
        if (page.equals(ACCOUNTS)) {
            found.own("account", shown(accounts.table().named(id)));
        }
        ActivePolicy.Pinned<ServingPolicy> pinned = policy.pin(); // what a filter shows must not be closed meanwhile
        try {
            return found.with(pinned.policy().chain().pages().parts(page), id);
        } finally {
            pinned.release();
        }
    }

    private @Nullable Shown shown(@Nullable Account account) {
        return account == null
                ? null
                : new Shown(
                        account.trust(),
                        account.organisation(),
                        account.tier(),
                        account.verified(),
                        account.created(),
                        standings.of(account));
    }
}
