package dev.stillgate.spi.orders;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Orders in memory. A set that only grows, with erasures: merging any orders in any sequence, once or often, gives the same
 * book (a state-based CRDT; Shapiro, Preguiça, Baquero, Zawirski: "Conflict-free Replicated Data Types", 2011). Thread-safe.
 */
public final class OrderBook {
    /** How long an order that needs other operators waits for them. */
    public static final long WAITING_MILLIS = TimeUnit.DAYS.toMillis(7);

    /** How long an order is listed after its end. */
    public static final long LISTED_MILLIS = TimeUnit.DAYS.toMillis(400);

    private final ErasureIndex erasures;
    private final Map<String, Order> byId = new HashMap<>();

    /** All orders by rank. */
    private final List<Order> ranked = new ArrayList<>();

    /** Orders whose rank the store has not assigned. */
    private final Set<String> unsent = new HashSet<>();

    /** Orders of filters that were asked for. */
    private final Map<String, List<Order>> byFilter = new HashMap<>();

    private final Map<Slot, Map<String, Order>> deciding = new HashMap<>();

    /** Copies of {@link #deciding} that were asked for since the last change of the slot. */
    private final Map<Slot, Map<String, Order>> views = new HashMap<>();

    /** Orders that need several operators, by what they ask for, in rank order. */
    private final Map<Agreement, List<Order>> asked = new HashMap<>();

    /** Number of names for each order that needs several. */
    private final Map<String, List<String>> names = new HashMap<>();

    private final List<Runnable> tasks = new CopyOnWriteArrayList<>();

    record Slot(String filter, String name) {
        static Slot of(Order order) {
            return new Slot(order.filter(), order.slot());
        }
    }

    record Agreement(String filter, String text) {
        static Agreement of(Order order) {
            return new Agreement(order.filter(), order.agreement());
        }
    }

    private record Position(Order.Rank rank, String id) implements Comparable<Position> {
        private static Position of(Order order) {
            return new Position(order.rank(), order.id());
        }

        @Override
        public int compareTo(Position other) {
            int byRank = rank.compareTo(other.rank);
            return byRank != 0 ? byRank : id.compareTo(other.id);
        }
    }

    /**
     * Creates an empty book.
     *
     * @param hash keyed hash of an account, the same on all gateways of a fleet
     */
    public OrderBook(UnaryOperator<String> hash) {
        erasures = new ErasureIndex(hash);
    }

    /**
     * Adds an order, or replaces the same one if it has no final rank yet or knows less about erasures.
     *
     * @param isFinal whether rank and time are final: assigned by the store, or by a gateway without one
     * @return whether anything changed
     */
    public boolean merge(Order order, boolean isFinal) {
        return !merge(List.of(order), isFinal).isEmpty();
    }

    /**
     * Adds orders, or replaces the same ones if they have no final rank yet or know less about erasures.
     *
     * @param isFinal whether ranks and times are final, as for one order
     * @return the orders that were added or changed, those that an erasure changed included
     */
    public synchronized List<Order> merge(Collection<Order> orders, boolean isFinal) {
        Set<String> changed = new LinkedHashSet<>();
        mergeInTurn(
                orders.stream().filter(Order::isErasure).toList(), isFinal, changed); // first: their last ranks decide
        mergeInTurn(orders.stream().filter(order -> !order.isErasure()).toList(), isFinal, changed);
        return changed.stream().map(id -> Objects.requireNonNull(byId.get(id))).toList();
    }

    private void mergeInTurn(List<Order> orders, boolean isFinal, Set<String> changed) {
        boolean late = false;
        for (Order given : orders) {
            Order order = erasures.applyTo(given);
            Order present = byId.get(order.id());
            boolean settles = present != null && isFinal && unsent.remove(order.id());
            Order merged = present == null ? order : joined(present, order, settles, isFinal);
            if (present == null && !isFinal) {
                unsent.add(order.id());
            }
            if (merged.equals(present) && !settles) {
                continue;
            }
            changed.add(merged.id());
            byId.put(merged.id(), merged);
            if (present != null && settles && merged.isErasure()) {
                raiseUnsent(Position.of(present), merged.rank(), changed);
            }
            late |= merged.isErasure() || !append(present, merged);
        }
        if (late) {
            rebuild(changed);
        }
    }

    /** Ranks unsent orders that were given after an erasure above its final rank, so that it does not apply to them. */
    private void raiseUnsent(Position provisional, Order.Rank assigned, Set<String> changed) {
        List<Order> later = unsent.stream()
                .map(id -> Objects.requireNonNull(byId.get(id)))
                .filter(order -> Position.of(order).compareTo(provisional) > 0)
                .sorted(Comparator.comparing(Position::of))
                .toList();
        Order.Rank least = assigned;
        for (Order order : later) {
            if (order.rank().compareTo(least) > 0) {
                break; // this one and those after it
            }
            least = least.next();
            byId.put(order.id(), order.ranked(least, order.time()));
            changed.add(order.id());
        }
    }

    /**
     * Returns the least upper bound of two versions of an order: a final rank before a provisional one, of two final ones
     * the least, which was assigned first; and the text that knows more about erasures.
     */
    private Order joined(Order present, Order order, boolean settles, boolean isFinal) {
        boolean comparable = isFinal == !unsent.contains(order.id());
        boolean takesRank = settles || (comparable && Position.of(order).compareTo(Position.of(present)) < 0);
        Order ranks = takesRank ? order : present;
        Order text = ErasureIndex.countIn(order) > ErasureIndex.countIn(present) ? order : present;
        return text.ranked(ranks.rank(), ranks.time());
    }

    /** Indexes an order that comes last, in place of its earlier version if that came last too; otherwise does nothing. */
    private boolean append(@Nullable Order present, Order order) {
        int at = ranked.size() - (present == null ? 0 : 1);
        if (present != null
                && (order.needs() > 1
                        || !ranked.getLast().id().equals(order.id())
                        || !present.keys().toList().equals(order.keys().toList()))) {
            return false;
        }
        if (at > 0 && Position.of(ranked.get(at - 1)).compareTo(Position.of(order)) > 0) {
            return false;
        }
        ranked.subList(at, ranked.size()).clear();
        ranked.add(order);
        if (present == null) {
            byFilter.forEach(
                    (filter, orders) -> Stream.of(order).filter(isOf(filter)).forEach(orders::add));
        } else {
            byFilter.clear();
        }
        index(order);
        return true;
    }

    /** Computes everything from the orders; needed when one came late or changed, or when an account was erased. */
    private void rebuild(Set<String> changed) {
        List<Order> sorted = new ArrayList<>(byId.values());
        sorted.sort((a, b) -> Position.of(a).compareTo(Position.of(b)));
        index(sorted);
        if (erasures.replace(sorted.stream()
                .filter(order -> order.isErasure() && isEffective(order))
                .toList())) {
            List<Order> scrubbed = erasures.applyTo(sorted);
            for (int i = 0; i < sorted.size(); i++) {
                Order order = scrubbed.get(i);
                if (!order.equals(sorted.get(i))) {
                    byId.put(order.id(), order);
                    changed.add(order.id());
                }
            }
            index(scrubbed);
        }
    }

    private void index(List<Order> sorted) {
        ranked.clear();
        byFilter.clear();
        deciding.clear();
        views.clear();
        asked.clear();
        names.clear();
        for (Order order : sorted) {
            ranked.add(order);
            index(order);
        }
    }

    private void index(Order order) {
        if (order.needs() > 1) {
            asked.computeIfAbsent(Agreement.of(order), text -> new ArrayList<>())
                    .add(order);
            names.put(order.id(), namesUntil(order));
        }
        if (isEffective(order)) {
            views.remove(Slot.of(order));
            Map<String, Order> bySlot = deciding.computeIfAbsent(Slot.of(order), s -> new HashMap<>());
            order.keys().forEach(key -> bySlot.put(key, order));
        }
    }

    private boolean isEffective(Order order) {
        return names(order) >= order.needs();
    }

    /** Returns the names when an order is indexed, so when {@link #deciding} has the orders before it. */
    private List<String> namesUntil(Order order) {
        // An erasure cannot be undone, so a book that lacks some orders must erase nothing that the whole book keeps.
        // Therefore an erasure counts names that decided an earlier one too.
        Order.Rank since = order.isErasure() ? Order.Rank.LEAST : lastDecided(order);
        Map<String, String> different = new TreeMap<>();
        List<Order> same = asked.getOrDefault(Agreement.of(order), List.of());
        for (Order other : same.reversed()) {
            if (other.rank().compareTo(since) <= 0) {
                break;
            }
            if (order.time() - other.time() <= WAITING_MILLIS) {
                different.put(name(other), other.by() == null ? "" : other.by().strip());
            }
        }
        return List.copyOf(different.values());
    }

    /** Returns the greatest rank of an order that decides about a key of an order. */
    private Order.Rank lastDecided(Order order) {
        return deciding(order).stream()
                .map(Order::rank)
                .max(Order.Rank::compareTo)
                .orElse(Order.Rank.LEAST);
    }

    /** Returns the orders that decide about the keys of an order, in its slot. */
    public synchronized List<Order> deciding(Order order) {
        Map<String, Order> bySlot = deciding.getOrDefault(Slot.of(order), Map.of());
        return order.keys().flatMap(key -> Stream.ofNullable(bySlot.get(key))).toList();
    }

    private static String name(Order order) {
        String by = order.by();
        return by == null ? "" : by.strip().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the number of different operators that asked for the same as an order, itself included: within a week before
     * it, and, unless it is an erasure, since its slot was last decided for any of its keys. Letter case does not tell operators
     * apart.
     */
    public synchronized int names(Order order) {
        List<String> different = names.get(order.id());
        return different == null ? 1 : different.size();
    }

    /** Returns the operators that {@link #names} counts, without those that asked later; none for an order that needs one. */
    public synchronized List<String> asked(Order order) {
        return names.getOrDefault(order.id(), List.of());
    }

    /** Returns the operators that {@link #asked} names for the last order that asks for the same. */
    public synchronized List<String> askedLast(Order order) {
        return asked(asked.getOrDefault(Agreement.of(order), List.of(order)).getLast());
    }

    /** Returns all orders, from the least rank on. */
    public synchronized List<Order> all() {
        return List.copyOf(ranked);
    }

    /** Returns the orders of a filter, the erasures included, from the least rank on. */
    public synchronized List<Order> all(String filter) {
        return List.copyOf(byFilter.computeIfAbsent(
                filter,
                name -> new ArrayList<>(ranked.stream().filter(isOf(name)).toList())));
    }

    private static Predicate<Order> isOf(String filter) {
        return order -> order.filter().equals(filter) || order.filter().equals(Order.EVERY_FILTER);
    }

    /** Returns an order, null if it is unknown. */
    public synchronized @Nullable Order find(String id) {
        return byId.get(id);
    }

    /** Returns the number of orders. */
    public synchronized int size() {
        return byId.size();
    }

    /** Returns the orders without a final rank, from the least provisional rank on. */
    public synchronized List<Order> unsent() {
        return unsent.isEmpty()
                ? List.of()
                : ranked.stream().filter(order -> unsent.contains(order.id())).toList();
    }

    /** Returns whether an order has no final rank yet. */
    public synchronized boolean isUnsent(String id) {
        return unsent.contains(id);
    }

    /** Returns the greatest rank of an order whose rank is final. */
    public synchronized Order.Rank greatest() {
        for (Order order : ranked.reversed()) {
            if (!unsent.contains(order.id())) {
                return order.rank();
            }
        }
        return Order.Rank.LEAST;
    }

    /** Returns the rank for an order that is given now: above all others, provisional ones included. */
    public synchronized Order.Rank next(long now) {
        Order.Rank present = new Order.Rank(now, 0);
        Order.Rank last = ranked.isEmpty() ? Order.Rank.LEAST : ranked.getLast().rank();
        return last.compareTo(present) < 0 ? present : last.next();
    }

    /** Returns the deciding orders of a filter's slot, by key; a copy. */
    public synchronized Map<String, Order> deciding(String filter, String slot) {
        return views.computeIfAbsent(
                new Slot(filter, slot),
                s -> Collections.unmodifiableMap(new HashMap<>(deciding.getOrDefault(s, Map.of()))));
    }

    /** Returns the last erasure of an account, null for none. */
    public @Nullable Order erasure(String account) {
        return erasures.of(account);
    }

    /** Returns the last erasure of each erased account. */
    public List<Order> erasures() {
        return erasures.all();
    }

    /** Returns the subject of an order that erases an account. */
    public String erasureSubject(String account) {
        return erasures.subject(account);
    }

    /** Registers a task that {@link #tellChange} runs. */
    public Orders.Subscription onChange(Runnable task) {
        tasks.add(task);
        return () -> tasks.remove(task);
    }

    /** Runs the registered tasks; call it after {@link #merge} returned changes, once for many orders. */
    public void tellChange() {
        tasks.forEach(Runnable::run);
    }

    /** State of an order at a time. */
    public enum Status {
        IN_FORCE,
        /** Other operators must ask for the same. */
        WAITING,
        /** Waited for others in vain. */
        LAPSED,
        /** Withdrawn for all its keys. */
        WITHDRAWN,
        /** Later orders decide about all its keys, or about any while it waited. */
        REPLACED,
        ENDED
    }

    /** Returns the state of an order. */
    public synchronized Status status(Order order, long now) {
        Map<String, Order> bySlot = deciding.getOrDefault(Slot.of(order), Map.of());
        List<String> keys = order.keys()
                .filter(key -> order.isErasure() || !ErasureIndex.isErased(key))
                .toList();
        if (keys.isEmpty()) {
            return Status.REPLACED;
        }
        if (!isEffective(order)) {
            if (keys.stream().anyMatch(key -> isLater(bySlot.get(key), order))) {
                return Status.REPLACED;
            }
            return now - order.time() > WAITING_MILLIS ? Status.LAPSED : Status.WAITING;
        }
        if (!order.lasts(now)) {
            return Status.ENDED;
        }
        Status status = Status.WITHDRAWN;
        for (String key : keys) {
            Order last = bySlot.get(key);
            if (last != null && last.id().equals(order.id())) {
                return Status.IN_FORCE;
            }
            if (last == null || !last.withdraws()) {
                status = Status.REPLACED;
            }
        }
        return status;
    }

    private static boolean isLater(@Nullable Order deciding, Order order) {
        return deciding != null && deciding.rank().compareTo(order.rank()) > 0;
    }

    /**
     * Forgets orders that can have no effect any more, now or later, and are no longer listed.
     *
     * @param listed how long an order is listed after its end, in milliseconds
     * @return the forgotten orders
     */
    public synchronized List<Order> forgetEnded(long now, long listed) {
        List<Order> forgotten = new Forgetting(now - listed).forgettable(ranked, order -> unsent.contains(order.id()));
        if (!forgotten.isEmpty()) {
            forgotten.forEach(order -> byId.remove(order.id()));
            rebuild(new HashSet<>());
        }
        return forgotten;
    }
}
