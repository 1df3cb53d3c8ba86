package dev.stillgate.spi.orders;

import dev.stillgate.spi.files.StateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Erasures that a filter has applied to what it holds. Each is applied once, to everything held of the account at that
 * time: state read from the disk, and live data. Later data stay. Thread-safe.
 *
 * <p>The ids of applied erasures are kept in a file beside the filter's state, written after that state. An erasure that the
 * file does not name is applied again, so a crash, or a restored copy of both, leaves no erased data.
 */
public final class Erasures implements AutoCloseable {
    /** How many times its own duration {@link #applyDue} pauses after a call that searched the state. */
    private static final int PAUSES = 10;

    private static final long AFTER_FAILURE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Orders orders;
    private final LongSupplier nanos;
    private final Orders.Subscription subscription;

    /** Ends of applied erasures, in milliseconds since the epoch, by id of the order. */
    private final Map<String, Long> applied = new HashMap<>();

    private volatile boolean isDue = true;
    private long nextNanos;
    private boolean isSaved = true;

    /**
     * Creates the erasures of a filter that has applied none.
     *
     * @param nanos monotonic clock in nanoseconds
     */
    public Erasures(Orders orders, LongSupplier nanos) {
        this.orders = orders;
        this.nanos = nanos;
        this.nextNanos = nanos.getAsLong();
        this.subscription = orders.onChange(() -> isDue = true);
    }

    /** Data that a filter holds of accounts. */
    @FunctionalInterface
    public interface Held {
        /**
         * Deletes what is held of all erased accounts.
         *
         * @param isErased whether an account with this id was erased and may still be held
         * @throws IOException if some may be left; it is called again later
         */
        void erase(Predicate<String> isErased) throws IOException;
    }

    /**
     * Reads which erasures were applied to saved state. An erasure of an unreadable line counts as not applied.
     *
     * @throws IOException if the file exists and cannot be read
     */
    public synchronized void read(Path file) throws IOException {
        try {
            for (String line : Files.readAllLines(file)) {
                int space = line.indexOf(' ');
                if (line.matches("[0-9a-f]{32} \\d{1,18}")) {
                    applied.put(line.substring(0, space), Long.parseLong(line.substring(space + 1)));
                }
            }
        } catch (NoSuchFileException e) {
            return;
        }
    }

    /** Writes which erasures were applied, if that has changed. Call it when the state without them is on the disk. */
    public synchronized void write(Path file) throws IOException {
        if (isSaved) {
            return;
        }
        String lines = applied.entrySet().stream()
                .map(entry -> entry.getKey() + ' ' + entry.getValue() + '\n')
                .sorted()
                .collect(Collectors.joining());
        Path directory = file.getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        StateFile.replace(file, lines.getBytes(StandardCharsets.UTF_8));
        isSaved = true;
    }

    /**
     * Applies new erasures; waits with them for a later call if searching the state has just taken long.
     *
     * @return whether there were any, so that the state was searched
     */
    public synchronized boolean applyDue(Held held) throws IOException {
        long start = nanos.getAsLong();
        if (!isDue || start - nextNanos < 0) {
            return false;
        }
        long pause = AFTER_FAILURE_NANOS;
        try {
            boolean applies = apply(held);
            pause = PAUSES * (nanos.getAsLong() - start);
            return applies;
        } finally {
            nextNanos = nanos.getAsLong() + pause;
        }
    }

    private boolean apply(Held held) throws IOException {
        isDue = false;
        List<Order> found = orders.erasures().stream()
                .filter(order -> !applied.containsKey(order.id()))
                .toList();
        if (found.isEmpty()) {
            return false;
        }
        boolean done = false;
        try {
            Set<String> before = Set.copyOf(applied.keySet());
            held.erase(account -> isNew(orders.erasure(account), before));
            done = true;
        } finally {
            isDue |= !done;
        }
        applied.putAll(found.stream().collect(Collectors.toMap(Order::id, Order::until)));
        applied.values().removeIf(until -> until < orders.now() - OrderBook.LISTED_MILLIS);
        isSaved = false;
        return true;
    }

    private static boolean isNew(@Nullable Order erasure, Set<String> before) {
        return erasure != null && !before.contains(erasure.id());
    }

    @Override
    public void close() {
        subscription.close();
    }
}
