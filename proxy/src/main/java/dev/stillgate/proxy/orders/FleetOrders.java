package dev.stillgate.proxy.orders;

import dev.stillgate.proxy.orders.SharedRecords.Stored;
import dev.stillgate.spi.orders.Order;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exchange of orders with the fleet's store: each gets what the other has, at every join and by a periodic comparison of ids.
 * Orders of this gateway are sent in the sequence in which they were given. Thread-safe.
 */
final class FleetOrders implements SharedRecords.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(FleetOrders.class);

    /** How long a response to one request may take; each step of it has the store's own timeout. */
    private static final Duration MOST_WAIT = Duration.ofMinutes(1);

    /** How long an order waits for earlier ones that are being sent. */
    private static final Duration MOST_SENDING = Duration.ofSeconds(5);

    private final SharedRecords shared;
    private final KeptOrders kept;
    private final ReentrantLock sending = new ReentrantLock();
    private final ReentrantLock exchanging = new ReentrantLock();

    /** Whether records may have changed unseen under ids that are known. */
    private volatile boolean mayLackChanges = true;

    /** The store did not respond. */
    private static final class StoreLostException extends Exception {
        private static final long serialVersionUID = 1L;

        private StoreLostException(Throwable cause) {
            super(cause);
        }
    }

    FleetOrders(SharedRecords shared, KeptOrders kept) {
        this.shared = shared;
        this.kept = kept;
        shared.listen(this);
    }

    @Override
    public void joined() {
        mayLackChanges = true;
        exchange();
    }

    @Override
    public void changed(Map<String, Stored> records) {
        accept(records);
        repair();
    }

    /** Exchanges what one side lacks, and sends what is unsent; does nothing while another thread does so. */
    void exchange() {
        if (!exchanging.tryLock()) {
            return;
        }
        try {
            boolean whole = mayLackChanges;
            mayLackChanges = false;
            try {
                Set<String> theirs = answer(shared.ids());
                Set<String> wanted = new HashSet<>(theirs);
                if (!whole) {
                    wanted.removeAll(kept.settled());
                }
                if (!wanted.isEmpty()) {
                    accept(answer(shared.get(wanted)));
                }
                Set<String> lacking = kept.settled();
                lacking.removeAll(theirs);
                if (!lacking.isEmpty()) {
                    LOG.info("the fleet's store gets {} orders that it lacked", lacking.size());
                    answer(shared.put(kept.stored(lacking)));
                }
            } catch (StoreLostException e) {
                mayLackChanges |= whole;
                LOG.debug("orders are exchanged later, since the store does not respond", e);
                return;
            }
        } finally {
            exchanging.unlock();
        }
        send();
    }

    /** Sends the orders without a final rank; returns false if the store did not take one. */
    boolean send() {
        boolean locked = false;
        try {
            locked = sending.tryLock(MOST_SENDING.toMillis(), TimeUnit.MILLISECONDS);
            if (!locked) {
                return false;
            }
            for (Order order : kept.book().unsent()) {
                send(order);
            }
            repair();
            return true;
        } catch (StoreLostException e) {
            LOG.debug("orders are sent later, since the store does not respond", e);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            if (locked) {
                sending.unlock();
            }
        }
    }

    private void send(Order order) throws StoreLostException {
        String body = OrderJson.stored(order).body();
        Stored stored = answer(shared.add(order.id(), body, kept.book().greatest()));
        accept(Map.of(order.id(), stored));
        if (kept.book().isUnsent(order.id())) { // the store has something else under the id, or was led too far ahead
            Stored own = kept.isNear(stored) ? new Stored(stored.rank(), stored.time(), body) : OrderJson.stored(order);
            answer(shared.put(Map.of(order.id(), own)));
            accept(Map.of(order.id(), own));
        }
    }

    private void accept(Map<String, Stored> records) {
        if (!kept.accept(records).isEmpty()) {
            kept.book().tellChange();
        }
    }

    /** Replaces records of the store that know less of erasures. */
    private void repair() {
        Map<String, Stored> repaired = kept.takeRepaired();
        if (repaired.isEmpty()) {
            return;
        }
        try {
            answer(shared.put(repaired));
        } catch (StoreLostException e) {
            mayLackChanges = true;
        }
    }

    /** Removes forgotten orders; the next comparison of ids brings them back if that fails. */
    void remove(Set<String> ids) {
        try {
            answer(shared.remove(ids));
        } catch (StoreLostException e) {
            LOG.debug("ended orders are removed later, since the store does not respond", e);
        }
    }

    private static <T> T answer(CompletionStage<T> stage) throws StoreLostException {
        try {
            return stage.toCompletableFuture().get(MOST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreLostException(e);
        } catch (ExecutionException | TimeoutException e) {
            throw new StoreLostException(e);
        }
    }
}
