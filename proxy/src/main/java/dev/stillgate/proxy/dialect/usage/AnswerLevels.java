package dev.stillgate.proxy.dialect.usage;

import org.jspecify.annotations.Nullable;

/** Stack of the open objects and arrays of objects that a scanner follows. Not thread-safe. */
final class AnswerLevels {
    private static final int MAX = 10;

    private final @Nullable AnswerPaths[] paths = new AnswerPaths[MAX];
    private int lists;
    private int depth;

    void clear() {
        depth = 0;
    }

    boolean isEmpty() {
        return depth == 0;
    }

    /** Returns whether the innermost level is an array. */
    boolean inList() {
        return (lists >>> (depth - 1) & 1) != 0;
    }

    /** Enters an object, or an array of such objects. Returns false if the stack is full. */
    boolean push(AnswerPaths below, boolean list) {
        if (depth == MAX) {
            return false;
        }
        paths[depth] = below;
        lists = list ? lists | 1 << depth : lists & ~(1 << depth);
        depth++;
        return true;
    }

    /** Enters an object of the innermost array. Returns false if the stack is full. */
    boolean pushElement() {
        AnswerPaths below = paths[depth - 1];
        return below != null && push(below, false);
    }

    /** Returns the frame of the innermost level, see {@link AnswerPaths#frame}. */
    int frame() {
        AnswerPaths top = paths[depth - 1];
        return top == null ? AnswerPaths.NO_FRAME : top.frame;
    }

    void pop() {
        depth--;
    }

    /** Returns the known key of the innermost object by its name, or null. */
    AnswerPaths.@Nullable Key find(PiecedString name) {
        AnswerPaths top = paths[depth - 1];
        return top == null ? null : top.find(name.bytes(), name.start(), name.end());
    }
}
