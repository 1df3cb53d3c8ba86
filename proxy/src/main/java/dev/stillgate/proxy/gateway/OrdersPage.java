package dev.stillgate.proxy.gateway;

import dev.stillgate.proxy.admin.OrderPages;
import dev.stillgate.proxy.config.OperatorRole;
import dev.stillgate.proxy.orders.GatewayOrders;
import dev.stillgate.proxy.orders.GatewayOrders.Listed;
import dev.stillgate.spi.ConflictException;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.OrderBook.Status;
import dev.stillgate.spi.orders.OrderDraft;
import dev.stillgate.spi.orders.OrderEnd;
import dev.stillgate.spi.orders.Orders;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** The orders of a running gateway, for the admin API. */
final class OrdersPage implements OrderPages {
    private static final int SHOWN = 100;

    /** Actions that withdraw what a slot decides, by slot; others have {@code withdraw}. */
    private static final Map<String, String> WITHDRAWALS =
            Map.of("standing", "unpin", "judgement", "unlabel", "queue", "unhide");

    private final GatewayOrders orders;
    private final ToIntFunction<Order> toWithdraw;

    /** @param toWithdraw number of operators that must ask for the withdrawal of an order, by its filter's rules */
    OrdersPage(GatewayOrders orders, ToIntFunction<Order> toWithdraw) {
        this.orders = orders;
        this.toWithdraw = toWithdraw;
    }

    @Override
    public Object all(Query query) {
        Status status = query.status() == null ? null : status(query.status());
        List<Listed> known = orders.all();
        List<Map<String, @Nullable Object>> shown = new ArrayList<>();
        boolean begins = query.before() == null;
        boolean isWhole = true;
        for (Listed each : known.reversed()) {
            if (begins && matches(each, query, status)) {
                isWhole = shown.size() < query.limit();
                if (!isWhole) {
                    break;
                }
                shown.add(page(each, SHOWN));
            }
            begins |= each.order().id().equals(query.before());
        }
        if (!begins) {
            throw new PolicyException("before", "expected before as the id of a known order");
        }
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("known", known.size());
        page.put("unsent", known.stream().filter(Listed::isUnsent).count());
        page.put("clock", clock());
        page.put("newer", orders.newer());
        page.put("orders", shown);
        page.put("more", !isWhole);
        return page;
    }

    private static Status status(String text) {
        for (Status status : Status.values()) {
            if (name(status).equals(text)) {
                return status;
            }
        }
        throw new PolicyException(
                "status",
                "expected status as one of "
                        + String.join(
                                ", ",
                                Arrays.stream(Status.values())
                                        .map(OrdersPage::name)
                                        .toList()));
    }

    private static String name(Status status) {
        return status.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static boolean matches(Listed each, Query query, @Nullable Status status) {
        Order order = each.order();
        String account = query.account();
        String by = order.by();
        return (status == null || each.status() == status)
                && (query.since() == null || order.time() >= query.since())
                && (query.by() == null
                        || (by != null && by.strip().equalsIgnoreCase(query.by().strip())))
                && (query.cluster() == null || order.subject().equals("cluster " + query.cluster()))
                && (account == null
                        || order.subject().equals("account " + account)
                        || order.keys().anyMatch(account::equals));
    }

    private Map<String, @Nullable Object> page(Listed each, int most) {
        Order order = each.order();
        Map<String, @Nullable Object> page = new LinkedHashMap<>();
        page.put("id", order.id());
        page.put("time", Instant.ofEpochMilli(order.time()));
        page.put("by", order.by());
        page.put("why", order.why());
        page.put("filter", order.filter());
        page.put("action", order.action());
        page.put("subject", order.subject());
        page.put("accounts", order.accounts().size());
        page.put("account_ids", first(order.accounts(), most));
        if (!order.except().isEmpty()) {
            page.put("except", order.except().size());
            page.put("except_ids", first(order.except(), most));
        }
        if (!order.details().isEmpty()) {
            page.put("details", order.details());
        }
        if (order.withdraws()) {
            page.put("withdraws", true);
        }
        page.put("until", Instant.ofEpochMilli(order.until()));
        page.put("status", each.status());
        if (order.needs() > 1) {
            page.put("needs", order.needs());
            page.put("asked", each.asked());
        }
        page.put("reach", orders.reach(order));
        return page;
    }

    private static List<String> first(List<String> ids, int most) {
        return ids.subList(0, Math.min(most, ids.size()));
    }

    @Override
    public @Nullable Object find(String id, boolean allAccounts) {
        Listed found = orders.find(id);
        return found == null ? null : page(found, allAccounts ? Integer.MAX_VALUE : SHOWN);
    }

    @Override
    public @Nullable Given approve(String id, @Nullable String by, @Nullable String why, OperatorRole role) {
        Listed found = orders.find(id);
        if (found == null) {
            return null;
        }
        Order order = found.order();
        if (by == null) {
            throw new PolicyException("by", "expected by: whose approval it is");
        }
        if (found.status() != Status.WAITING) {
            throw new ConflictException("the order does not wait: it is " + name(found.status()), Map.of());
        }
        if (found.asked().stream().anyMatch(name -> name.equalsIgnoreCase(by.strip()))) {
            throw new ConflictException(by + " has asked for it already; another operator must", Map.of());
        }
        List<String> accounts = order.accounts();
        return given(
                order, draft(order, by, why, order.action(), accounts, order.except(), false, order.needs()), role);
    }

    private static OrderDraft draft(
            Order order,
            @Nullable String by,
            @Nullable String why,
            String action,
            List<String> accounts,
            List<String> except,
            boolean withdraws,
            int needs) {
        return new OrderDraft(
                by,
                why,
                action,
                order.subject(),
                order.slot(),
                accounts,
                except,
                withdraws || order.withdraws(),
                withdraws ? OrderEnd.at(order.until()) : order.end(),
                needs,
                withdraws ? "withdraw " + order.id() : order.agreement(),
                withdraws ? Map.of("withdraws", order.id()) : order.details());
    }

    @Override
    public @Nullable Given withdraw(String id, @Nullable String by, @Nullable String why, OperatorRole role) {
        Listed found = orders.find(id);
        if (found == null) {
            return null;
        }
        Order order = found.order();
        if (order.isErasure() || order.withdraws()) {
            throw new ConflictException(
                    order.isErasure() ? "an erasure cannot be taken back" : "a withdrawal is ended by a new order",
                    Map.of());
        }
        if (found.status() != Status.IN_FORCE) {
            throw new ConflictException("the order is not in force: it is " + name(found.status()), Map.of());
        }
        Map<String, Order> deciding = orders.of(order.filter()).deciding(order.slot());
        List<String> accounts = decided(order, order.accounts(), deciding);
        List<String> except = decided(order, order.except(), deciding);
        String action = WITHDRAWALS.getOrDefault(order.slot(), "withdraw");
        int needs = Math.max(order.needs(), toWithdraw.applyAsInt(order));
        return given(order, draft(order, by, why, action, accounts, except, true, needs), role);
    }

    /** Returns the keys about which an order decides, and no later one. */
    private static List<String> decided(Order order, List<String> keys, Map<String, Order> deciding) {
        return keys.stream()
                .filter(key -> {
                    Order last = deciding.get(key);
                    return last != null && last.id().equals(order.id());
                })
                .toList();
    }

    private Given given(Order order, OrderDraft draft, OperatorRole role) {
        Orders.Receipt receipt = orders.observing(
                        each -> AdminLookup.require(role, each),
                        () -> orders.of(order.filter()).give(draft))
                .value();
        String id = receipt.order().id();
        Object page = find(id, false);
        return new Given(id, receipt.reach() != Orders.Reach.HERE, page == null ? Map.of() : page);
    }

    @Override
    public Object confirmClock() {
        orders.confirmClock();
        return clock();
    }

    private Map<String, Object> clock() {
        Map<String, Object> clock = new LinkedHashMap<>();
        clock.put("time", Instant.ofEpochMilli(orders.now()));
        clock.put("held", orders.isClockHeld());
        return clock;
    }
}
