package dev.stillgate.spi.orders;

import java.security.SecureRandom;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Orders of one filter in a book that no journal keeps: for validation, backtests and tests. Thread-safe. */
public final class MemoryOrders implements Orders {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final OrderBook book;
    private final String filter;
    private final LongSupplier millis;

    /**
     * Creates the orders of a filter; several filters may share a book.
     *
     * @param millis wall clock, in milliseconds since the epoch
     */
    public MemoryOrders(OrderBook book, String filter, LongSupplier millis) {
        this.book = book;
        this.filter = filter;
        this.millis = millis;
    }

    @Override
    public Receipt give(OrderDraft draft) {
        Order order = of(draft, randomId(), filter, book.next(now()), now());
        book.merge(order, true);
        book.tellChange();
        return new Receipt(order, Reach.MEMORY);
    }

    /** Returns a new random id of an order. */
    public static String randomId() {
        byte[] bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Returns the order of a draft. */
    public static Order of(OrderDraft draft, String id, String filter, Order.Rank rank, long time) {
        return new Order(
                id,
                rank,
                time,
                filter,
                draft.by(),
                draft.why(),
                draft.action(),
                draft.subject(),
                draft.slot(),
                draft.accounts(),
                draft.except(),
                draft.withdraws(),
                draft.end().of(time),
                draft.end().isDate(),
                draft.needs(),
                draft.agreement(),
                draft.details());
    }

    @Override
    public Collection<Order> all() {
        return book.all(filter);
    }

    @Override
    public Map<String, Order> deciding(String slot) {
        return book.deciding(filter, slot);
    }

    @Override
    public int names(Order order) {
        return book.names(order);
    }

    @Override
    public Subscription onChange(Runnable task) {
        return book.onChange(task);
    }

    @Override
    public long now() {
        return millis.getAsLong();
    }

    @Override
    public @Nullable Order erasure(String account) {
        return book.erasure(account);
    }

    @Override
    public Collection<Order> erasures() {
        return book.erasures();
    }
}
