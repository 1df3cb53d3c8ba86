package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.tokenbucket.lease.LeaseTerms;
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
    private static final int MOST_ROUNDS = 10;

    /** An owner is lost after this many consecutive rounds with a failed draw, and not before {@link #FAILED_NANOS}. */
    private static final int FAILED_ROUNDS = 2;

    private static final long FAILED_NANOS = Duration.ofSeconds(1).toNanos();

    private final Owner owner;
    private final String id;
    private final LeaseManager book;
    private boolean listed;
    private int drawing;
    private long lastRound;
    private int outages;
    private @Nullable Throwable failure;
    private int failedRounds;
    private long failingSince;
    private volatile boolean lost;

    OwnerDraws(Owner owner, String id, LeaseManager book) {
        this.owner = owner;
        this.id = id;
        this.book = book;
        this.outages = book.outages();
    }

    Owner owner() {
        return owner;
    }

    /** Returns the owner's key in the fleet's store. */
    String ownerKey() {
        return owner.name().toLowerCase(Locale.ROOT) + ':' + id;
    }

    /** Adds the set to the next round, if it is not queued yet. */
    void list(BucketSet set) {
        if (!listed) {
            listed = true;
            book.add(set);
        }
    }

    /**
     * Ends a round of the set; returns whether it takes part in the next one.
     *
     * @param needed whether the set has unsettled leases
     */
    boolean stays(boolean needed) {
        listed = needed || drawing > 0 || lost;
        failedRounds = listed ? failedRounds : 0;
        return listed;
    }

    /** Returns the number of rounds since the last call, at least 1. */
    int roundsSince(long number) {
        int rounds = Math.clamp(number - lastRound, 1, MOST_ROUNDS);
        lastRound = number;
        return rounds;
    }

    /** Returns whether the store was lost and joined again since the last call. */
    boolean hadOutage() {
        int before = outages;
        outages = book.outages();
        return outages != before;
    }

    void startDraw() {
        drawing++;
    }

    /**
     * Records the end of a draw. The owner becomes lost when its draws have failed for long enough without a successful
     * round.
     *
     * @param cause the failure; null for success
     */
    void endDraw(@Nullable Throwable why, long now) {
        drawing--;
        if (why != null) {
            failingSince = failedRounds == 0 && failure == null ? now : failingSince;
            failure = why;
        }
        if (drawing > 0) {
            return;
        }
        Throwable failed = failure;
        failure = null;
        if (failed == null) {
            drawsAgain();
        } else if (++failedRounds >= FAILED_ROUNDS && now - failingSince >= FAILED_NANOS && !lost) {
            lost = true;
            book.lostOwners().add(failed, now);
        }
    }

    private void drawsAgain() {
        failedRounds = 0;
        if (lost) {
            lost = false;
            book.lostOwners().remove();
        }
    }

    /** Returns whether draws keep failing, so that the owner is limited as if the store were lost. Thread-safe. */
    boolean isLost() {
        return lost;
    }

    LeaseTerms lostTerms() {
        return book.lostTerms();
    }

    PolicyLimits lostLimits(PolicyLimits policy) {
        return book.lostLimits(policy);
    }

    boolean isDrawing() {
        return drawing > 0;
    }
}
