package dev.stillgate.proxy.gateway;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.admin.ResourcePage;
import dev.stillgate.proxy.admin.Resources;
import dev.stillgate.proxy.chain.ActivePolicy;
import dev.stillgate.proxy.chain.AdminPages;
import dev.stillgate.proxy.exchange.ServingPolicy;
import dev.stillgate.proxy.json.JsonValues;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.proxy.observe.RefusalLookup;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.AdminAction;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Standings;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds what a running gateway knows of one account, or of another thing that its filters have a page for. */
final class AdminLookup implements Resources {
    private static final String ACCOUNTS = "accounts";
    private final ActivePolicy<ServingPolicy> policy;
    private final Accounts accounts;
    private final Standings standings;
    private final RefusalLookup refusals;

    AdminLookup(ActivePolicy<ServingPolicy> policy, Accounts accounts, Standings standings, RefusalLookup refusals) {
        this.policy = policy;
        this.accounts = accounts;
        this.standings = standings;
        this.refusals = refusals;
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
    public boolean has(String page) {
        return page.equals(ACCOUNTS) || with(pages -> !pages.parts(page).isEmpty());
    }

    @Override
    public Set<String> actions(String page) {
        return with(pages -> pages.actions(page));
    }

    @Override
    public @Nullable String find(String page, String id) {
        ResourcePage found = new ResourcePage().named(id);
        if (page.equals(ACCOUNTS)) {
            account(found, id);
        }
        return with(pages -> {
                    pages.parts(page).forEach((filter, view) -> found.part(filter, () -> view.of(id)));
                    if (page.equals(ACCOUNTS)) {
                        found.told("inForce", inForce(id));
                    }
                    return Optional.ofNullable(found.end());
                })
                .orElse(null);
    }

    private Standing inForce(String id) {
        return standings.of(new Account(id, Account.Trust.NONE, null, null, false, null));
    }

    /** An account that is not listed may have a standing all the same. */
    private void account(ResourcePage found, String id) {
        Account listed = accounts.table().named(id);
        found.own("account", shown(listed));
        Standing standing = inForce(id);
        if (listed == null && standing != Standing.CLEAR) {
            found.own("standing", standing);
        }
        Map<String, Object> refusal = refusals.of(id);
        if (refusal != null) {
            found.own("lastRefusal", refusal);
        }
    }

    @Override
    public @Nullable String all(String page) {
        ResourcePage found = new ResourcePage();
        if (page.equals(ACCOUNTS)) {
            found.own("listed", accounts.table().accounts());
            found.told("pages", List.of("/accounts/{id}", "/top"));
        }
        return with(pages -> {
                    pages.parts(page).forEach((filter, view) -> found.part(filter, view::all));
                    return Optional.ofNullable(found.end());
                })
                .orElse(null);
    }

    @Override
    @SuppressWarnings("unchecked") // the keys of a JSON object are texts
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
        return with(pages -> {
            pages.actions(page, action).forEach((filter, act) -> found.part(filter, () -> act.perform(id, arguments)));
            if (page.equals(ACCOUNTS) && !action.equals(AdminAction.ERASE)) {
                found.told("inForce", inForce(id)); // after the act: what requests meet from now on
            }
            return new Done(found.end(), found.failed());
        });
    }

    /** Looks at the pages of the policy in force; what a filter shows must not be closed meanwhile. */
    private <T> T with(Function<AdminPages, T> look) {
        ActivePolicy.Pinned<ServingPolicy> pinned = policy.pin();
        try {
            return look.apply(pinned.policy().chain().pages());
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
