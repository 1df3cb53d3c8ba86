package dev.stillgate.proxy.policy;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The most recent policy generations, the one in force last; rollbacks use the others. Generations often share one
 * account table. At most two tables are kept, because each may be as large as the rest of the heap.
 *
 * <p>Thread-safe.
 */
final class PolicyHistory {
    private static final int MOST = 10;

    @GuardedBy("this")
    private final Deque<PolicyGeneration> generations = new ArrayDeque<>();

    @GuardedBy("this")
    private long numbers;

    /** Creates a history whose numbers follow another's. */
    PolicyHistory(long last) {
        numbers = last;
    }

    /** Returns a new generation number. */
    synchronized long next() {
        return ++numbers;
    }

    /** Appends the generation that is now in force and drops the oldest ones. */
    synchronized void add(PolicyGeneration generation) {
        generations.addLast(generation);
        trim();
    }

    /**
     * Replaces the generation in force and the previous one by a new generation with the content of the previous one.
     */
    synchronized void rollBack(PolicyGeneration to) {
        generations.removeLast();
        generations.removeLast();
        generations.addLast(to);
    }

    /** Returns the generation in force. */
    synchronized PolicyGeneration current() {
        return generations.getLast();
    }

    /** Returns the target of a rollback, null when there is none. */
    synchronized @Nullable PolicyGeneration previous() {
        Iterator<PolicyGeneration> latestFirst = generations.descendingIterator();
        latestFirst.next();
        return latestFirst.hasNext() ? latestFirst.next() : null;
    }

    /** Returns all generations, the one in force first. */
    synchronized List<PolicyGeneration> all() {
        List<PolicyGeneration> all = new ArrayList<>();
        generations.descendingIterator().forEachRemaining(all::add);
        return all;
    }

    @SuppressWarnings("ReferenceEquality") // tables are counted by identity
    @GuardedBy("this")
    private void trim() {
        while (generations.size() > MOST) {
            generations.removeFirst();
        }
        int tables = 0;
        int kept = 0;
        PolicyGeneration above = null;
        for (Iterator<PolicyGeneration> latestFirst = generations.descendingIterator(); latestFirst.hasNext(); kept++) {
            PolicyGeneration generation = latestFirst.next();
            tables += above == null || above.table() != generation.table() ? 1 : 0;
            if (tables > 2) {
                break;
            }
            above = generation;
        }
        while (generations.size() > kept) {
            generations.removeFirst();
        }
    }
}
