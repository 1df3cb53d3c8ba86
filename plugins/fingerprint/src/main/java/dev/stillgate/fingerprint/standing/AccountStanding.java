package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where one account stands and why. One thread only. */
public final class AccountStanding {
    private static final int MOST_CHANGES = 50;

    public Standing earned = Standing.CLEAR;

    @Nullable
    public Standing pinned;

    public long pinnedUntil;

    @Nullable
    public String pinnedWhy;
    /** When an operator last said something of the account, 0 for never. */
    public long pinnedAt;

    public double evidence;

    @Nullable
    public String cluster;

    public List<String> reasons = List.of();
    public long confirmed;

    @Nullable
    public DailyQuota quota;

    public final List<Change> changes = new ArrayList<>();

    /**
     * A change of standing.
     *
     * @param at milliseconds of the epoch
     */
    public record Change(
            long at,
            Standing standing,
            double evidence,
            @Nullable String cluster,
            List<String> reasons) {}

    /** Returns the standing in force: an operator's, else the one that was earned. */
    public Standing standing() {
        return pinned != null ? pinned : earned;
    }

    /** Takes back what was earned. */
    void acquit() {
        earned = Standing.CLEAR;
        evidence = 0;
        reasons = List.of();
        if (pinned == null) {
            quota = null;
        }
    }

    /** Returns whether nothing is held against the account and nothing was said of it by an operator. */
    public boolean isClear() {
        return pinned == null && earned == Standing.CLEAR;
    }

    /** Returns when the standing last changed, 0 when it never did. */
    long changed() {
        return changes.isEmpty() ? 0 : changes.getLast().at();
    }

    /** Returns when something of it may be over next, if a standing lasts so long. */
    long ends(long lasting) {
        if (pinned != null) {
            return earned == Standing.CLEAR ? pinnedUntil : Math.min(pinnedUntil, confirmed + lasting + 1);
        }
        return (earned == Standing.CLEAR ? changed() : confirmed) + lasting + 1;
    }

    void note(long at) {
        if (changes.size() == MOST_CHANGES) {
            changes.remove(0);
        }
        changes.add(new Change(at, standing(), evidence, cluster, reasons));
    }
}
