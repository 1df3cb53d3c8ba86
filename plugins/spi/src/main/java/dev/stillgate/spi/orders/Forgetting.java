package dev.stillgate.spi.orders;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Choice of the orders that can be forgotten without any effect, now or later. Kept are orders that ended after a time or may
 * still wait; those that replace a longer one; and those that count for a kept order that needs several operators, or
 * that reset its count. Not thread-safe.
 */
final class Forgetting {
    private record Key(OrderBook.Slot slot, String key) {}

    private final long endedBefore;

    /** Earliest time of a kept order that needs several operators, by agreement and by key. */
    private final Map<Object, Long> needed = new HashMap<>();

    Forgetting(long endedBefore) {
        this.endedBefore = endedBefore;
    }

    /** Returns the orders to forget. */
    List<Order> forgettable(Collection<Order> ranked, Predicate<Order> stays) {
        List<Order> orders = new ArrayList<>(ranked);
        long[] ends = ends(orders);
        List<Order> forgotten = new ArrayList<>();
        for (int i = orders.size() - 1; i >= 0; i--) {
            Order order = orders.get(i);
            if (ends[i] < endedBefore && !stays.test(order) && !isNeeded(order)) {
                forgotten.add(order);
            } else if (order.needs() > 1) {
                needed.merge(OrderBook.Agreement.of(order), order.time(), Math::min);
                order.keys().forEach(key -> needed.merge(key(order, key), order.time(), Math::min));
            }
        }
        return forgotten.reversed();
    }

    /** Returns for each order when it and all that it may replace have ended, and it can no longer wait for others. */
    private static long[] ends(List<Order> orders) {
        long[] ends = new long[orders.size()];
        Map<Key, Long> longest = new HashMap<>();
        for (int i = 0; i < ends.length; i++) {
            Order order = orders.get(i);
            long end = Math.max(
                    Math.max(order.until(), order.time() + OrderBook.WAITING_MILLIS),
                    order.keys()
                            .mapToLong(key -> longest.getOrDefault(key(order, key), 0L))
                            .max()
                            .orElse(0));
            order.keys().forEach(key -> longest.merge(key(order, key), order.until(), Math::max));
            ends[i] = end;
        }
        return ends;
    }

    private boolean isNeeded(Order order) {
        long since = order.time() + OrderBook.WAITING_MILLIS;
        return needed.getOrDefault(OrderBook.Agreement.of(order), Long.MAX_VALUE) <= since
                || order.keys().anyMatch(key -> needed.getOrDefault(key(order, key), Long.MAX_VALUE) <= since);
    }

    private static Key key(Order order, String key) {
        return new Key(OrderBook.Slot.of(order), key);
    }
}
