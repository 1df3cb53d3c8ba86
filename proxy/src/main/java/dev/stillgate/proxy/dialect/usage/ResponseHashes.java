package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.spi.ContextMarks;

/**
 * Context marks of one response, in the order in which its parts begin. The position of an open text is reserved until
 * its mark is known. Not thread-safe.
 */
final class AnswerMarks {
    static final int MAX = 16;

    private static final int NOWHERE = -1;

    private final long[] marks = new long[MAX];
    private int count;
    private int pending = NOWHERE;

    void clear() {
        count = 0;
        pending = NOWHERE;
    }

    /** Copies the state of another list. */
    void copyFrom(AnswerMarks other) {
        System.arraycopy(other.marks, 0, marks, 0, MAX);
        count = other.count;
        pending = other.pending;
    }

    /** Adds a mark unless it is NONE, a duplicate (some upstreams repeat a call's id) or beyond the limit. */
    void add(long mark) {
        if (mark != ContextMarks.NONE && count < MAX && !contains(mark)) {
            marks[count++] = mark;
        }
    }

    private boolean contains(long mark) {
        for (int i = 0; i < count; i++) {
            if (marks[i] == mark) {
                return true;
            }
        }
        return false;
    }

    /** Reserves a position for the text that begins, unless one is reserved. */
    void reserve() {
        if (pending == NOWHERE && count < MAX) {
            pending = count;
            marks[count++] = ContextMarks.NONE;
        }
    }

    /** Sets the mark of the ended text at its reserved position. NONE removes the position. */
    void settle(long mark) {
        if (pending == NOWHERE) {
            return;
        }
        if (mark == ContextMarks.NONE) {
            count--;
            System.arraycopy(marks, pending + 1, marks, pending, count - pending);
        } else {
            marks[pending] = mark;
        }
        pending = NOWHERE;
    }

    /** Returns the number of marks, given the current mark of the open text. */
    int count(long unsettled) {
        return pending != NOWHERE && unsettled == ContextMarks.NONE ? count - 1 : count;
    }

    /** Returns a mark by index, given the current mark of the open text. */
    long get(int index, long unsettled) {
        if (pending == NOWHERE || index < pending) {
            return marks[index];
        }
        if (unsettled == ContextMarks.NONE) {
            return marks[index + 1];
        }
        return index == pending ? unsettled : marks[index];
    }
}
