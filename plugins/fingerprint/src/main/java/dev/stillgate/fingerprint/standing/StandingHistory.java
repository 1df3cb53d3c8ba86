package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.Orders;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Standings of some accounts over time: changes by evidence, and the orders of operators as all gateways know them. */
public final class StandingHistory {
    private static final Set<String> SLOTS = Set.of(OrderKeys.STANDING, OrderKeys.JUDGEMENT, OrderKeys.JOIN);

    private final Ladder ladder;
    private final long now;
    private final Map<String, List<Order>> orders = new HashMap<>();

    /** Id of the judgement of a cluster that ended an account's join. */
    private final Map<String, String> joinEnds = new HashMap<>();

    /** Exceptions of each order, by its id. */
    private final Map<String, Set<String>> exceptions = new HashMap<>();

    public StandingHistory(Ladder ladder, Orders all, Collection<String> accounts) {
        this.ladder = ladder;
        this.now = all.now();
        Set<String> wanted = new HashSet<>(accounts);
        for (Order order : all.all()) {
            boolean counts =
                    !Collections.disjoint(order.accounts(), wanted) || !Collections.disjoint(order.except(), wanted);
            if (counts && SLOTS.contains(order.slot()) && (order.needs() <= 1 || all.names(order) >= order.needs())) {
                order.keys()
                        .filter(wanted::contains)
                        .forEach(account -> orders.computeIfAbsent(account, absent -> new ArrayList<>())
                                .add(order));
            }
        }
        orders.forEach((account, given) -> {
            Order end = endOfJoin(given);
            if (end != null) {
                joinEnds.put(account, end.id());
                if (given.stream().noneMatch(order -> order.id().equals(end.id()))) {
                    given.add(end);
                }
            }
        });
    }

    /** Returns the judgement of a cluster that ended an account's join, null for none. */
    private @Nullable Order endOfJoin(List<Order> given) {
        return given.stream()
                .map(ladder.orders()::join)
                .filter(Objects::nonNull)
                .map(join -> ladder.orders().endOfJoins(join.order()))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /**
     * Event in the history of an account.
     *
     * @param at milliseconds since the epoch
     * @param standing standing in force after it
     * @param isOrdered whether an order justifies that standing whether or not the account is verified
     * @param evidence change by evidence, null for an event of an order
     * @param order order that began or ended, null for a change by evidence
     * @param ended whether the order ended
     */
    public record Event(
            long at,
            Standing standing,
            boolean isOrdered,
            AccountStanding.@Nullable Change evidence,
            @Nullable Order order,
            boolean ended) {}

    /** Returns the events of an account, the earliest first. */
    public List<Event> of(String account) {
        List<Event> events = new ArrayList<>();
        AccountStanding entry = ladder.find(account);
        if (entry != null) {
            entry.changes.forEach(
                    change -> events.add(new Event(change.at(), change.standing(), false, change, null, false)));
        }
        List<Order> given = orders.getOrDefault(account, List.of());
        for (int i = 0; i < given.size(); i++) {
            Order order = given.get(i);
            events.add(new Event(OrderKeys.at(order), Standing.CLEAR, false, null, order, false));
            long replaced = replaced(given, i);
            if (!order.withdraws() && order.until() <= now && order.until() < replaced) {
                events.add(new Event(order.until(), Standing.CLEAR, false, null, order, true));
            }
        }
        events.sort(Comparator.comparingLong(Event::at));
        return standings(account, events);
    }

    /** Returns the time of the order that replaced another one. */
    private static long replaced(List<Order> given, int index) {
        Order order = given.get(index);
        return given.subList(index + 1, given.size()).stream()
                .filter(later -> later.slot().equals(order.slot()))
                .mapToLong(OrderKeys::at)
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }

    private Set<String> exceptions(Order order) {
        return exceptions.computeIfAbsent(order.id(), absent -> new HashSet<>(order.except()));
    }

    private List<Event> standings(String account, List<Event> events) {
        List<Event> after = new ArrayList<>();
        Standing earned = Standing.CLEAR;
        String from = null;
        Pin pin = null;
        Label label = null;
        Join join = null;
        String joinEnd = joinEnds.get(account);
        for (Event event : events) {
            Order order = event.order;
            AccountStanding.Change change = event.evidence;
            if (change != null) {
                earned = change.standing();
                from = change.cluster();
            } else if (order != null) {
                boolean ends = event.ended || order.withdraws();
                if (order.slot().equals(OrderKeys.STANDING)) {
                    pin = ends ? null : Pin.of(order);
                } else if (order.slot().equals(OrderKeys.JOIN)) {
                    join = ends ? null : ladder.orders().join(order);
                } else {
                    boolean endsJoin = order.id().equals(joinEnd);
                    join = endsJoin ? null : join;
                    if (!endsJoin || order.keys().anyMatch(account::equals)) {
                        label = ends ? null : Label.of(order, exceptions(order).contains(account));
                    }
                }
            }
            boolean isOrdered =
                    pin != null || (label != null ? label.despiteVerification() : join != null && join.pools());
            after.add(new Event(
                    event.at, Ladder.standing(earned, from, pin, label, join), isOrdered, change, order, event.ended));
        }
        return after;
    }
}
