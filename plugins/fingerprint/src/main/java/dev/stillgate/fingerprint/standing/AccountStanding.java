package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Standing of one account with its reasons and history. Not thread-safe. */
public final class AccountStanding {
    private static final int MAX_CHANGES = 50;

    public Standing earned = Standing.CLEAR;

    @Nullable
    public Standing pinned;

    public long pinnedUntil;

    /** Name of the operator who pinned the standing, null if unknown. */
    @Nullable
    public String pinnedBy;

    @Nullable
    public String pinnedWhy;

    @Nullable
    public Label label;

    /** Time of the last change by an operator, 0 for never. */
    public long pinnedAt;

    public double evidence;

    @Nullable
    public String cluster;

    public List<String> reasons = List.of();
    public long confirmed;

    public final List<Change> changes = new ArrayList<>();

    /**
     * Change of a standing.
     *
     * @param at milliseconds since the epoch
     */
    public record Change(
            long at,
            Standing standing,
            double evidence,
            @Nullable String cluster,
            List<String> reasons) {}

    void pin(ManualStanding pin) {
        pinned = pin.standing();
        pinnedUntil = pin.until();
        pinnedBy = pin.by();
        pinnedWhy = pin.why();
    }

    void unpin() {
        pinned = null;
        pinnedBy = null;
        pinnedWhy = null;
    }

    /** Returns the standing in force: the pinned one, else the one by the label, else the earned one. */
    public Standing standing() {
        Label given = label;
        return pinned != null ? pinned : given == null ? earned : given.applyTo(earned, cluster);
    }

    /** Returns whether an operator set the standing, or confirmed it knowing that the account is verified. */
    public boolean isOrdered() {
        return pinned != null || (label != null && label.despiteVerification());
    }

    /** Returns the cluster that the standing results from, which is also the account's pool; null for none. */
    @Nullable
    String group() {
        Label given = label;
        return given != null && given.pools() ? given.cluster() : cluster;
    }

    void clearEarned() {
        earned = Standing.CLEAR;
        evidence = 0;
        reasons = List.of();
    }

    /** Returns whether the account is clear, not pinned and not labelled. */
    public boolean isClear() {
        return pinned == null && label == null && earned == Standing.CLEAR;
    }

    /** Returns the time of the last change, 0 for none. */
    long lastChange() {
        return changes.isEmpty() ? 0 : changes.getLast().at();
    }

    /**
     * Returns the earliest time at which the standing, its pin or its history can expire.
     *
     * @param lifetime how long a standing lasts, in milliseconds
     */
    long nextExpiry(long lifetime) {
        long next = pinned == null ? Long.MAX_VALUE : pinnedUntil;
        Label given = label;
        next = given == null ? next : Math.min(next, given.until());
        boolean isHeld = pinned != null || given != null;
        return earned == Standing.CLEAR && isHeld
                ? next
                : Math.min(next, (earned == Standing.CLEAR ? lastChange() : confirmed) + lifetime + 1);
    }

    void note(long at) {
        if (changes.size() == MAX_CHANGES) {
            changes.remove(0);
        }
        changes.add(new Change(at, standing(), evidence, cluster, reasons));
    }
}
