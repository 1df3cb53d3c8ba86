package dev.stillgate.loadtests.orders;

import dev.stillgate.loadtests.orders.GivenOrder.Slot;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** All orders of a run, and what follows from them: the model that the gateways are compared with. Thread-safe. */
final class History {
    private final Map<String, List<GivenOrder>> byAccount = new TreeMap<>();
    private final List<GivenOrder> all = new ArrayList<>();

    synchronized void add(GivenOrder order) {
        all.add(order);
        byAccount
                .computeIfAbsent(order.request().account(), account -> new ArrayList<>())
                .add(order);
    }

    synchronized List<GivenOrder> all() {
        return List.copyOf(all);
    }

    synchronized Set<String> accounts() {
        return Set.copyOf(byAccount.keySet());
    }

    private synchronized List<GivenOrder> about(String account, Predicate<GivenOrder> which) {
        return byAccount.getOrDefault(account, List.of()).stream().filter(which).toList();
    }

    /** Notes that all gateways have sent their orders. */
    void settle() {
        long now = System.nanoTime();
        all().forEach(order -> order.settle(now));
    }

    /**
     * Content of one slot that a gateway may show.
     *
     * @param inForce orders that may be in force
     * @param nothing whether it may show none
     * @param deciding orders that may be the last ones
     */
    record Expected(Set<GivenOrder> inForce, boolean nothing, Set<GivenOrder> deciding) {
        /** Returns whether a gateway may show an order with this reason, or none for an empty one. */
        boolean allows(String why) {
            return why.isEmpty()
                    ? nothing
                    : inForce.stream().anyMatch(order -> order.request().why().equals(why));
        }
    }

    /** Returns what may be shown at a time. Known orders replace intervals by ranks. */
    Expected expected(String account, Slot slot, long nanos, KnownOrders known) {
        List<GivenOrder> orders = known.effective(about(
                account,
                order -> order.mayBeKept()
                        && (order.request().slot() == slot || order.request().erases())));
        Set<GivenOrder> last = new LinkedHashSet<>();
        for (GivenOrder order : orders) {
            if (orders.stream().noneMatch(other -> replaces(other, order, known))) {
                last.add(order);
            }
        }
        Set<GivenOrder> inForce = new LinkedHashSet<>();
        boolean nothing = last.stream().noneMatch(GivenOrder::isAcknowledged);
        for (GivenOrder order : last) {
            boolean withdraws = order.request().withdraws();
            nothing |= withdraws || !order.surelyLasts(nanos);
            if (!withdraws && !order.surelyEnded(nanos)) {
                inForce.add(order);
            }
        }
        return new Expected(inForce, nothing, last);
    }

    private static boolean replaces(GivenOrder later, GivenOrder order, KnownOrders known) {
        if (known.has(later) && known.has(order)) {
            return known.rank(order).compareTo(known.rank(later)) < 0;
        }
        return later.isAcknowledged() && order.precedes(later);
    }

    /** Returns whether an account was certainly erased, and has had no order since. */
    boolean isErased(String account, KnownOrders known) {
        List<GivenOrder> others =
                about(account, order -> order.mayBeKept() && !order.request().erases());
        return erasures(account, known).stream()
                .anyMatch(erasure -> others.stream().allMatch(order -> replaces(erasure, order, known)));
    }

    /** Returns the erasures of an account that enough operators asked for, as a gateway knows the orders. */
    List<GivenOrder> erasures(String account, KnownOrders known) {
        return known.effective(about(account, order -> order.request().erases()));
    }

    /**
     * Returns whether an erasure may have taken the order's reason and account: one that was not given before it, or that
     * another gateway knew while the clock of the order's own stood still.
     */
    boolean mayBeScrubbed(GivenOrder order, KnownOrders known) {
        return erasures(order.request().account(), known).stream()
                .anyMatch(erasure -> !erasure.precedes(order)
                        || (order.isOnHeldClock()
                                && erasure.request().gateway()
                                        != order.request().gateway()));
    }

    /** Returns the reasons of the orders about an account. */
    List<String> reasons(String account) {
        return about(account, order -> !order.request().erases()).stream()
                .map(order -> order.request().why())
                .toList();
    }
}
