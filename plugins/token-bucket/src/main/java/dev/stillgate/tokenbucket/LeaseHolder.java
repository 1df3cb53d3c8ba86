package dev.stillgate.tokenbucket;

import dev.stillgate.tokenbucket.PolicyLimits.Owner;
import java.util.Locale;

/** A bucket set's place in the book of leases; used under the set's monitor. */
final class LeaseHolder {
    private static final int MOST_ROUNDS = 10;

    private final Owner owner;
    private final String id;
    private final LeaseBook book;
    private boolean listed;
    private int drawing;
    private long lastRound;
    private int outages;

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
        listed = needed || drawing > 0;
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

    void endDraw() {
        drawing--;
    }

    boolean isDrawing() {
        return drawing > 0;
    }
}
