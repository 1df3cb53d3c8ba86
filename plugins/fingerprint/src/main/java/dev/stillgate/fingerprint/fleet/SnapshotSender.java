package dev.stillgate.fingerprint.fleet;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.spi.FleetFeed;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Sending of snapshots in parts, one snapshot at a time. A part is sent once the store has the one before it, since all of
 * them may be more than the feed's queue holds. Thread-safe.
 */
final class SnapshotSender {
    private final FleetFeed feed;

    @GuardedBy("this")
    private @Nullable Sending current;

    @GuardedBy("this")
    private boolean waiting;

    SnapshotSender(FleetFeed feed) {
        this.feed = feed;
    }

    private static final class Sending {
        private final int kind;
        private final SnapshotAssembler.Version version;
        private final byte[] snapshot;
        private int next;

        private Sending(int kind, SnapshotAssembler.Version version, byte[] snapshot) {
            this.kind = kind;
            this.version = version;
            this.snapshot = snapshot;
        }
    }

    /** Returns whether a snapshot is being sent. */
    synchronized boolean isBusy() {
        return current != null;
    }

    /** Begins to send a snapshot, in place of the one that is being sent. */
    void send(int kind, SnapshotAssembler.Version version, byte[] snapshot) {
        synchronized (this) {
            current = new Sending(kind, version, snapshot);
        }
        resume();
    }

    /** Stops sending. */
    synchronized void abandon() {
        current = null;
    }

    /** Sends the next part unless one is on its way; also a part that failed before. */
    void resume() {
        boolean goesOn = true;
        while (goesOn) {
            Sending sending;
            byte[] part;
            synchronized (this) {
                sending = current;
                if (sending == null || waiting) {
                    return;
                }
                waiting = true;
                part = FleetMessages.part(sending.kind, sending.version, sending.snapshot, sending.next);
            }
            CompletableFuture<Void> stored = feed.send(part).toCompletableFuture();
            if (stored.isDone()) {
                goesOn = answered(sending, !stored.isCompletedExceptionally());
            } else {
                goesOn = false;
                stored.whenComplete((done, failure) -> {
                    if (answered(sending, failure == null)) {
                        resume();
                    }
                });
            }
        }
    }

    /** Returns whether the next part can be sent at once. */
    private synchronized boolean answered(Sending sending, boolean isStored) {
        waiting = false;
        if (isStored && ++sending.next == FleetMessages.count(sending.snapshot) && sending.equals(current)) {
            current = null;
        }
        return isStored && current != null;
    }
}
