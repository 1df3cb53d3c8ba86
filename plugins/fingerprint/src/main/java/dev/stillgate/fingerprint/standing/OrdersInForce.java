package dev.stillgate.fingerprint.standing;

import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.OrderBook;
import dev.stillgate.spi.orders.Orders;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Orders of operators in force at a time: set standings, judgements, and clusters hidden from the review queue. Not thread-safe. */
public final class OrdersInForce {
    /** No orders, at no time. */
    static final OrdersInForce NONE = new OrdersInForce(Long.MAX_VALUE);

    private final Map<String, Pin> pins = new HashMap<>();
    private final Map<String, Label> labels = new HashMap<>();

    /** Orders that hide a cluster, by subject. */
    private final Map<String, Order> hidings = new HashMap<>();

    /** Deciding judgements and set standings on clusters, withdrawals too, by subject. */
    private final Map<String, List<Order>> onClusters = new HashMap<>();

    /** The latest order on each subject that needs other operators. */
    private final Map<String, Order> waiting = new HashMap<>();

    /** Orders that count for others that ask for the same, by agreement. */
    private final Map<String, List<Order>> asked = new HashMap<>();

    /** All orders that were taken over, from the least rank on. */
    private List<Order> known = List.of();

    private JoinsInForce joins = JoinsInForce.NONE;
    private int lastCluster;
    private long from;
    private long until = Long.MAX_VALUE;

    private OrdersInForce(long from) {
        this.from = from;
    }

    /**
     * Returns the orders in force now.
     *
     * @param last those in force before; they are changed and returned if only orders on accounts were given since
     */
    public static OrdersInForce of(Orders orders, OrdersInForce last) {
        long now = orders.now();
        List<Order> all = List.copyOf(orders.all());
        if (last.holdsAt(now) && last.isBeginOf(all)) {
            List<Order> given = all.subList(last.known.size(), all.size());
            if (given.stream().allMatch(order -> last.add(order, orders.names(order) >= order.needs(), now))) {
                last.known = all;
                return last;
            }
        }
        return of(orders);
    }

    @SuppressWarnings("ReferenceEquality") // equal orders are one object, unless they changed
    private boolean isBeginOf(List<Order> all) {
        boolean isBegin = known.size() <= all.size();
        for (int i = 0; isBegin && i < known.size(); i++) {
            isBegin = known.get(i) == all.get(i);
        }
        return isBegin;
    }

    /** Takes over an order that was given last; returns false if it changes more than what it orders about its accounts. */
    private boolean add(Order order, boolean isEffective, long now) {
        if (!isEffective && !order.slot().equals(OrderKeys.JOIN)) {
            if (counts(order, Map.of(), now)) {
                ask(order, false);
            }
            return true;
        }
        boolean sets = order.slot().equals(OrderKeys.STANDING);
        boolean judges = order.slot().equals(OrderKeys.JUDGEMENT) && joins.isEmpty() && StandingOrder.of(order) == null;
        if (!(sets || judges) || OrderKeys.isOnCluster(order)) {
            return false;
        }
        Set<String> keys = order.keys().collect(Collectors.toSet());
        boolean isLone = Stream.concat(onClusters.values().stream(), asked.values().stream())
                .flatMap(List::stream)
                .noneMatch(other ->
                        other.slot().equals(order.slot()) && other.keys().anyMatch(keys::contains));
        if (isLone) {
            (sets ? pins : labels).keySet().removeAll(keys);
            Map<String, Order> deciding = new HashMap<>();
            keys.forEach(key -> deciding.put(key, order));
            add(order.slot(), deciding, now);
        }
        return isLone;
    }

    /** Returns the orders in force now. */
    public static OrdersInForce of(Orders orders) {
        OrdersInForce inForce = new OrdersInForce(Long.MIN_VALUE);
        inForce.known = List.copyOf(orders.all());
        long now = orders.now();
        Map<String, Map<String, Order>> bySlot = new HashMap<>();
        for (String slot : List.of(OrderKeys.STANDING, OrderKeys.JUDGEMENT, OrderKeys.QUEUE)) {
            Map<String, Order> deciding = orders.deciding(slot);
            bySlot.put(slot, deciding);
            inForce.add(slot, deciding, now);
        }
        for (Order order : inForce.known) {
            if (order.needs() > 1 && inForce.counts(order, bySlot.getOrDefault(order.slot(), Map.of()), now)) {
                inForce.ask(order, orders.names(order) >= order.needs());
            }
        }
        inForce.joins = JoinsInForce.of(orders, inForce.labels);
        inForce.from = Math.max(inForce.from, inForce.joins.from);
        inForce.until = Math.min(inForce.until, inForce.joins.until);
        return inForce;
    }

    private void ask(Order order, boolean isEffective) {
        asked.computeIfAbsent(order.agreement(), absent -> new ArrayList<>()).add(order);
        if (!isEffective) {
            waiting.put(order.subject(), order);
        }
    }

    /** Returns whether an order still counts for others that ask for the same: it is of this week, and nothing was decided since. */
    private boolean counts(Order order, Map<String, Order> deciding, long now) {
        long end = order.time() + OrderBook.WAITING_MILLIS + 1;
        if (now >= end) {
            from = Math.max(from, end);
            return false;
        }
        until = Math.min(until, end);
        return order.keys()
                .map(deciding::get)
                .noneMatch(last -> last != null && last.rank().compareTo(order.rank()) >= 0);
    }

    private void add(String slot, Map<String, Order> deciding, long now) {
        IdentityHashMap<Order, Effect> effects = new IdentityHashMap<>();
        deciding.forEach((key, order) -> {
            Effect effect = order.accounts().size() + order.except().size() > 1
                    ? effects.computeIfAbsent(order, each -> effect(slot, each, now))
                    : effect(slot, order, now);
            if (effect != Effect.NOTHING && !OrderKeys.isErased(key)) {
                effect.on(key, this);
            }
        });
    }

    private Effect effect(String slot, Order order, long now) {
        if (order.lasts(now)) {
            until = Math.min(until, order.until());
        } else {
            from = Math.max(from, order.until());
        }
        lastCluster = Math.max(lastCluster, ClusterOrder.lastCluster(order));
        if (!slot.equals(OrderKeys.QUEUE) && OrderKeys.isOnCluster(order)) {
            onClusters
                    .computeIfAbsent(order.subject(), absent -> new ArrayList<>())
                    .add(order);
        }
        if (order.withdraws() || !order.lasts(now)) {
            return Effect.NOTHING;
        }
        if (slot.equals(OrderKeys.QUEUE)) {
            return (key, inForce) -> inForce.hidings.put(key, order);
        }
        if (slot.equals(OrderKeys.STANDING)) {
            Pin pin = Pin.of(order);
            return pin == null ? Effect.NOTHING : (key, inForce) -> inForce.pins.put(key, pin);
        }
        Label label = Label.of(order, false);
        Label exception = Label.of(order, true);
        if (label == null || exception == null) {
            return Effect.NOTHING;
        }
        Set<String> except = new HashSet<>(order.except());
        return (key, inForce) -> inForce.labels.put(key, except.contains(key) ? exception : label);
    }

    /** Effect of an order on one of its keys. */
    @FunctionalInterface
    private interface Effect {
        Effect NOTHING = (key, inForce) -> {};

        void on(String key, OrdersInForce inForce);
    }

    /** Returns whether the same orders are in force at a time. */
    public boolean holdsAt(long now) {
        return from <= now && now < until;
    }

    public Map<String, Pin> pins() {
        return pins;
    }

    public Map<String, Label> labels() {
        return labels;
    }

    /** Returns the standing orders in force, in the order in which they were given. */
    public List<StandingOrder> standingOrders() {
        return joins.standingOrders;
    }

    /** Returns the joins in force, by account, without accounts that an operator judged. */
    public Map<String, Join> joins() {
        return joins.joins;
    }

    /** Returns all joins under a standing order, in force or not. */
    public JoinsOfOrder joinsUnder(String order) {
        return joins.of(order);
    }

    /** Returns the number of accounts that joined after a time, in milliseconds since the epoch, and were judged since. */
    public long judgedJoins(long since) {
        return joins.judged(since);
    }

    /** Returns the orders that wrote the joins in force under standing orders on a cluster, by account. */
    public Map<String, Order> joinRecords(String cluster) {
        Map<String, Order> records = new HashMap<>();
        joins().values().stream()
                .filter(join -> join.cluster().equals(cluster))
                .forEach(join -> records.put(join.account(), record(join)));
        return records;
    }

    /** Returns the order that wrote a join in force. */
    public Order record(Join join) {
        return Objects.requireNonNull(joinsUnder(join.order()).joined(join.account()))
                .record();
    }

    /** Returns the join that a record of the journal wrote, null if it wrote none or the account had joined before. */
    @Nullable
    Join join(Order order) {
        Join join = order.slot().equals(OrderKeys.JOIN) && !order.withdraws() ? Join.of(order) : null;
        JoinsOfOrder.Joined joined =
                join == null ? null : joinsUnder(join.order()).joined(join.account());
        return joined == null || !joined.record().id().equals(order.id()) ? null : joined.join();
    }

    /** Returns the judgement that ended the joins of a standing order, null for none. */
    @Nullable
    Order endOfJoins(String order) {
        return joins.end(order);
    }

    /** Returns the standing order on a cluster, null for none. */
    public @Nullable StandingOrder standingOrder(String cluster) {
        return standingOrders().stream()
                .filter(order -> order.cluster().equals(cluster))
                .findFirst()
                .orElse(null);
    }

    /** Returns the order on a subject that needs other operators, null for none. */
    public @Nullable Order waiting(String subject) {
        return waiting.get(subject);
    }

    /** Returns the orders that count for one that {@link #waiting waits}, itself included. */
    public List<Order> asked(Order waiting) {
        return asked.getOrDefault(waiting.agreement(), List.of());
    }

    /**
     * Returns the order that hides a cluster from the review queue, null for none. A later judgement of the cluster ends it,
     * and so does evidence that has grown.
     */
    public @Nullable Order hiding(Cluster cluster, AnalysisSettings settings) {
        Order order = hiding(cluster);
        return order == null || ClusterOrder.isOutgrown(order, cluster.total, settings) ? null : order;
    }

    /** Returns the order that would hide a cluster if its evidence had not grown, null for none. */
    @Nullable
    Order outgrown(Cluster cluster, AnalysisSettings settings) {
        Order order = hiding(cluster);
        return order == null || !ClusterOrder.isOutgrown(order, cluster.total, settings) ? null : order;
    }

    private @Nullable Order hiding(Cluster cluster) {
        Order order = hidings.get(OrderKeys.ofCluster(cluster.id));
        if (order == null || !ClusterOrder.isOn(order, cluster) || order.id().equals(cluster.outgrown)) {
            return null;
        }
        boolean isJudged = onClusters.getOrDefault(order.subject(), List.of()).stream()
                .anyMatch(each ->
                        each.slot().equals(OrderKeys.JUDGEMENT) && each.rank().compareTo(order.rank()) > 0);
        return isJudged ? null : order;
    }

    /** Returns the cluster of the orders that last, or whose joins do, as its last order met it; null if none lasts. */
    public @Nullable Cluster cluster(String id, long now) {
        List<Order> lasting = onClusters.getOrDefault(OrderKeys.ofCluster(id), List.of()).stream()
                .filter(order -> !order.withdraws() && (order.lasts(now) || joins.hasJoins(order.id())))
                .toList();
        return lasting.isEmpty() ? null : ClusterOrder.clusterOf(id, lasting);
    }

    /** Returns the greatest number of a cluster that orders name, 0 for none. */
    int lastCluster() {
        return lastCluster;
    }
}
