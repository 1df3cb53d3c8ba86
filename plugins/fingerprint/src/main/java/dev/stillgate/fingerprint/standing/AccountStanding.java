package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Standing of one account by evidence alone, with its reasons and history. Not thread-safe. */
public final class AccountStanding {
    private static final int MAX_CHANGES = 50;

    public Standing earned = Standing.CLEAR;
    public double evidence;

    @Nullable
    public String cluster;

    public List<String> reasons = List.of();
    public long confirmed;

    public final List<Change> changes = new ArrayList<>();

    /**
     * Change of the standing by evidence.
     *
     * @param at milliseconds since the epoch
     */
    public record Change(
            long at,
            Standing standing,
            double evidence,
            @Nullable String cluster,
            List<String> reasons) {}

    void clearEarned() {
        earned = Standing.CLEAR;
        evidence = 0;
        reasons = List.of();
    }

    /** Returns the standing after the last change. */
    Standing lastStanding() {
        return changes.isEmpty() ? Standing.CLEAR : changes.getLast().standing();
    }

    /** Returns the time of the last change, 0 for none. */
    long lastChange() {
        return changes.isEmpty() ? 0 : changes.getLast().at();
    }

    /**
     * Returns the earliest time at which the standing or its history can expire.
     *
     * @param lifetime how long a standing lasts, in milliseconds
     */
    long nextExpiry(long lifetime) {
        return (earned == Standing.CLEAR ? lastChange() : confirmed) + lifetime + 1;
    }

    void note(long at) {
        if (changes.size() == MAX_CHANGES) {
            changes.remove(0);
        }
        changes.add(new Change(at, earned, evidence, cluster, reasons));
    }
}
