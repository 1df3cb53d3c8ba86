package dev.stillgate.proxy.json;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tree of the paths that a {@link JsonReader} follows. One instance is one level: the known keys of one object. All
 * other keys are ignored. Immutable.
 *
 * @param <F> meaning of a value or container for the {@link JsonSink}
 */
public final class JsonPaths<F> {
    /** The meaning of the object; null if its start and end are not reported. */
    final @Nullable F meaning;

    /** Number of objects and arrays around the innermost value. */
    final int depth;

    /** Whether the document may also be an array of such objects. */
    final boolean orList;

    private final Key<F>[] keys;

    /** The keys by the length of their names. */
    private final Key<F>[][] byLength;

    @SuppressWarnings({"unchecked", "rawtypes"}) // arrays cannot have a type argument
    private JsonPaths(@Nullable F meaning, boolean orList, Key<F>[] keys) {
        this.meaning = meaning;
        this.orList = orList;
        this.keys = keys;
        this.depth =
                (orList ? 2 : 1) + Stream.of(keys).mapToInt(Key::depth).max().orElse(0);
        int longest =
                Stream.of(keys).mapToInt(key -> key.name.text.length()).max().orElse(0);
        byLength = new Key[longest + 1][];
        Arrays.setAll(
                byLength,
                length -> Stream.of(keys)
                        .filter(key -> key.name.text.length() == length)
                        .toArray(Key[]::new));
    }

    /** How a value is read. A value of another type is skipped. */
    enum Kind {
        NUMBER,
        SHORT_STRING,
        TEXT,
        JSON,
        PRESENCE,
        OBJECT,
        LIST
    }

    /** A known key. */
    public static final class Key<F> {
        final JsonName name;
        final Kind kind;
        final @Nullable F field;
        final @Nullable JsonPaths<F> below;

        private Key(String name, Kind kind, @Nullable F field, @Nullable JsonPaths<F> below) {
            this.name = new JsonName(name);
            this.kind = kind;
            this.field = field;
            this.below = below;
        }

        private int depth() {
            return below == null ? 0 : below.depth + (kind == Kind.LIST ? 1 : 0);
        }

        /** Returns the meaning of the value. Must not be called for a container that is not reported. */
        F field() {
            return Objects.requireNonNull(field);
        }
    }

    /** Creates a level for objects that are not reported themselves. */
    @SafeVarargs
    @SuppressWarnings("varargs") // the array is kept, and never written
    public static <F> JsonPaths<F> of(Key<F>... keys) {
        return new JsonPaths<>(null, false, keys);
    }

    /** Creates a level for objects that are reported to {@link JsonSink#enter} and {@link JsonSink#leave}. */
    @SafeVarargs
    @SuppressWarnings("varargs") // the array is kept, and never written
    public static <F> JsonPaths<F> reported(F meaning, Key<F>... keys) {
        return new JsonPaths<>(meaning, false, keys);
    }

    /** Returns this level with the keys of another one added. */
    public JsonPaths<F> with(JsonPaths<F> other) {
        Key<F>[] all = Arrays.copyOf(keys, keys.length + other.keys.length);
        System.arraycopy(other.keys, 0, all, keys.length, other.keys.length);
        return new JsonPaths<>(meaning, orList, all);
    }

    /** Returns this level as the root of documents that are such an object or an array of such objects. */
    public JsonPaths<F> orList() {
        return new JsonPaths<>(meaning, true, keys);
    }

    /** Returns a key whose value is reported to {@link JsonSink#number}. */
    public static <F> Key<F> number(String name, F field) {
        return new Key<>(name, Kind.NUMBER, field, null);
    }

    /** Returns a key whose string is reported to {@link JsonSink#shortString}. */
    public static <F> Key<F> shortString(String name, F field) {
        return new Key<>(name, Kind.SHORT_STRING, field, null);
    }

    /** Returns a key whose string is reported to {@link JsonSink#text}. */
    public static <F> Key<F> text(String name, F field) {
        return new Key<>(name, Kind.TEXT, field, null);
    }

    /** Returns a key whose string, object or array is reported to {@link JsonSink#text}. */
    public static <F> Key<F> json(String name, F field) {
        return new Key<>(name, Kind.JSON, field, null);
    }

    /** Returns a key whose value is reported to {@link JsonSink#presence}. */
    public static <F> Key<F> presence(String name, F field) {
        return new Key<>(name, Kind.PRESENCE, field, null);
    }

    /** Returns a key whose value is an object with known keys. */
    public static <F> Key<F> object(String name, JsonPaths<F> below) {
        return new Key<>(name, Kind.OBJECT, null, below);
    }

    /** Returns a key whose value is an array of objects with known keys. */
    public static <F> Key<F> list(String name, JsonPaths<F> below) {
        return new Key<>(name, Kind.LIST, null, below);
    }

    /** Returns a key whose value is such an array, reported to {@link JsonSink#enter} and {@link JsonSink#leave}. */
    public static <F> Key<F> list(String name, F field, JsonPaths<F> below) {
        return new Key<>(name, Kind.LIST, field, below);
    }

    /** Returns the known key with a name, or null. */
    @Nullable
    Key<F> find(byte[] buf, int from, int to) {
        int length = to - from;
        if (length < byLength.length) {
            for (Key<F> key : byLength[length]) {
                if (key.name.is(buf, from, to)) {
                    return key;
                }
            }
        }
        return null;
    }
}
