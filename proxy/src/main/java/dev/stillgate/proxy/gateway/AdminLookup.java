package dev.stillgate.proxy.gateway;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.admin.ResourcePage;
import dev.stillgate.proxy.admin.Resources;
import dev.stillgate.proxy.chain.ActivePolicy;
import dev.stillgate.proxy.chain.AdminPages;
import dev.stillgate.proxy.exchange.ServingPolicy;
import dev.stillgate.proxy.json.JsonValues;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.proxy.observe.AccountCounts;
import dev.stillgate.proxy.observe.RefusalLookup;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.AdminAction;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Standings;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lookup of accounts, and of the pages that filters contribute, for the admin API of a running gateway. */
final class AdminLookup implements Resources {
    private static final String ACCOUNTS = "accounts";
    private final ActivePolicy<ServingPolicy> policy;
    private final Accounts accounts;
    private final Standings standings;
    private final RefusalLookup refusals;
    private final TopAccounts counts;

    AdminLookup(
            ActivePolicy<ServingPolicy> policy,
            Accounts accounts,
            Standings standings,
            RefusalLookup refusals,
            TopAccounts counts) {
        this.policy = policy;
        this.accounts = accounts;
        this.standings = standings;
        this.refusals = refusals;
        this.counts = counts;
    }

    /** The fields of a listed account on its page. */
    private record Shown(
            Account.Trust trust,
            @Nullable String organisation,
            @Nullable String tier,
            @Nullable String region,
            boolean verified,
            @Nullable Instant created,
            Map<String, String> facts,
            Standing standing) {}

    @Override
    public boolean has(String page) {
        return page.equals(ACCOUNTS) || withPages(pages -> !pages.parts(page).isEmpty());
    }

    @Override
    public Set<String> actions(String page) {
        return withPages(pages -> pages.actions(page));
    }

    @Override
    public @Nullable String find(String page, String id) {
        ResourcePage found = new ResourcePage().named(id);
        if (page.equals(ACCOUNTS)) {
            account(found, id);
        }
        return withPages(pages -> {
                    pages.parts(page).forEach((filter, view) -> found.part(filter, () -> view.of(id)));
                    if (page.equals(ACCOUNTS)) {
                        found.note("inForce", inForce(id));
                    }
                    return Optional.ofNullable(found.end());
                })
                .orElse(null);
    }

    /** Returns the standing that requests of an account meet, which is lower for a verified account. */
    private Standing inForce(String id) {
        Account listed = accounts.table().named(id);
        Account known = listed != null ? listed : accounts.findAccepted(id);
        return standings.of(known != null ? known : unlisted(id, Account.Trust.NONE));
    }

    private static Account unlisted(String id, Account.Trust trust) {
        return new Account(id, trust, null, null, false, null);
    }

    @Override
    public String unknown(String page, String id) {
        return !page.equals(ACCOUNTS)
                ? Resources.super.unknown(page, id)
                : "no account \"" + id + "\": accounts.yaml does not list it, and no request of it is remembered."
                        + " Counts of requests are kept for " + AccountCounts.MINUTES
                        + " minutes, accepted credentials for "
                        + Accounts.IDLE.toDays() + " idle days, and a filter's data as its policy says";
    }

    /**
     * Adds what the engine knows of an account. Unlisted accounts may have a standing, and requests that are remembered.
     */
    private void account(ResourcePage found, String id) {
        Account listed = accounts.table().named(id);
        Account accepted = listed == null ? accounts.findAccepted(id) : null;
        boolean plain = accepted != null && accepted.equals(unlisted(id, Account.Trust.ACCEPTED));
        found.own("account", shown(plain ? null : accepted != null ? accepted : listed)); // claims of a token too
        Standing standing = inForce(id);
        if (listed == null && standing != Standing.CLEAR) {
            found.own("standing", standing);
        }
        if (accepted != null) {
            found.own("trust", Account.Trust.ACCEPTED);
        }
        Map<String, Object> recent = counts.of(id);
        if (recent != null) {
            found.own("recent", recent);
        }
        Map<String, Object> refusal = refusals.of(id);
        if (refusal != null) {
            found.own("lastRefusal", refusal);
        }
    }

    @Override
    public @Nullable String all(String page, OptionalInt limit) {
        ResourcePage found = new ResourcePage();
        if (page.equals(ACCOUNTS)) {
            found.own("listed", accounts.table().accounts());
            found.note("pages", List.of("/accounts/{id}", "/top"));
        }
        return withPages(pages -> {
                    pages.parts(page)
                            .forEach((filter, view) -> found.part(
                                    filter, () -> limit.isPresent() ? view.all(limit.getAsInt()) : view.all()));
                    return Optional.ofNullable(found.end());
                })
                .orElse(null);
    }

    @Override
    @SuppressWarnings("unchecked") // the keys of a JSON object are strings
    public Map<String, Object> arguments(byte[] body) {
        try {
            if (JsonValues.read(body) instanceof Map<?, ?> object) {
                return (Map<String, Object>) object;
            }
        } catch (MalformedBody e) {
            throw new PolicyException("", String.valueOf(e.getMessage()));
        }
        throw new PolicyException("", "expected a JSON object");
    }

    @Override
    public Done perform(String page, String id, String action, Map<String, Object> arguments) {
        ResourcePage found = new ResourcePage().named(id);
        return withPages(pages -> {
            pages.actions(page, action)
                    .forEach((filter, each) -> found.part(filter, () -> each.perform(id, arguments)));
            if (page.equals(ACCOUNTS) && !action.equals(AdminAction.ERASE)) {
                found.note("inForce", inForce(id)); // read after the action, to show its effect
            }
            return new Done(found.end(), found.failed());
        });
    }

    /**
     * Applies a function to the admin pages of the policy in force, which stays pinned (its filters open) meanwhile.
     */
    private <T> T withPages(Function<AdminPages, T> function) {
        ActivePolicy.Pinned<ServingPolicy> pinned = policy.pin();
        try {
            return function.apply(pinned.policy().chain().pages());
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
                        account.region(),
                        account.verified(),
                        account.created(),
                        new TreeMap<>(account.facts()),
                        standings.of(account));
    }
}
