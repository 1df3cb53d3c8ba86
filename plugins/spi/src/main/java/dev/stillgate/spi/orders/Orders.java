package dev.stillgate.spi.orders;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The orders of one filter: those that operators gave here or at another gateway of the fleet. Thread-safe. The state in
 * force is a function of the orders and the time: of the orders with one slot and key that enough operators asked for, the
 * one with the greatest rank decides, as long as it lasts.
 */
public interface Orders {
    /**
     * Gives an order: writes it to the journal and, in a fleet, to the store. It is in force here when this method returns,
     * unless other operators must agree. May take as long as the store's timeout, so no lock that the analysis needs may be
     * held.
     *
     * @throws OrdersUnavailableException if the journal cannot be written; the order has no effect
     */
    Receipt give(OrderDraft draft);

    /** Returns the known orders of this filter, the erasures included, from the least rank on. */
    Collection<Order> all();

    /**
     * Returns the deciding order of each key of a slot. It may have ended, or be a withdrawal; both mean that nothing is
     * ordered.
     *
     * @return a copy that later orders do not change
     */
    Map<String, Order> deciding(String slot);

    /**
     * Returns the number of different operators that asked for the same as an order within a week before it, itself
     * included.
     */
    int names(Order order);

    /**
     * Registers a task that runs after orders were added or changed, on the thread that did so; it must be short.
     *
     * @return ends the registration
     */
    Subscription onChange(Runnable task);

    /**
     * Returns the time by which orders end, in milliseconds since the epoch. It may go back while the clock is in doubt, and an
     * order may then have a later time.
     */
    long now();

    /**
     * Returns the last erasure of an account, null if it was never erased. Data of the account from before the order's
     * time must be deleted.
     */
    @Nullable
    Order erasure(String account);

    /** Returns the last erasure of each erased account. */
    Collection<Order> erasures();

    /** Returns the time of an account's last erasure in milliseconds since the epoch, {@link Long#MIN_VALUE} for none. */
    default long erasedAt(String account) {
        Order erasure = erasure(account);
        return erasure == null ? Long.MIN_VALUE : erasure.time();
    }

    /** An order as it was written. */
    record Receipt(Order order, Reach reach) {}

    /** Where an order is kept. */
    enum Reach {
        /** On the disk of a gateway without a fleet. */
        DISK,
        /** In this gateway's memory only, since it has no state directory. */
        MEMORY,
        /** In the fleet's store. */
        FLEET,
        /** On this gateway only, since the store is lost: it is sent when the store is back. */
        HERE
    }

    /** Registration of a task. */
    @FunctionalInterface
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /** The journal cannot be written; answered with status 503. */
    final class OrdersUnavailableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public OrdersUnavailableException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
