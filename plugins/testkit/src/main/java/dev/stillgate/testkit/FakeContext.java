package dev.stillgate.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.AdminAction;
import dev.stillgate.spi.AdminView;
import dev.stillgate.spi.Background;
import dev.stillgate.spi.ContextHashes;
import dev.stillgate.spi.Counter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.LoneFleet;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Standings;
import dev.stillgate.spi.StandingsPublisher;
import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.orders.MemoryOrders;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.OrderBook;
import dev.stillgate.spi.orders.OrderDraft;
import dev.stillgate.spi.orders.OrderEnd;
import dev.stillgate.spi.orders.Orders;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An in-memory {@link FilterContext}. State and slots live as long as the context, so a test can reload policies. */
public final class FakeContext implements FilterContext {
    private final String name;
    private final FakeTicker ticker;
    private final Map<Class<?>, Object> states = new HashMap<>();
    private final Map<String, Slot<?>> slots = new HashMap<>();
    private final Map<String, LongAdder> counts = new LinkedHashMap<>();
    private final Map<String, DoubleSupplier> gauges = new LinkedHashMap<>();
    private final Map<String, Standing> standings = new ConcurrentHashMap<>();
    private final Map<String, String> groups = new ConcurrentHashMap<>();
    private final Map<String, Long> poolRequests = new ConcurrentHashMap<>();
    private final Map<String, AdminView> views = new HashMap<>();
    private final Map<String, AdminAction> actions = new HashMap<>();
    private final List<Report> reports = new ArrayList<>();
    private @Nullable Path stateDirectory;
    private Fleet fleet = new LoneFleet();
    private OrderBook book;
    private Orders orders;

    /** Creates a context without a fleet and without a state directory. */
    public FakeContext(String name, FakeTicker ticker) {
        this.name = name;
        this.ticker = ticker;
        this.book = new OrderBook(account -> "hash of " + account);
        this.orders = new MemoryOrders(book, name, ticker::millis);
    }

    /** Returns the value of a counter, 0 if unused; tags are part of the name: {@code name[key=value,…]}. */
    public long count(String name, String... tags) {
        LongAdder count = counts.get(key(name, tags));
        return count == null ? 0 : count.sum();
    }

    /**
     * Returns the current value of a gauge.
     *
     * @throws IllegalArgumentException if the gauge does not exist
     */
    public double gauge(String name, String... tags) {
        DoubleSupplier value = gauges.get(key(name, tags));
        if (value == null) {
            throw new IllegalArgumentException("no gauge " + key(name, tags) + " among " + gauges.keySet());
        }
        return value.getAsDouble();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Ticker ticker() {
        return ticker;
    }

    @Override
    public <S> S state(Class<S> type, Supplier<S> make) {
        return type.cast(states.computeIfAbsent(type, absent -> make.get()));
    }

    @Override
    @SuppressWarnings("unchecked") // checked by the comparison of types
    public <T> Slot<T> slot(String label, Class<T> type) {
        Slot<?> slot = slots.computeIfAbsent(label, absent -> new Slot<>(label, type, slots.size()));
        if (slot.type() != type) {
            throw new IllegalArgumentException("slot " + label + " holds " + slot.type() + ", not " + type);
        }
        return (Slot<T>) slot;
    }

    @Override
    public Counter counter(String name, String... tags) {
        return counts.computeIfAbsent(key(name, tags), absent -> new LongAdder())::add;
    }

    @Override
    public void gauge(String name, DoubleSupplier value, String... tags) {
        gauges.put(key(name, tags), value);
    }

    @Override
    public Background background() {
        return ticker;
    }

    @Override
    public Standings standings() {
        return new Standings() {
            @Override
            public Standing of(Account account) {
                return standings.getOrDefault(account.id(), Standing.CLEAR);
            }

            @Override
            public @Nullable String group(Account account) {
                return groups.get(account.id());
            }

            @Override
            public long poolRequests(@Nullable String tier) {
                return poolRequests.getOrDefault(tier == null ? "" : tier, 0L);
            }
        };
    }

    @Override
    public StandingsPublisher publisher() {
        return new StandingsPublisher() {
            @Override
            public void publish(Map<String, Standing> byAccount, Map<String, String> groupByAccount) {
                standings.clear();
                standings.putAll(byAccount);
                groups.clear();
                groups.putAll(groupByAccount);
            }

            @Override
            public void publishPoolRequests(Map<String, Long> byTier) {
                poolRequests.clear();
                poolRequests.putAll(byTier);
            }
        };
    }

    @Override
    public @Nullable Path stateDirectory() {
        return stateDirectory;
    }

    @Override
    public void adminView(String page, AdminView view) {
        views.put(page, view);
    }

    @Override
    public ContextHashes contextHashes() {
        return FakeHashes.INSTANCE;
    }

    @Override
    public byte[] secret(String purpose) {
        return Arrays.copyOf((name + '/' + purpose + "/0123456789abcdef0123456789abcdef").getBytes(UTF_8), 32);
    }

    @Override
    public void adminAction(String page, String action, AdminAction perform) {
        actions.put(page + '/' + action, perform);
    }

    @Override
    public Fleet fleet() {
        return fleet;
    }

    @Override
    public Orders orders() {
        return orders;
    }

    /** Keeps the orders of filters created from now on in a book, which several gateways can share. */
    public FakeContext ordersIn(OrderBook shared) {
        book = shared;
        orders = new MemoryOrders(shared, name, ticker::millis);
        return this;
    }

    /** Gives the order to erase an account, at all gateways that share the book. */
    public Order erases(String account) {
        OrderDraft draft = new OrderDraft(
                "ann",
                null,
                Order.ERASE,
                book.erasureSubject(account),
                "erasure",
                List.of(),
                List.of(),
                false,
                OrderEnd.after(Duration.ofMillis(OrderBook.LISTED_MILLIS)),
                1,
                "",
                Map.of());
        return new MemoryOrders(book, Order.EVERY_FILTER, ticker::millis)
                .give(draft)
                .order();
    }

    /** A report of the filter. */
    public record Report(String type, String id, Map<String, String> data) {}

    @Override
    public synchronized void report(String type, String id, Map<String, String> data) {
        reports.add(new Report(type, id, Map.copyOf(data)));
    }

    /** Returns the filter's reports so far. */
    public synchronized List<Report> reports() {
        return List.copyOf(reports);
    }

    /** Sets the standing of an account. */
    public FakeContext stands(String account, Standing standing) {
        standings.put(account, standing);
        return this;
    }

    /** Sets the standing of an account and its group. */
    public FakeContext stands(String account, Standing standing, String group) {
        groups.put(account, group);
        return stands(account, standing);
    }

    /** Sets the requests a day of pools with accounts of a tier; "" for accounts without a tier. */
    public FakeContext learnsPoolRequests(String tier, long requests) {
        poolRequests.put(tier, requests);
        return this;
    }

    /** Sets the state directory of filters created from now on. */
    public FakeContext keepsStateIn(Path directory) {
        this.stateDirectory = directory;
        return this;
    }

    /** Sets the fleet of filters created from now on. */
    public FakeContext in(Fleet joined) {
        this.fleet = joined;
        return this;
    }

    /** Returns the filter's view of an admin resource, or null. */
    public @Nullable Object shows(String page, String id) {
        AdminView view = views.get(page);
        return view == null ? null : view.of(id);
    }

    /** Returns the filter's overview of a kind of admin resource, or null. */
    public @Nullable Object showsAll(String page) {
        AdminView view = views.get(page);
        return view == null ? null : view.all();
    }

    /**
     * Performs an operator's action on a resource.
     *
     * @throws IllegalArgumentException if the filter has no such action
     */
    public @Nullable Object does(String page, String action, String id, Map<String, Object> arguments) {
        AdminAction perform = actions.get(page + '/' + action);
        if (perform == null) {
            throw new IllegalArgumentException("no action " + action + " on " + page);
        }
        return perform.perform(id, arguments);
    }

    private static String key(String name, String... tags) {
        StringBuilder key = new StringBuilder(name);
        for (int i = 0; i + 1 < tags.length; i += 2) {
            key.append(i == 0 ? '[' : ',').append(tags[i]).append('=').append(tags[i + 1]);
        }
        return tags.length == 0 ? name : key.append(']').toString();
    }
}
