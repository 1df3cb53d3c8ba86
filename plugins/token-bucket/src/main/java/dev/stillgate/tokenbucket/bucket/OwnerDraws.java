package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.tokenbucket.lease.LeaseTerms;
import dev.stillgate.tokenbucket.lease.StoreState;
import dev.stillgate.tokenbucket.policy.Owner;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * State of the draws of one owner: draws in flight, membership in the next round, and failures. Guarded by the monitor
 * of the owner's bucket set, except {@link #isLost}.
 */
final class OwnerDraws {
    private static final int MAX_ROUNDS = 10;

    /** An owner is lost after this many consecutive rounds with a failed draw, and not before {@link #FAILED_NANOS}. */
    private static final int FAILED_ROUNDS = 2;

    private static final long FAILED_NANOS = Duration.ofSeconds(1).toNanos();

    private final Owner owner;
    private final String id;
    private final StoreState store;
    private boolean queued;
    private int drawsInFlight;
    private long lastRound;
    private int outages;
    private @Nullable Throwable failure;
    private int failedRounds;
    private long failingSince;
    private volatile boolean lost;

    OwnerDraws(Owner owner, String id, StoreState store) {
        this.owner = owner;
        this.id = id;
        this.store = store;
        this.outages = store.outages();
    }

    Owner owner() {
        return owner;
    }

    /** Returns the owner's key in the fleet's store. */
    String ownerKey() {
        return owner.name().toLowerCase(Locale.ROOT) + ':' + id;
    }

    /** Returns whether the set must be added to the next round; false if it was queued before. */
    boolean enqueue() {
        boolean due = !queued;
        queued = true;
        return due;
    }

    /**
     * Ends a round of the set; returns whether it takes part in the next one.
     *
     * @param needed whether the set has unsettled leases
     */
    boolean endRound(boolean needed) {
        queued = needed || drawsInFlight > 0 || lost;
        failedRounds = queued ? failedRounds : 0;
        return queued;
    }

    /** Returns the number of rounds since the last call, at least 1. */
    int roundsSince(long roundNumber) {
        int rounds = Math.clamp(roundNumber - lastRound, 1, MAX_ROUNDS);
        lastRound = roundNumber;
        return rounds;
    }

    /** Returns whether the store was lost and joined again since the last call. */
    boolean hadOutage() {
        int before = outages;
        outages = store.outages();
        return outages != before;
    }

    void startDraw() {
        drawsInFlight++;
    }

    /**
     * Records the end of a draw. The owner becomes lost when its draws have failed for long enough without a successful
     * round.
     *
     * @param cause the failure; null for success
     */
    void endDraw(@Nullable Throwable cause, long now) {
        drawsInFlight--;
        if (cause != null) {
            failingSince = failedRounds == 0 && failure == null ? now : failingSince;
            failure = cause;
        }
        if (drawsInFlight > 0) {
            return;
        }
        Throwable failed = failure;
        failure = null;
        if (failed == null) {
            recover();
        } else if (++failedRounds >= FAILED_ROUNDS && now - failingSince >= FAILED_NANOS && !lost) {
            lost = true;
            store.ownerLost(failed, now);
        }
    }

    private void recover() {
        failedRounds = 0;
        if (lost) {
            lost = false;
            store.ownerFound();
        }
    }

    /** Returns whether draws keep failing, so that the owner is limited as if the store were lost. Thread-safe. */
    boolean isLost() {
        return lost;
    }

    LeaseTerms lostTerms() {
        return store.lostTerms();
    }

    PolicyLimits lostLimits(PolicyLimits policy) {
        return store.lostLimits(policy);
    }

    boolean isDrawing() {
        return drawsInFlight > 0;
    }
}
