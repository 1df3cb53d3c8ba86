package dev.stillgate.proxy.json;

import dev.stillgate.spi.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Strict RFC 8259 parser with its result: a flat array of nodes in document order that refer to the input bytes.
 * Reusable; not thread-safe. Parsing does not allocate once the array has grown to the usual size.
 *
 * <p>Input that JSON parsers are known to interpret differently is rejected: duplicate keys, compared after decoding
 * ({@code json-duplicate-key}); invalid UTF-8 and unpaired surrogates ({@code json-invalid-utf8}); nesting over {@value
 * #MAX_DEPTH} levels ({@code json-depth}); bytes after the document ({@code json-trailing-bytes}). All other violations
 * of the grammar, also a byte order mark, are {@code json-syntax}. Numbers are not limited in size. Too many nodes are
 * {@code json-too-complex} (413).
 *
 * <p>A node is an index into the array. The children of an array are its elements. The children of an object are its
 * keys, each followed by its value. Nodes are valid until the next {@link #parse} and while the input is unchanged.
 */
public final class JsonTape {
    public static final int OBJECT = 1;
    public static final int ARRAY = 2;
    public static final int STRING = 3;
    static final int NUMBER = 4;
    public static final int TRUE = 5;
    public static final int FALSE = 6;
    public static final int NULL = 7;

    /** Flag in the first int of a string node: the string has an escape. */
    static final int ESCAPED = 8;

    /** No such node. */
    public static final int NONE = -1;

    static final int MAX_DEPTH = 64;
    static final int DEFAULT_MAX_NODES = 1 << 20;

    private static final int STRIDE = 4;
    private static final int START = 1;
    private static final int END = 2;
    private static final int NEXT = 3;
    private static final int KIND_MASK = 7;
    private static final int ONE_CHILD = 16;
    private static final int COUNT_SHIFT = 4;
    private static final int KEEP = 1 << 16;

    private final int maxInts;
    private final JsonParser parser = new JsonParser(this);
    private int[] tape = new int[256 * STRIDE];
    private int top;
    private byte[] buf = new byte[0];
    private int base;

    public JsonTape() {
        this(DEFAULT_MAX_NODES);
    }

    /**
     * Creates a tape of limited size.
     *
     * @param maxNodes limit of keys, values and containers together; each takes 16 bytes
     */
    public JsonTape(int maxNodes) {
        this.maxInts = Math.multiplyExact(maxNodes, STRIDE);
    }

    /** Parses a document and replaces the previous one. */
    public void parse(byte[] document, int offset, int length) throws MalformedBody {
        if (tape.length > KEEP && length < KEEP) {
            tape = new int[256 * STRIDE];
        }
        buf = document;
        base = offset;
        top = 0;
        parser.parse(document, offset, length);
    }

    public int root() {
        return 0;
    }

    /** Returns the kind of a node, such as {@link #OBJECT}. */
    public int kind(int node) {
        return tape[node] & KIND_MASK;
    }

    /** Returns the number of elements or members. */
    public int size(int container) {
        return tape[container] >>> COUNT_SHIFT;
    }

    /** Returns the first child of a container; equals {@link #end} if it is empty. */
    public int first(int container) {
        return container + STRIDE;
    }

    /** Returns the node after the last child of a container. */
    public int end(int container) {
        return tape[container + NEXT];
    }

    /** Returns the next sibling of a node, or the {@link #end} of its container. */
    public int next(int node) {
        return tape[node + NEXT];
    }

    /** Returns the value of a key. */
    public int value(int key) {
        return key + STRIDE;
    }

    /** Returns the value of a key; {@link #NONE} if the key is absent or {@code object} is not an object or NONE. */
    public int find(int object, JsonName name) {
        if (object == NONE || kind(object) != OBJECT) {
            return NONE;
        }
        int end = end(object);
        for (int key = first(object); key != end; key = next(value(key))) {
            if (is(key, name)) {
                return value(key);
            }
        }
        return NONE;
    }

    /** Returns whether a key or string equals a name. */
    public boolean is(int string, JsonName name) {
        int start = tape[string + START];
        int end = tape[string + END];
        if (!escaped(string)) {
            return name.is(buf, start, end);
        }
        return string(string).equals(name.text);
    }

    /** Returns whether a node is a string; false for {@link #NONE}. */
    public boolean isText(int node) {
        return node != NONE && kind(node) == STRING;
    }

    /** Returns whether a node is a string with a given text; false for {@link #NONE}. */
    public boolean isString(int node, JsonName text) {
        return isText(node) && is(node, text);
    }

    /** Returns the text of a string; null for {@link #NONE} and nodes of other kinds. */
    @Nullable
    public String stringOrNull(int node) {
        return isText(node) ? string(node) : null;
    }

    /** Returns the text of a key or string. */
    public String string(int string) {
        int start = tape[string + START];
        int length = tape[string + END] - start;
        if (!escaped(string)) {
            return new String(buf, start, length, StandardCharsets.UTF_8);
        }
        char[] chars = new char[length];
        return new String(chars, 0, JsonStrings.decode(buf, start, start + length, chars, 0));
    }

    /** Returns whether a key or string has an escape. */
    boolean escaped(int string) {
        return (tape[string] & ESCAPED) != 0;
    }

    /** Returns the input array, to which {@link #start} and {@link #stop} refer. Not a copy. */
    public byte[] bytes() {
        return buf;
    }

    /** Returns the index of a node's first byte, for strings and keys the byte after the opening quote. */
    public int start(int node) {
        return tape[node + START];
    }

    /** Returns the index after a node's last byte, for strings and keys the index of the closing quote. */
    public int stop(int node) {
        return tape[node + END];
    }

    /** Appends a node and returns it. */
    int add(int meta, int start, int stop) throws MalformedBody {
        int at = top;
        if (at + STRIDE > tape.length) {
            grow(start);
        }
        tape[at] = meta;
        tape[at + START] = start;
        tape[at + END] = stop;
        tape[at + NEXT] = at + STRIDE;
        top = at + STRIDE;
        return at;
    }

    /** Returns the most recently added node. */
    int last() {
        return top - STRIDE;
    }

    void addChild(int container) {
        tape[container] += ONE_CHILD;
    }

    void close(int container, int stop) {
        tape[container + END] = stop;
        tape[container + NEXT] = top;
    }

    private void grow(int p) throws MalformedBody {
        if (top + STRIDE > maxInts) {
            throw new MalformedBody(Verdict.Kind.TOO_LARGE, "json-too-complex", "too many JSON values", p - base);
        }
        tape = Arrays.copyOf(tape, Math.min(2 * tape.length, maxInts));
    }
}
