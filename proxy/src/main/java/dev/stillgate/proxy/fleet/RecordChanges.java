package dev.stillgate.proxy.fleet;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.proxy.orders.SharedRecords;
import dev.stillgate.proxy.orders.SharedRecords.Stored;
import io.netty.util.concurrent.EventExecutor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivery of changed records: collects the announced ids, looks them up in batches, and calls the receiver, which may
 * block the thread of records.
 */
final class RecordChanges implements StreamReader.Listener {
    private static final Logger log = LoggerFactory.getLogger(RecordChanges.class);
    private static final int BATCH = 256;
    private static final int MOST_ID_BYTES = 128;

    /** Number of ids that may wait; beyond it, the receiver is told that any record may have changed. */
    private static final int MOST_WAITING = 10_000;

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final SharedRecords records;
    private final SharedRecords.Listener receiver;
    private final EventExecutor thread;

    @GuardedBy("this")
    private final Set<String> changed = new LinkedHashSet<>();

    @GuardedBy("this")
    private boolean anyChanged;

    private boolean logged;

    RecordChanges(SharedRecords records, SharedRecords.Listener receiver, EventExecutor thread) {
        this.records = records;
        this.receiver = receiver;
        this.thread = thread;
    }

    @Override
    public void joined() {
        synchronized (this) {
            anyChanged = true;
            changed.clear();
        }
        wake();
    }

    @Override
    public void record(long millis, String from, byte[] id) {
        synchronized (this) {
            if (id.length <= MOST_ID_BYTES) {
                changed.add(new String(id, StandardCharsets.UTF_8));
            }
            if (changed.size() > MOST_WAITING) {
                changed.clear();
                anyChanged = true;
            }
        }
        wake();
    }

    private void wake() {
        try {
            thread.execute(this::deliver);
        } catch (RejectedExecutionException closed) {
            log.debug("the fleet is closing");
        }
    }

    private void deliver() {
        try {
            if (takeAnyChanged()) {
                receiver.joined();
            }
            Set<String> ids = takeChanged();
            while (!ids.isEmpty() && deliver(ids)) {
                ids = takeChanged();
            }
        } catch (RuntimeException failure) {
            if (!logged) {
                logged = true;
                log.error("the receiver of records failed; it is told again, and this is not logged again", failure);
            }
            synchronized (this) {
                anyChanged = true;
            }
            retry();
        }
    }

    private void retry() {
        Runnable again = this::deliver;
        thread.schedule(again, RETRY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Returns false if the store did not answer; the ids are then looked up later. */
    private boolean deliver(Set<String> ids) {
        Map<String, Stored> found;
        try {
            found = records.get(ids).toCompletableFuture().join();
        } catch (CompletionException unanswered) {
            synchronized (this) {
                changed.addAll(ids);
            }
            retry();
            return false;
        }
        receiver.changed(found);
        return true;
    }

    private synchronized boolean takeAnyChanged() {
        boolean any = anyChanged;
        anyChanged = false;
        return any;
    }

    private synchronized Set<String> takeChanged() {
        Set<String> taken = new LinkedHashSet<>();
        changed.stream().limit(BATCH).forEach(taken::add);
        changed.removeAll(taken);
        return taken;
    }
}
