package dev.stillgate.fingerprint.standing;

import java.util.LinkedHashMap;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Orders of operators that wait for the approval of others. In memory only, and only on this gateway: a restart forgets
 * them. Not thread-safe.
 */
public final class Approvals {
    private static final int MAX_PENDING = 10_000;
    private static final long MAX_AGE = 7 * 86_400_000L;

    private final LinkedHashMap<String, Pending> pending = new LinkedHashMap<>();

    /**
     * Order that waits.
     *
     * @param order the first operator's order
     * @param by the operators that have asked for it
     * @param at milliseconds since the epoch of the first order
     */
    public record Pending(LabelOrder order, Set<String> by, long at) {}

    /**
     * Records an operator's order and returns whether enough different operators have asked for the same. An order that
     * contradicts the waiting one takes its place.
     *
     * @param subject cluster or account
     * @param needed number of operators that must agree
     * @param now milliseconds since the epoch
     */
    public boolean approve(String subject, LabelOrder order, int needed, long now) {
        if (needed <= 1) {
            pending.remove(subject);
            return true;
        }
        Pending waiting = of(subject, now);
        if (waiting == null || !waiting.order.agreesWith(order)) {
            waiting = new Pending(order, new TreeSet<>(), now);
            pending.putLast(subject, waiting);
        }
        waiting.by.add(order.by());
        if (waiting.by.size() >= needed) {
            pending.remove(subject);
            return true;
        }
        if (pending.size() > MAX_PENDING) {
            pending.pollFirstEntry();
        }
        return false;
    }

    /** Returns the order that waits for a subject; null for none. */
    public @Nullable Pending of(String subject, long now) {
        Pending waiting = pending.get(subject);
        if (waiting != null && now - waiting.at > MAX_AGE) {
            pending.remove(subject);
            return null;
        }
        return waiting;
    }
}
