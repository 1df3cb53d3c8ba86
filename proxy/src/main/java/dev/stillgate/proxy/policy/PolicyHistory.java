package dev.stillgate.proxy.policy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The generations that can be gone back to, the one in force last. They are few, and they share the accounts: of tables of
 * accounts at most two are kept, the one in force and the one before it, since each may take as much memory as the rest of
 * the gateway.
 */
final class PolicyHistory {
    private static final int MOST = 10;

    private final Deque<PolicyGeneration> good = new ArrayDeque<>();
    private long numbers;

    /** Returns the number of the next generation. */
    synchronized long next() {
        return ++numbers;
    }

    /** Puts a generation on top. */
    synchronized void add(PolicyGeneration generation) {
        good.addLast(generation);
        trim();
    }

    /** Puts a generation that has the content of the previous one in the place of both that one and the one in force. */
    synchronized void goBack(PolicyGeneration to) {
        good.removeLast();
        good.removeLast();
        good.addLast(to);
    }

    /** Returns the one in force. */
    synchronized PolicyGeneration current() {
        return good.getLast();
    }

    /** Returns the one that would be gone back to, null when there is none. */
    synchronized @Nullable PolicyGeneration previous() {
        Iterator<PolicyGeneration> latestFirst = good.descendingIterator();
        latestFirst.next();
        return latestFirst.hasNext() ? latestFirst.next() : null;
    }

    /** Returns all, the one in force first. */
    synchronized List<PolicyGeneration> all() {
        List<PolicyGeneration> all = new ArrayList<>();
        good.descendingIterator().forEachRemaining(all::add);
        return all;
    }

    @SuppressWarnings("ReferenceEquality") // one table is one piece of memory
    private void trim() {
        while (good.size() > MOST) {
            good.removeFirst();
        }
        int tables = 0;
        int kept = 0;
        PolicyGeneration above = null;
        for (Iterator<PolicyGeneration> latestFirst = good.descendingIterator(); latestFirst.hasNext(); kept++) {
            PolicyGeneration generation = latestFirst.next();
            tables += above == null || above.table() != generation.table() ? 1 : 0;
            if (tables > 2) {
                break;
            }
            above = generation;
        }
        while (good.size() > kept) {
            good.removeFirst();
        }
    }
}
