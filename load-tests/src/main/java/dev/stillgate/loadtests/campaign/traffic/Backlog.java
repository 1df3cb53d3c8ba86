package dev.stillgate.loadtests.campaign.traffic;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Queue of the exchanges of a campaign that were refused, or for which it had no account. They are tried again in
 * order, and dropped after three days. Not thread-safe.
 */
final class Backlog {
    private static final long MINUTE = 60_000;
    private static final long LONGEST_WAIT = 3 * 24 * 60 * MINUTE;

    private final Deque<Run> waiting = new ArrayDeque<>();
    private long due = Source.NEVER;

    /** Returns the time of the next attempt in milliseconds since the epoch, {@link Source#NEVER} for none. */
    long due() {
        return due;
    }

    /** Adds an exchange; it is tried at a time if no other is due earlier. */
    void add(Run run, long time) {
        waiting.add(run);
        due = Math.min(due, time);
    }

    /** Removes the next exchange, null if all are too old. */
    @Nullable
    Run take(long time) {
        Run run = waiting.poll();
        while (run != null && time - run.since() > LONGEST_WAIT) {
            run = waiting.poll();
        }
        return run;
    }

    /** Puts an exchange back in front because no account was free, and waits for the first. */
    void await(Run run, long time, List<AccountSlot> slots) {
        waiting.addFirst(run);
        long free = slots.stream().mapToLong(slot -> slot.freeFrom(time)).min().orElse(Source.NEVER);
        next(free == Source.NEVER ? time + 60 * MINUTE : Math.max(free, time + MINUTE));
    }

    /** Sets the time of the next attempt, if an exchange is waiting. */
    void next(long time) {
        due = waiting.isEmpty() ? Source.NEVER : time;
    }
}
