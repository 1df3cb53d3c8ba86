package dev.stillgate.proxy.orders;

import dev.stillgate.proxy.orders.OrderJson.MalformedOrderException;
import dev.stillgate.proxy.orders.SharedRecords.Stored;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.OrderBook;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The book of this gateway's orders and their journal. A lock keeps both in step; it is never held while the store is
 * asked. Thread-safe.
 */
final class KeptOrders implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeptOrders.class);

    /** How long an ended order is listed at least, even if the journal is full. */
    private static final long LEAST_LISTED_MILLIS = TimeUnit.DAYS.toMillis(1);

    /** How far ahead of the wall clock a record of the store may be; also if the clock shows the year 1970. */
    private static final long MOST_AHEAD_MILLIS = TimeUnit.DAYS.toMillis(36_525);

    private final OrderBook book;
    private final LongSupplier wall;
    private final @Nullable Journal journal;

    /** Newest time in the journal. */
    private long newest;

    /** Records of newer versions by id, which are kept and have no effect. */
    private final Map<String, Journal.Line> newer = new ConcurrentHashMap<>();

    /** Ids of malformed records in the store. */
    private final Set<String> rejected = ConcurrentHashMap.newKeySet();

    /** Ids of orders of which the store may have a text from before an erasure. */
    private final Set<String> repaired = ConcurrentHashMap.newKeySet();

    /** Whether the journal lacks something that the book has. */
    private volatile boolean isBehind;

    /**
     * Reads a journal.
     *
     * @param file the journal's file, null to keep the orders in memory only
     * @param hash keyed hash of an account
     * @param wall wall clock, in milliseconds since the epoch
     * @param isAlone whether this gateway assigns all ranks, since it has no store
     * @param mostBytes maximum size of the journal
     * @param acceptsLost whether the journal may have fewer orders than were written to it
     * @throws IOException with a message for the operator, if the journal is damaged, lacks orders, or cannot be written
     */
    KeptOrders(
            @Nullable Path file,
            UnaryOperator<String> hash,
            LongSupplier wall,
            boolean isAlone,
            long mostBytes,
            boolean acceptsLost)
            throws IOException {
        book = new OrderBook(hash);
        this.wall = wall;
        List<Order> known = new ArrayList<>();
        List<Order> unsent = new ArrayList<>();
        journal = file == null
                ? null
                : new Journal(
                        file, mostBytes, acceptsLost, time -> newest = Math.max(newest, time), (record, isFinal) -> {
                            Order order = OrderJson.read(record, OrderJson.MOST_KEPT_BYTES);
                            if (order != null) {
                                (isFinal || isAlone ? known : unsent).add(order);
                                return order.id();
                            }
                            return keepNewer(record, isFinal || isAlone);
                        });
        book.merge(unsent, false);
        book.merge(known, true);
        isBehind = Stream.concat(unsent.stream(), known.stream())
                .anyMatch(order -> !order.equals(book.find(order.id()))); // it has what was erased or replaced
        tidy();
    }

    OrderBook book() {
        return book;
    }

    /** Returns the newest time in the journal, 0 if there is none. */
    synchronized long newest() {
        return book.all().stream().mapToLong(Order::time).reduce(newest, Math::max);
    }

    /** Notes the time in the journal, so that the next start knows it. */
    synchronized void note(long time) {
        newest = time;
        tidy();
        if (journal != null && !isBehind) {
            try {
                journal.note(time);
            } catch (IOException e) {
                isBehind = true;
                LOG.warn("the journal of orders cannot be written: {}", e.getMessage());
            }
        }
    }

    private String keepNewer(Stored record, boolean isFinal) throws MalformedOrderException {
        String id = OrderJson.idOf(record);
        if (newer.put(id, new Journal.Line(id, record, isFinal)) == null) {
            LOG.warn("order {} is of a newer version: it is kept, and has no effect at this gateway", id);
        }
        return id;
    }

    /** Returns the records of newer versions. */
    Collection<Journal.Line> newer() {
        return newer.values();
    }

    /**
     * Writes an order to the journal, then adds it to the book.
     *
     * @throws IOException if it cannot be written; then it is not in the book either
     */
    synchronized List<Order> give(Order order, boolean isFinal) throws IOException {
        if (journal != null) {
            if (journal.wantsRewrite()) {
                journal.rewrite(newest, lines());
            }
            journal.append(new Journal.Line(order.id(), OrderJson.stored(order), isFinal), true);
        }
        return merge(List.of(order), isFinal);
    }

    /**
     * Adds records of the store.
     *
     * @return the orders that were added or changed
     */
    synchronized List<Order> accept(Map<String, Stored> records) {
        Map<String, Order> orders = new HashMap<>();
        records.forEach((id, record) -> {
            try {
                if (!isNear(record)) {
                    throw new MalformedOrderException(
                            "its rank " + record.rank() + " or time " + record.time() + " is too far ahead", null);
                }
                Order order = OrderJson.read(record);
                if (!id.equals(order == null ? OrderJson.idOf(record) : order.id())) {
                    throw new MalformedOrderException("it has another id", null);
                }
                if (order == null) {
                    keepNewer(record, true);
                    append(new Journal.Line(id, record, true));
                } else {
                    orders.put(id, order);
                }
            } catch (MalformedOrderException e) {
                if (rejected.add(id)) {
                    LOG.warn(
                            "the fleet's store has a record {} that cannot be read as an order: {}",
                            id,
                            e.getMessage());
                }
            }
        });
        List<Order> changed = merge(orders.values(), true);
        changed.forEach(order -> append(line(order)));
        orders.forEach((id, order) -> {
            if (!order.equals(book.find(id))) {
                repaired.add(id);
            }
        });
        return changed;
    }

    /** Returns whether the journal can keep a record's rank and time, and later orders can follow it. */
    boolean isNear(Stored record) {
        long most = wall.getAsLong() + MOST_AHEAD_MILLIS;
        Order.Rank rank = record.rank();
        return rank.millis() <= most
                && rank.sequence() <= Order.Rank.MOST_SEQUENCE
                && record.time() >= 0
                && record.time() <= most;
    }

    /** Adds orders to the book; rewrites the journal if an erasure changed the text of known ones. */
    private synchronized List<Order> merge(Collection<Order> orders, boolean isFinal) {
        Map<String, Order> given = new HashMap<>();
        Map<String, Order> before = new HashMap<>();
        for (Order order : orders) {
            Order present = book.find(order.id());
            given.put(order.id(), order);
            if (present != null) {
                before.put(order.id(), present);
            }
        }
        List<Order> changed = book.merge(orders, isFinal);
        boolean isErased = false;
        for (Order order : changed) {
            Order present = before.get(order.id());
            if (!given.containsKey(order.id())) {
                repaired.add(order.id());
                isErased = true;
            } else if (present != null) {
                isErased |= !present.ranked(order.rank(), order.time()).equals(order);
            }
        }
        if (isErased) {
            isBehind = true; // it has what was erased
            tidy();
        }
        return changed;
    }

    /** Returns the records that the store should have in place of its own, once. */
    Map<String, Stored> takeRepaired() {
        Set<String> ids = new HashSet<>(repaired);
        repaired.removeAll(ids);
        return stored(ids);
    }

    /** Returns the ids of all records that need not be asked for or sent. */
    Set<String> settled() {
        Set<String> ids = book.all().stream().map(Order::id).collect(Collectors.toCollection(HashSet::new));
        book.unsent().forEach(order -> ids.remove(order.id()));
        ids.addAll(newer.keySet());
        ids.addAll(rejected);
        return ids;
    }

    /** Returns the records with final ranks among some ids, without those that have become too large for the store. */
    Map<String, Stored> stored(Set<String> ids) {
        return ids.stream()
                .flatMap(id -> Stream.ofNullable(line(id)))
                .filter(line -> line.isFinal() && OrderJson.fits(line.record().body(), SharedRecords.MOST_BYTES))
                .collect(Collectors.toMap(Journal.Line::id, Journal.Line::record));
    }

    private Journal.@Nullable Line line(String id) {
        Order order = book.find(id);
        return order == null ? newer.get(id) : line(order);
    }

    /** Appends what is elsewhere too, or not lost by a crash. */
    private synchronized void append(Journal.Line line) {
        tidy();
        if (journal == null || isBehind) {
            return;
        }
        try {
            journal.append(line, false);
        } catch (IOException e) {
            isBehind = true;
            LOG.warn("an order of the fleet is not in the journal yet: {}", e.getMessage());
        }
    }

    /** Writes the journal anew if it lacks something or is much longer than its orders. */
    synchronized void tidy() {
        if (journal == null || !(isBehind || journal.wantsRewrite())) {
            return;
        }
        try {
            isBehind = false;
            journal.rewrite(newest, lines());
        } catch (IOException e) {
            isBehind = true;
            LOG.warn("the journal of orders could not be written anew: {}", e.getMessage());
        }
    }

    /**
     * Forgets the orders that ended long ago; those that ended later too while they fill over half of the journal.
     *
     * @return their ids
     */
    synchronized Set<String> forgetEnded(long now) {
        Set<String> ids = new HashSet<>();
        for (long kept = OrderBook.LISTED_MILLIS; kept >= LEAST_LISTED_MILLIS; kept /= 2) {
            List<Order> forgotten = book.forgetEnded(now, kept);
            forgotten.forEach(order -> ids.add(order.id()));
            isBehind |= !forgotten.isEmpty();
            tidy();
            if (journal == null || !journal.isHalfFull()) {
                break;
            }
        }
        return ids;
    }

    private Stream<Journal.Line> lines() {
        return Stream.concat(book.all().stream().map(this::line), newer.values().stream());
    }

    private Journal.Line line(Order order) {
        return new Journal.Line(order.id(), OrderJson.stored(order), !book.isUnsent(order.id()));
    }

    /** Returns whether the journal can be written; true if there is none. */
    boolean isWritable() {
        return journal == null || journal.isWritable();
    }

    boolean isOnDisk() {
        return journal != null;
    }

    /** Returns the least number of orders that the journal lacked at the start. */
    int lost() {
        return journal == null ? 0 : journal.lost();
    }

    long bytes() {
        return journal == null ? 0 : journal.bytes();
    }

    @Override
    public void close() {
        if (journal != null) {
            try {
                journal.close();
            } catch (IOException e) {
                LOG.warn("the journal of orders was not closed", e);
            }
        }
    }
}
