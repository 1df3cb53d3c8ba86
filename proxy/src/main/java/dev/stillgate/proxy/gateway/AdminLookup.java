package dev.stillgate.proxy.gateway;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.admin.ResourcePage;
import dev.stillgate.proxy.admin.Resources;
import dev.stillgate.proxy.admin.RoleNeededException;
import dev.stillgate.proxy.chain.ActivePolicy;
import dev.stillgate.proxy.chain.AdminPages;
import dev.stillgate.proxy.chain.StandingsBoard;
import dev.stillgate.proxy.config.OperatorRole;
import dev.stillgate.proxy.exchange.ServingPolicy;
import dev.stillgate.proxy.json.JsonValues;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.proxy.observe.AccountCounts;
import dev.stillgate.proxy.observe.RefusalLookup;
import dev.stillgate.proxy.orders.GatewayOrders;
import dev.stillgate.spi.Access;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.AdminAction;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.OrderBook;
import dev.stillgate.spi.orders.Orders;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
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
    private static final String BLOCKED = Standing.BLOCKED.name().toLowerCase(Locale.ROOT);
    private final ActivePolicy<ServingPolicy> policy;
    private final Accounts accounts;
    private final StandingsBoard standings;
    private final RefusalLookup refusals;
    private final TopAccounts counts;
    private final GatewayOrders orders;

    AdminLookup(
            ActivePolicy<ServingPolicy> policy,
            Accounts accounts,
            StandingsBoard standings,
            RefusalLookup refusals,
            TopAccounts counts,
            GatewayOrders orders) {
        this.policy = policy;
        this.accounts = accounts;
        this.standings = standings;
        this.refusals = refusals;
        this.counts = counts;
        this.orders = orders;
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
            @Nullable Access access,
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
        List<String> formerIds = standings.formerIds(id);
        if (!formerIds.isEmpty()) {
            found.own("formerIds", formerIds);
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
    public Done perform(String page, String id, String action, Map<String, Object> arguments, OperatorRole role) {
        ResourcePage found = new ResourcePage().named(id);
        GatewayOrders.Observed<String> done = orders.observing(
                order -> require(role, order),
                () -> withPages(pages -> {
                    Map<String, AdminAction> actions = pages.actions(page, action);
                    Runnable perform = () ->
                            actions.forEach((filter, each) -> found.part(filter, () -> each.perform(id, arguments)));
                    if (!page.equals(ACCOUNTS)) {
                        perform.run();
                    } else if (action.equals(AdminAction.ERASE)) {
                        erase(found, id, arguments, actions.values(), perform);
                    } else {
                        perform.run();
                        found.note("inForce", inForce(id)); // read after the action, to show its effect
                    }
                    return page;
                }));
        Orders.Reach reach = done.reach();
        if (reach == Orders.Reach.HERE) {
            found.note("kept", "here, not yet known to the fleet");
        } else if (reach == Orders.Reach.MEMORY) {
            found.note("kept", "in memory until the gateway stops: it has no state.directory");
        }
        List<String> given =
                done.receipts().stream().map(receipt -> receipt.order().id()).toList();
        return new Done(found.end(), found.failed(), reach == Orders.Reach.HERE, given);
    }

    /** Refuses an order that an operator may not give and not replace: an erasure, and the standing {@code blocked}. */
    static void require(OperatorRole role, Order order) {
        boolean isAdmins = order.isErasure() || BLOCKED.equals(order.details().get("standing"));
        if (isAdmins && !role.includes(OperatorRole.ADMIN)) {
            throw new RoleNeededException(OperatorRole.ADMIN);
        }
    }

    /** Orders an erasure, which other gateways follow, and performs it here if no other operator must ask for it. */
    private void erase(
            ResourcePage found,
            String id,
            Map<String, Object> arguments,
            Collection<AdminAction> actions,
            Runnable perform) {
        int needs = actions.stream().mapToInt(each -> each.operators(id)).max().orElse(1);
        boolean isKnown = orders.isShared() || find(ACCOUNTS, id) != null;
        if (!isKnown) {
            perform.run(); // a filter may know it without a page of it
        }
        if (!isKnown && !found.isKnown()) {
            return;
        }
        String order = orders.erase(id, by(arguments), needs).order().id();
        found.own("order", order);
        GatewayOrders.Listed listed = orders.find(order);
        if (listed != null && listed.status() == OrderBook.Status.WAITING) {
            found.note("waiting", Map.of("names", listed.asked().size(), "needs", needs));
        } else if (isKnown) {
            perform.run();
        }
    }

    /** Returns how many operators must ask for the withdrawal of an order, by the rules of its filter. */
    int operatorsToWithdraw(Order order) {
        return withPages(pages -> {
            AdminAction withdrawal =
                    pages.actions(AdminAction.ORDERS, AdminAction.WITHDRAW).get(order.filter());
            return withdrawal == null ? 1 : withdrawal.operators(order.id());
        });
    }

    private static @Nullable String by(Map<String, Object> arguments) {
        return arguments.get("by") instanceof String by ? by : null;
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
                        account.access(),
                        standings.of(account));
    }
}
