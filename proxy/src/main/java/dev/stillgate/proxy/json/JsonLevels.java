package dev.stillgate.proxy.json;

import org.jspecify.annotations.Nullable;

/** Stack of the objects and arrays that a {@link JsonReader} follows. Not thread-safe. */
final class JsonLevels<F> {
    /** Limit of the depth. */
    static final int MAX = 16;

    private final JsonPaths<F>[] paths;
    private final F[] meanings;

    /** Which levels are arrays, a bit for each. */
    private int arrays;

    private int depth;

    @SuppressWarnings("unchecked") // arrays cannot have a type argument
    JsonLevels() {
        paths = (JsonPaths<F>[]) new JsonPaths<?>[MAX];
        meanings = (F[]) new Object[MAX];
    }

    void clear() {
        depth = 0;
    }

    boolean isEmpty() {
        return depth == 0;
    }

    /** Returns whether the innermost level is an array. */
    boolean inArray() {
        return (arrays >>> (depth - 1) & 1) != 0;
    }

    /** Returns the known keys of the innermost object, or of the objects in the innermost array. */
    JsonPaths<F> paths() {
        return paths[depth - 1];
    }

    /** Enters an object or array; {@code meaning} is its meaning, null if it is not reported. */
    void push(JsonPaths<F> below, @Nullable F meaning, boolean array) {
        paths[depth] = below;
        meanings[depth] = meaning;
        arrays = array ? arrays | 1 << depth : arrays & ~(1 << depth);
        depth++;
    }

    /** Leaves the innermost level and returns its meaning. */
    @Nullable
    F pop() {
        depth--;
        return meanings[depth];
    }
}
