package dev.stillgate.proxy.json;

import dev.stillgate.spi.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A strict parser of RFC 8259 documents, and the parsed document: a tape of nodes in the order of the text, read in place.
 * Reusable, by one thread; parsing allocates nothing once the tape has grown to the usual size.
 *
 * <p>It refuses what readers of JSON are known to read differently: a key that comes twice in one object however it is
 * spelt ({@code json-duplicate-key}), invalid UTF-8 and half surrogate pairs ({@code json-invalid-utf8}), nesting over
 * {@value #MAX_DEPTH} ({@code json-depth}), anything after the document ({@code json-trailing-bytes}), and whatever the
 * grammar does not allow, a byte order mark included ({@code json-syntax}). Numbers of any size pass as tokens. A
 * document of more nodes than the tape may hold is {@code json-too-complex} (413).
 *
 * <p>A node is an index. The children of an array are its elements; those of an object are its keys, each followed by
 * its value. A document is valid until the next call of {@link #parse} and while nobody writes to its bytes.
 */
public final class JsonTape {
    public static final int OBJECT = 1;
    public static final int ARRAY = 2;
    public static final int STRING = 3;
    static final int NUMBER = 4;
    public static final int TRUE = 5;
    public static final int FALSE = 6;
    public static final int NULL = 7;

    /** Set in the kind of a string that has an escape. */
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
     * A tape that holds so many nodes at most.
     *
     * @param maxNodes keys, values and containers; each takes 16 bytes
     */
    public JsonTape(int maxNodes) {
        this.maxInts = Math.multiplyExact(maxNodes, STRIDE);
    }

    /** Parses a document, in the place of the one before. */
    public void parse(byte[] document, int offset, int length) throws MalformedBody {
        if (tape.length > KEEP && length < KEEP) {
            tape = new int[256 * STRIDE];
        }
        buf = document;
        base = offset;
        top = 0;
        parser.parse(document, offset, length);
    }

    /** Returns the root of the document. */
    public int root() {
        return 0;
    }

    /** Returns one of the kinds above. */
    public int kind(int node) {
        return tape[node] & KIND_MASK;
    }

    /** Returns the number of elements or members. */
    public int size(int container) {
        return tape[container] >>> COUNT_SHIFT;
    }

    /** Returns the first child of a container, or what {@link #end} returns when it has none. */
    public int first(int container) {
        return container + STRIDE;
    }

    /** Returns the node after the last child of a container. */
    public int end(int container) {
        return tape[container + NEXT];
    }

    /** Returns the node after this one and all within it: its next sibling, or the end of its container. */
    public int next(int node) {
        return tape[node + NEXT];
    }

    /** Returns the value of a key. */
    public int value(int key) {
        return key + STRIDE;
    }

    /** Returns the value of that key, or {@link #NONE} also when {@code object} is none or no object. */
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

    /** Returns whether a key or string is that name. */
    public boolean is(int string, JsonName name) {
        int start = tape[string + START];
        int end = tape[string + END];
        if (!escaped(string)) {
            return name.is(buf, start, end);
        }
        return string(string).equals(name.text);
    }

    /** Returns whether a node is there and a string. */
    public boolean isText(int node) {
        return node != NONE && kind(node) == STRING;
    }

    /** Returns whether a node is there and a string of that text. */
    public boolean isString(int node, JsonName text) {
        return isText(node) && is(node, text);
    }

    /** Returns a string's text; null when there is no such node or it is no string. */
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

    /** Returns the bytes in which every start and end stands. */
    public byte[] bytes() {
        return buf;
    }

    /** Returns the index of a node's first byte; of strings and keys, without the quotes. */
    public int start(int node) {
        return tape[node + START];
    }

    /** Returns the index after a node's last byte; of strings and keys, without the quotes. */
    public int stop(int node) {
        return tape[node + END];
    }

    /** Adds a node at the end and returns it. */
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

    /** Returns the node that was added last. */
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
