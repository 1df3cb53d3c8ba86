package dev.stillgate.proxy.orders;

import dev.stillgate.proxy.orders.OrderJson.MalformedOrderException;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.orders.MemoryOrders;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.OrderBook;
import dev.stillgate.spi.orders.OrderDraft;
import dev.stillgate.spi.orders.Orders;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The orders of a gateway: in memory, in the journal on its disk, and in the fleet's store. All three are merged by id, so
 * that each gets what another one has. Thread-safe.
 */
public final class GatewayOrders implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayOrders.class);
    private static final Duration HOUSEKEEPING = Duration.ofSeconds(15);
    private static final Duration FORGETTING = Duration.ofHours(1);
    private static final ScopedValue<List<Orders.Receipt>> OBSERVED = ScopedValue.newInstance();
    private static final ScopedValue<Consumer<Order>> CHECK = ScopedValue.newInstance();

    private final Ticker ticker;
    private final KeptOrders kept;
    private final OrderClock clock;
    private final @Nullable FleetOrders fleet;
    private final Object giving = new Object();
    private final ScheduledThreadPoolExecutor background = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("stillgate-orders").factory());

    /** Monotonic time when ended orders were last forgotten; used by one thread. */
    private long forgotAt;

    /**
     * Reads the orders of a journal.
     *
     * @param file the journal's file, null to keep the orders in memory only
     * @param hash keyed hash of an account, the same on all gateways of a fleet
     * @param store the fleet's store, null without one
     * @param acceptsLost whether the journal may have fewer orders than were written to it
     * @throws IOException with a message for the operator, if the journal is damaged, lacks orders, or cannot be written
     */
    public GatewayOrders(
            @Nullable Path file, UnaryOperator<String> hash, Ticker ticker, @Nullable Store store, boolean acceptsLost)
            throws IOException {
        this(file, Journal.MOST_BYTES, hash, ticker, store, acceptsLost);
    }

    GatewayOrders(
            @Nullable Path file,
            long mostBytes,
            UnaryOperator<String> hash,
            Ticker ticker,
            @Nullable Store store,
            boolean acceptsLost)
            throws IOException {
        this.ticker = ticker;
        kept = new KeptOrders(file, hash, ticker::millis, store == null, mostBytes, acceptsLost);
        clock = new OrderClock(
                ticker, store == null ? OptionalLong::empty : store.millis(), store != null, kept.newest());
        fleet = store == null ? null : new FleetOrders(store.records(), kept);
        forgotAt = ticker.nanos();
    }

    /**
     * The store of a fleet that is not started yet.
     *
     * @param millis the store's time, in milliseconds since the epoch; empty before it was heard
     */
    public record Store(SharedRecords records, Supplier<OptionalLong> millis) {}

    /** Starts the work in the background. */
    public void start() {
        background.scheduleWithFixedDelay(
                this::keepHouse, HOUSEKEEPING.toMillis(), HOUSEKEEPING.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Writes what is waiting, and forgets orders that ended long ago unless the clock is in doubt. */
    void keepHouse() {
        try {
            boolean held = clock.isHeld();
            if (!held && ticker.nanos() - forgotAt >= FORGETTING.toNanos()) {
                forgotAt = ticker.nanos();
                kept.note(clock.now());
                Set<String> forgotten = kept.forgetEnded(clock.now());
                if (fleet != null && !forgotten.isEmpty()) {
                    fleet.remove(forgotten);
                }
            }
            kept.tidy();
            if (fleet != null) {
                fleet.exchange();
            }
        } catch (RuntimeException e) {
            LOG.error("the orders' background work failed; it will run again", e);
        }
    }

    /** Returns the orders of a filter. */
    public Orders of(String filter) {
        return new OfFilter(filter);
    }

    /**
     * An order as pages show it.
     *
     * @param asked the operators that asked for it; while it waits, also those that asked for the same later
     */
    public record Listed(Order order, OrderBook.Status status, List<String> asked, boolean isUnsent) {}

    /** Returns all orders, from the least rank on. */
    public List<Listed> all() {
        long now = clock.now();
        return kept.book().all().stream().map(order -> listed(order, now)).toList();
    }

    /** Returns an order, null if it is unknown. */
    public @Nullable Listed find(String id) {
        Order order = kept.book().find(id);
        return order == null ? null : listed(order, clock.now());
    }

    private Listed listed(Order order, long now) {
        OrderBook book = kept.book();
        OrderBook.Status status = book.status(order, now);
        List<String> asked = status == OrderBook.Status.WAITING ? book.askedLast(order) : book.asked(order);
        return new Listed(order, status, asked, book.isUnsent(order.id()));
    }

    /** Returns where an order is kept. */
    public Orders.Reach reach(Order order) {
        if (fleet != null) {
            return kept.book().isUnsent(order.id()) ? Orders.Reach.HERE : Orders.Reach.FLEET;
        }
        return kept.isOnDisk() ? Orders.Reach.DISK : Orders.Reach.MEMORY;
    }

    /** Returns the ids of records that a newer version wrote; they have no effect here. */
    public List<String> newer() {
        return kept.newer().stream().map(Journal.Line::id).toList();
    }

    /** Returns the time by which orders end. */
    public long now() {
        return clock.now();
    }

    /** Returns whether the clock is in doubt, so that orders may end late. */
    public boolean isClockHeld() {
        return clock.isHeld();
    }

    /** Takes the present time for right, and returns it. */
    public long confirmClock() {
        return clock.confirm();
    }

    /** Returns whether orders are shared with other gateways. */
    public boolean isShared() {
        return fleet != null;
    }

    /**
     * Gives the order that erases an account at all gateways, and in the text of all earlier orders.
     *
     * @param needs number of operators that must ask for it
     * @return the receipt; the order has no effect while {@link #find} says that it waits
     */
    public Orders.Receipt erase(String account, @Nullable String by, int needs) {
        return give(Order.EVERY_FILTER, RequestedOrders.erasure(kept.book().erasureSubject(account), by, needs));
    }

    /** Returns the number of known orders. */
    public int known() {
        return kept.book().size();
    }

    /** Returns the number of orders that the store has not acknowledged. */
    public int unsent() {
        return kept.book().unsent().size();
    }

    /** Returns whether the last write to the journal succeeded; true if there is none. */
    public boolean isWritable() {
        return kept.isWritable();
    }

    /** Returns the least number of orders that the journal lacked at the start, which was told to accept that. */
    public int lost() {
        return kept.lost();
    }

    /** Returns the size of the journal. */
    public long journalBytes() {
        return kept.bytes();
    }

    private Orders.Receipt give(String filter, OrderDraft draft) {
        Order order;
        synchronized (giving) {
            long now = clock.given();
            order = checked(MemoryOrders.of(
                    draft, MemoryOrders.randomId(), filter, kept.book().next(now), now));
            if (CHECK.isBound()) {
                concerned(order, clock.now()).forEach(CHECK.get());
            }
            try {
                kept.give(order, fleet == null);
            } catch (IOException e) {
                throw new Orders.OrdersUnavailableException(
                        "the order was not accepted, since the journal cannot be written: " + e.getMessage(), e);
            }
        }
        kept.book().tellChange();
        Orders.Receipt receipt = sent(order);
        if (OBSERVED.isBound()) {
            OBSERVED.get().add(receipt);
        }
        return receipt;
    }

    /** Returns an order, and the orders in force that it would replace. */
    private Stream<Order> concerned(Order order, long now) {
        return Stream.concat(
                Stream.of(order),
                kept.book().deciding(order).stream().filter(last -> !last.withdraws() && last.lasts(now)));
    }

    private Orders.Receipt sent(Order order) {
        if (fleet != null) {
            fleet.send();
        }
        Order present = kept.book().find(order.id());
        return new Orders.Receipt(present == null ? order : present, reach(order));
    }

    /**
     * The result of an action.
     *
     * @param value the value that it returned
     * @param receipts the orders that it gave
     */
    public record Observed<T extends @Nullable Object>(T value, List<Orders.Receipt> receipts) {
        /** Returns the reach of the order that reaches least, null if there is none. */
        public Orders.@Nullable Reach reach() {
            Orders.Reach least = null;
            for (Orders.Receipt receipt : receipts) {
                least = least == Orders.Reach.HERE ? least : receipt.reach();
            }
            return least;
        }
    }

    /**
     * Performs an action, and observes the orders that it gives on this thread.
     *
     * @param check is told each order before it is given, and those in force that it would replace; an exception refuses it
     */
    public <T extends @Nullable Object> Observed<T> observing(Consumer<Order> check, Supplier<T> action) {
        List<Orders.Receipt> receipts = new ArrayList<>();
        T value = ScopedValue.where(OBSERVED, receipts).where(CHECK, check).call(action::get);
        return new Observed<>(value, receipts);
    }

    /** Returns the order as others will read it. */
    private static Order checked(Order order) {
        try {
            return Objects.requireNonNull(OrderJson.read(OrderJson.stored(order)));
        } catch (MalformedOrderException e) {
            PolicyException refused = new PolicyException("", "the order cannot be kept: " + e.getMessage());
            refused.initCause(e);
            throw refused;
        }
    }

    private static void runGuarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("a filter failed to take orders", e);
        }
    }

    @Override
    public void close() {
        background.shutdown();
        try {
            background.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (fleet != null) {
            fleet.send();
        }
        if (!clock.isHeld()) {
            kept.note(clock.now());
        }
        kept.close();
    }

    /** Orders of one filter. */
    private final class OfFilter implements Orders {
        private final String filter;

        private OfFilter(String filter) {
            this.filter = filter;
        }

        @Override
        public Receipt give(OrderDraft draft) {
            return GatewayOrders.this.give(filter, draft);
        }

        @Override
        public Collection<Order> all() {
            return kept.book().all(filter);
        }

        @Override
        public Map<String, Order> deciding(String slot) {
            return kept.book().deciding(filter, slot);
        }

        @Override
        public int names(Order order) {
            return kept.book().names(order);
        }

        @Override
        public Subscription onChange(Runnable task) {
            return kept.book().onChange(() -> runGuarded(task));
        }

        @Override
        public long now() {
            return clock.now();
        }

        @Override
        public @Nullable Order erasure(String account) {
            return kept.book().erasure(account);
        }

        @Override
        public Collection<Order> erasures() {
            return kept.book().erasures();
        }
    }
}
