package dev.stillgate.proxy.dialect.prose;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Tree of the JSON paths of a response that contain prose or identify it. One instance is one level: the known keys of
 * one object. All other keys are ignored. Immutable.
 */
final class ProsePaths {
    /** A short string, reported to {@link ProseReader#word}. */
    static final int WORD = 0;

    /** A non-negative integer, reported to {@link ProseReader#number}. */
    static final int NUMBER = 1;

    /** A value of which only the presence matters, reported to {@link ProseReader#mark}. */
    static final int MARK = 2;

    /** A string that may be prose, reported to {@link ProseReader#text}. */
    static final int TEXT = 3;

    /** An object with known keys. */
    static final int OBJECT = 4;

    /** An array of such objects. */
    static final int LIST = 5;

    private static final int MAX_KEY = 32;
    private static final Key[] NO_KEYS = {};

    /** The meaning of the object for the reader. */
    final ProseField frame;

    private final Key[][] byLength = new Key[MAX_KEY][];

    /** A known key. */
    static final class Key {
        private final byte[] name;
        final int kind;
        final ProseField field;
        final @Nullable ProsePaths below;

        private Key(String name, int kind, ProseField field, @Nullable ProsePaths below) {
            this.name = name.getBytes(StandardCharsets.US_ASCII);
            this.kind = kind;
            this.field = field;
            this.below = below;
        }
    }

    ProsePaths(ProseField frame, Key... keys) {
        this.frame = frame;
        Arrays.fill(byLength, NO_KEYS);
        for (Key key : keys) {
            Key[] others = byLength[key.name.length];
            byLength[key.name.length] = Arrays.copyOf(others, others.length + 1);
            byLength[key.name.length][others.length] = key;
        }
    }

    static Key word(String name, ProseField field) {
        return new Key(name, WORD, field, null);
    }

    static Key number(String name, ProseField field) {
        return new Key(name, NUMBER, field, null);
    }

    static Key mark(String name, ProseField field) {
        return new Key(name, MARK, field, null);
    }

    static Key text(String name, ProseField field) {
        return new Key(name, TEXT, field, null);
    }

    static Key object(String name, ProsePaths below) {
        return new Key(name, OBJECT, ProseField.NOTHING, below);
    }

    static Key list(String name, ProseField field, ProsePaths below) {
        return new Key(name, LIST, field, below);
    }

    /** Returns the known key with a name, or null. */
    @Nullable
    Key find(byte[] buf, int start, int end) {
        int length = end - start;
        if (length >= MAX_KEY) {
            return null;
        }
        for (Key key : byLength[length]) {
            if (Arrays.equals(key.name, 0, length, buf, start, end)) {
                return key;
            }
        }
        return null;
    }
}
