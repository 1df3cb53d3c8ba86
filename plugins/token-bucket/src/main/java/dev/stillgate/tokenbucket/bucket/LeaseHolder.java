package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.tokenbucket.lease.LeaseTerms;
import dev.stillgate.tokenbucket.policy.Owner;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A bucket set's place in the book of leases; used under the set's monitor. */
final class LeaseHolder {
    private static final int MOST_ROUNDS = 10;

    /** An owner is lost after so many rounds in a row with a failed draw, and not before so much time has passed. */
    private static final int FAILED_ROUNDS = 2;

    private static final long FAILED_NANOS = Duration.ofSeconds(1).toNanos();

    private final Owner owner;
    private final String id;
    private final LeaseBook book;
    private boolean listed;
    private int drawing;
    private long lastRound;
    private int outages;
    private @Nullable Throwable failure;
    private int failedRounds;
    private long failingSince;
    private volatile boolean lost;

    /** The place of an owner's set, which is not listed yet. */
    LeaseHolder(Owner owner, String id, LeaseBook book) {
        this.owner = owner;
        this.id = id;
        this.book = book;
        this.outages = book.outages();
    }

    Owner owner() {
        return owner;
    }

    /** Returns the name under which the fleet knows the owner. */
    String ownerKey() {
        return owner.name().toLowerCase(Locale.ROOT) + ':' + id;
    }

    /** Has the set looked at in the next round. */
    void list(BucketSet set) {
        if (!listed) {
            listed = true;
            book.add(set);
        }
    }

    /** Ends a look at the set; returns whether it is looked at in the next round too. */
    boolean stays(boolean needed) {
        listed = needed || drawing > 0 || lost;
        failedRounds = listed ? failedRounds : 0;
        return listed;
    }

    /** Returns how many rounds have passed since the last look, of which each has its part of what was spent since. */
    int roundsSince(long number) {
        int rounds = Math.clamp(number - lastRound, 1, MOST_ROUNDS);
        lastRound = number;
        return rounds;
    }

    /** Returns whether the store has been lost and found since the last look. */
    boolean hadOutage() {
        int before = outages;
        outages = book.outages();
        return outages != before;
    }

    void startDraw() {
        drawing++;
    }

    /**
     * Notes how a draw ended. The owner is lost when draws have failed for long enough and no round went well in
     * between.
     *
     * @param why why it failed, null when it did not
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

    /** Returns whether draws keep failing, so that the owner is limited as while the store is lost; any thread. */
    boolean isLost() {
        return lost;
    }

    /** Returns how far the owner may go with its leases while it is lost. */
    LeaseTerms lostTerms() {
        return book.lostTerms();
    }

    /** Returns the limits that the owner has while it is lost. */
    PolicyLimits lostLimits(PolicyLimits policy) {
        return book.lostLimits(policy);
    }

    boolean isDrawing() {
        return drawing > 0;
    }
}
