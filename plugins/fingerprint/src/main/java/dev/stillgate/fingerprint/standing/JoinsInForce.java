package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.Orders;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Standing orders, and the accounts that joined under them. A function of the orders and the time. Immutable. */
final class JoinsInForce {
    /** Key of the id of an order that another one takes back. */
    private static final String WITHDRAWS = "withdraws";

    static final JoinsInForce NONE = new JoinsInForce();

    /** Standing orders that accounts may join under, in rank order. */
    final List<StandingOrder> standingOrders = new ArrayList<>();

    /** Joins in force, by account. */
    final Map<String, Join> joins = new TreeMap<>();

    /** First join of each account under each standing order, in force or not, by id of the order. */
    final Map<String, Map<String, Join>> all = new HashMap<>();

    /** Latest end of a join that has ended. */
    long from = Long.MIN_VALUE;

    /** Earliest end of a join that lasts. */
    long until = Long.MAX_VALUE;

    private JoinsInForce() {}

    /** @param labels judgements in force, by account */
    static JoinsInForce of(Orders orders, Map<String, Label> labels) {
        JoinsInForce inForce = new JoinsInForce();
        long now = orders.now();
        Map<String, StandingOrder> known = new LinkedHashMap<>();
        Map<String, Order> lastOnCluster = new HashMap<>();
        Map<String, Order> ended = new HashMap<>();
        Map<String, Order> withdrawals = new HashMap<>();
        List<Order> records = new ArrayList<>();
        for (Order order : orders.all()) {
            if (order.slot().equals(OrdersInForce.JOIN)) {
                if (order.withdraws()) {
                    order.keys().forEach(account -> withdrawals.put(account, order));
                } else {
                    records.add(order);
                }
            } else if (order.slot().equals(OrdersInForce.JUDGEMENT) && orders.names(order) >= order.needs()) {
                known.values().stream()
                        .filter(each -> ends(order, each))
                        .forEach(each -> ended.putIfAbsent(each.id(), order));
                StandingOrder standing = StandingOrder.of(order);
                if (standing != null) {
                    known.put(standing.id(), standing);
                }
                if (!order.details().containsKey(WITHDRAWS)) {
                    lastOnCluster.put(order.subject(), order);
                }
            }
        }
        records.forEach(order -> inForce.add(order, now, labels, ended, withdrawals));
        for (StandingOrder each : known.values()) {
            List<String> confirmed = each.accounts().stream()
                    .filter(account -> labels.get(account) instanceof Label label && label.kind() == LabelKind.CONFIRMED)
                    .toList();
            if (each.order().lasts(now)
                    && !ended.containsKey(each.id())
                    && each.order().equals(lastOnCluster.get(each.order().subject()))
                    && !confirmed.isEmpty()) {
                inForce.standingOrders.add(each.with(confirmed, false));
            }
        }
        return inForce;
    }

    /** Returns whether a later judgement ends the joins of a standing order: a refutation of its cluster or a withdrawal. */
    private static boolean ends(Order judgement, StandingOrder order) {
        Object withdrawn = judgement.details().get(WITHDRAWS);
        if (withdrawn != null) {
            return withdrawn.equals(order.id());
        }
        return judgement.subject().equals(order.order().subject())
                && ClusterOrder.isOnSame(judgement, order.order())
                && (judgement.withdraws() || LabelKind.ofAction(judgement.action()) == LabelKind.REFUTED);
    }

    private void add(
            Order order, long now, Map<String, Label> labels, Map<String, Order> ended, Map<String, Order> withdrawals) {
        Join join = Join.of(order);
        if (join == null
                || all.computeIfAbsent(join.order(), absent -> new LinkedHashMap<>())
                                .putIfAbsent(join.account(), join)
                        != null) {
            return;
        }
        if (!order.lasts(now)) {
            from = Math.max(from, order.until());
            return;
        }
        until = Math.min(until, order.until());
        Order withdrawal = withdrawals.get(join.account());
        boolean isWithdrawn = withdrawal != null && withdrawal.rank().compareTo(order.rank()) > 0;
        if (!isWithdrawn
                && !ended.containsKey(join.order())
                && !labels.containsKey(join.account())
                && !OrdersInForce.isErased(join.account())) {
            joins.merge(
                    join.account(),
                    join,
                    (first, later) -> later.effect().compareTo(first.effect()) > 0 ? later : first);
        }
    }
}
