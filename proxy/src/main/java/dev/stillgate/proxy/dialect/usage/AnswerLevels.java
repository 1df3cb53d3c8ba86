package dev.stillgate.proxy.dialect.usage;

import org.jspecify.annotations.Nullable;

/** The objects, and arrays of objects, that a scanner is in and looks at, the innermost last. */
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

    /** Returns whether the innermost is an array. */
    boolean inList() {
        return (lists >>> (depth - 1) & 1) != 0;
    }

    /** Enters an object, or an array of objects of such paths; returns false when it is too deep to be followed. */
    boolean push(AnswerPaths below, boolean list) {
        if (depth == MAX) {
            return false;
        }
        paths[depth] = below;
        lists = list ? lists | 1 << depth : lists & ~(1 << depth);
        depth++;
        return true;
    }

    /** Enters an object of the innermost array. */
    boolean pushElement() {
        AnswerPaths below = paths[depth - 1];
        return below != null && push(below, false);
    }

    /** Returns what the innermost is to the one who is told of objects. */
    int frame() {
        AnswerPaths top = paths[depth - 1];
        return top == null ? AnswerPaths.NO_FRAME : top.frame;
    }

    /** Leaves the innermost. */
    void pop() {
        depth--;
    }

    /** Returns the innermost object's key of that name, or null. */
    AnswerPaths.@Nullable Key find(PiecedString name) {
        AnswerPaths top = paths[depth - 1];
        return top == null ? null : top.find(name.bytes(), name.start(), name.end());
    }
}
