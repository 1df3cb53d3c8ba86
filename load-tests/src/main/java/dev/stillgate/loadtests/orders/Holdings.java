package dev.stillgate.loadtests.orders;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which disks and stores certainly have which acknowledged orders, so that a fault never destroys the last copy of one.
 * Thread-safe.
 */
final class Holdings {
    /** The place that is the store; the others are the numbers of gateways. */
    static final int STORE = -1;

    private final Map<GivenOrder, Set<Integer>> places = new HashMap<>();
    private final Map<Integer, Set<GivenOrder>> copies = new HashMap<>();
    private final Map<Integer, Long> destroyed = new HashMap<>();

    /** Notes that a place has an order, unless the place was destroyed after the time of that knowledge. */
    synchronized void has(int place, GivenOrder order, long since) {
        if (destroyed.getOrDefault(place, Long.MIN_VALUE) < since) {
            places.computeIfAbsent(order, o -> new HashSet<>()).add(place);
        }
    }

    /** Notes that all places have all acknowledged orders. */
    synchronized void everywhere(List<GivenOrder> orders, int gateways) {
        for (GivenOrder order : orders) {
            for (int place = STORE; place < gateways; place++) {
                places.computeIfAbsent(order, o -> new HashSet<>()).add(place);
            }
        }
    }

    /** Notes that a copy of a disk is about to be made. */
    synchronized void copied(int gateway) {
        Set<GivenOrder> held = new HashSet<>();
        places.forEach((order, at) -> {
            if (at.contains(gateway)) {
                held.add(order);
            }
        });
        copies.put(gateway, held);
    }

    synchronized boolean hasCopy(int gateway) {
        return copies.containsKey(gateway);
    }

    /**
     * Notes that places lose what they have, if every order is kept elsewhere.
     *
     * @param emptied places that lose everything
     * @param restored gateways whose disks are replaced by their copies
     * @return whether the loss may happen
     */
    synchronized boolean mayLose(Set<Integer> emptied, Set<Integer> restored) {
        Map<GivenOrder, Set<Integer>> left = new HashMap<>();
        for (Map.Entry<GivenOrder, Set<Integer>> entry : places.entrySet()) {
            Set<Integer> at = new HashSet<>(entry.getValue());
            at.removeAll(emptied);
            at.removeIf(place -> restored.contains(place)
                    && !copies.getOrDefault(place, Set.of()).contains(entry.getKey()));
            if (at.isEmpty()) {
                return false;
            }
            left.put(entry.getKey(), at);
        }
        places.putAll(left);
        long now = System.nanoTime();
        emptied.forEach(place -> destroyed.put(place, now));
        restored.forEach(place -> destroyed.put(place, now));
        return true;
    }
}
