package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.Orders;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Standing orders, and the accounts that joined under them. A function of the orders and the time. */
final class JoinsInForce {
    static final JoinsInForce NONE = new JoinsInForce(Map.of());

    /** Key of the id of an order that another one takes back. */
    private static final String WITHDRAWS = "withdraws";

    /** Standing orders in force, suspended ones too, in rank order. */
    final List<StandingOrder> standingOrders = new ArrayList<>();

    /** Joins in force, by account. */
    final Map<String, Join> joins = new TreeMap<>();

    /** Latest end of a join that has ended. */
    long from = Long.MIN_VALUE;

    /** Earliest end of a join that lasts. */
    long until = Long.MAX_VALUE;

    /** Judgements in force, by account. */
    private final Map<String, Label> labels;

    /** Standing orders that enough operators asked for, by id. */
    private final Map<String, StandingOrder> known = new LinkedHashMap<>();

    /** Joins under each standing order, by its id. */
    private final Map<String, JoinsOfOrder> byOrder = new HashMap<>();

    /** Latest judgement of each cluster, by subject. */
    private final Map<String, Order> lastOnCluster = new HashMap<>();

    /** Judgement that ended the joins of a standing order, by the id of that. */
    private final Map<String, Order> ended = new HashMap<>();

    private JoinsInForce(Map<String, Label> labels) {
        this.labels = labels;
    }

    /** @param labels judgements in force, by account */
    static JoinsInForce of(Orders orders, Map<String, Label> labels) {
        JoinsInForce inForce = new JoinsInForce(labels);
        long now = orders.now();
        for (Order order : orders.all()) {
            if (order.slot().equals(OrderKeys.JOIN)) {
                inForce.addRecord(order);
            } else if (order.slot().equals(OrderKeys.JUDGEMENT) && orders.names(order) >= order.needs()) {
                inForce.addJudgement(order);
            }
        }
        inForce.byOrder.values().forEach(each -> each.joined().forEach(joined -> inForce.apply(joined, now)));
        inForce.known.values().forEach(each -> inForce.apply(each, now));
        return inForce;
    }

    private void addJudgement(Order order) {
        known.values().stream()
                .filter(each -> ends(order, each.order()))
                .forEach(each -> ended.putIfAbsent(each.id(), order));
        StandingOrder standing = StandingOrder.of(order);
        if (standing != null) {
            known.put(standing.id(), standing);
        }
        if (!order.details().containsKey(WITHDRAWS)) {
            lastOnCluster.put(order.subject(), order);
        }
    }

    /** Returns whether a later judgement ends the joins of a confirmation: its withdrawal, or a refutation of its cluster. */
    private static boolean ends(Order judgement, Order confirmation) {
        Object withdrawn = judgement.details().get(WITHDRAWS);
        if (withdrawn != null) {
            return withdrawn.equals(confirmation.id());
        }
        return judgement.subject().equals(confirmation.subject())
                && ClusterOrder.isOnSame(judgement, confirmation)
                && (judgement.withdraws() || LabelKind.ofAction(judgement.action()) == LabelKind.REFUTED);
    }

    /** Adds a join, or the end of joins of an account. */
    private void addRecord(Order order) {
        if (order.withdraws()) {
            String of = Label.text(order, Join.OF); // a release names its standing order
            byOrder.forEach((id, joins) -> {
                if (of == null || of.equals(id)) {
                    order.accounts().forEach(account -> joins.end(account, order));
                }
            });
            return;
        }
        Join join = Join.of(order);
        if (join != null) {
            byOrder.computeIfAbsent(join.order(), absent -> new JoinsOfOrder()).add(join, order);
        }
    }

    private void apply(JoinsOfOrder.Joined joined, long now) {
        Order record = joined.record();
        if (!record.lasts(now)) {
            from = Math.max(from, record.until());
            return;
        }
        until = Math.min(until, record.until());
        Join join = joined.join();
        if (joined.end() == null
                && !ended.containsKey(join.order())
                && !labels.containsKey(join.account())
                && !OrderKeys.isErased(join.account())) {
            joins.merge(join.account(), join, (a, b) -> b.effect().compareTo(a.effect()) > 0 ? b : a);
        }
    }

    private void apply(StandingOrder order, long now) {
        boolean isReplaced =
                !order.order().equals(lastOnCluster.get(order.order().subject()));
        if (isReplaced || ended.containsKey(order.id()) || !order.order().lasts(now)) {
            return;
        }
        List<String> confirmed =
                order.accounts().stream().filter(this::isConfirmed).toList();
        if (!confirmed.isEmpty()) {
            standingOrders.add(
                    order.with(confirmed, JoinGuards.suspends(of(order.id()).judged(labels))));
        }
    }

    private boolean isConfirmed(String account) {
        Label label = labels.get(account);
        return label != null && label.kind() == LabelKind.CONFIRMED;
    }

    /** Returns whether there are neither standing orders nor joins, ended ones included. */
    boolean isEmpty() {
        return known.isEmpty() && byOrder.isEmpty();
    }

    /** Returns the joins under a standing order, in force or not. */
    JoinsOfOrder of(String order) {
        return byOrder.getOrDefault(order, new JoinsOfOrder());
    }

    long judged(long since) {
        return byOrder.values().stream()
                .flatMap(joins -> joins.joined().stream())
                .map(JoinsOfOrder.Joined::join)
                .filter(join -> join.at() > since && labels.containsKey(join.account()))
                .map(Join::account)
                .distinct()
                .count();
    }

    /** Returns whether a join under a standing order is in force. */
    boolean hasJoins(String order) {
        return of(order).joined().stream()
                .anyMatch(joined -> joined.join().equals(joins.get(joined.join().account())));
    }

    /** Returns the judgement that ended the joins of a standing order, null for none. */
    @Nullable
    Order end(String order) {
        return ended.get(order);
    }
}
