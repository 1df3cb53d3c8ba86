package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.spi.ContextMarks;

/** The marks of one answer, in the order in which its parts begin: a text's place is kept until its mark is known. */
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

    /** Becomes like another. */
    void set(AnswerMarks other) {
        System.arraycopy(other.marks, 0, marks, 0, MAX);
        count = other.count;
        pending = other.pending;
    }

    /** Adds a mark unless it is none, is there already or there are too many; some upstreams repeat a call's id. */
    void add(long mark) {
        if (mark != ContextMarks.NONE && count < MAX && !has(mark)) {
            marks[count++] = mark;
        }
    }

    private boolean has(long mark) {
        for (int i = 0; i < count; i++) {
            if (marks[i] == mark) {
                return true;
            }
        }
        return false;
    }

    /** Keeps a place for the text that begins. */
    void reserve() {
        if (pending == NOWHERE && count < MAX) {
            pending = count;
            marks[count++] = ContextMarks.NONE;
        }
    }

    /** Puts the mark of a text that has ended in its place; with none, others move up. */
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

    /** Returns how many there are when the text that has not ended has that mark. */
    int count(long unsettled) {
        return pending != NOWHERE && unsettled == ContextMarks.NONE ? count - 1 : count;
    }

    /** Returns one of them when the text that has not ended has that mark. */
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
