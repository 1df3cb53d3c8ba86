package dev.stillgate.loadtests.campaign.traffic;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Queue of the exchanges of a campaign that were refused, or for which it had no account. They are tried again in
 * order, and dropped after three days. Not thread-safe.
 *
 * @param <T> an exchange
 */
final class Backlog<T> {
    /** The longest time for which an exchange is wanted, in milliseconds. */
    static final long LONGEST_WAIT = 3 * Location.DAY;

    private final Deque<T> waiting = new ArrayDeque<>();
    private final ToLongFunction<T> since;
    private long due = Source.NEVER;

    /** @param since returns when an exchange was first due, in milliseconds since the epoch */
    Backlog(ToLongFunction<T> since) {
        this.since = since;
    }

    /** Returns the time of the next attempt in milliseconds since the epoch, {@link Source#NEVER} for none. */
    long due() {
        return due;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Adds an exchange; it is tried at a time if no other is due earlier. */
    void add(T exchange, long time) {
        waiting.add(exchange);
        due = Math.min(due, time);
    }

    /** Removes the next exchange, null if all are too old. */
    @Nullable
    T take(long time) {
        T exchange = waiting.poll();
        while (exchange != null && time - since.applyAsLong(exchange) > LONGEST_WAIT) {
            exchange = waiting.poll();
        }
        return exchange;
    }

    /** Puts an exchange back in front because no account was free, until the time of the next attempt. */
    void putBack(T exchange, long next) {
        waiting.addFirst(exchange);
        due = next;
    }

    /** Sets the time of the next attempt, if an exchange is waiting. */
    void next(long time) {
        due = waiting.isEmpty() ? Source.NEVER : time;
    }
}
