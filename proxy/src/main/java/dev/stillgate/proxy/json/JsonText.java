package dev.stillgate.proxy.json;

import java.util.Arrays;
import java.util.Objects;

/**
 * Lazily decoded text of a parsed document. It is decoded on first access, into a reused buffer. Valid until it is set
 * to another text or its document is replaced. Not thread-safe.
 */
public final class JsonText implements CharSequence {
    private static final int KEEP = 1 << 16;
    private static final byte[] NO_BYTES = new byte[0];
    private char[] chars = new char[256];
    private int length;
    private byte[] buf = NO_BYTES;
    private int start;
    private int end;
    private boolean escapes;

    /** Sets this to the empty text. */
    public JsonText clear() {
        buf = NO_BYTES;
        start = 0;
        end = 0;
        length = 0;
        if (chars.length > KEEP) {
            chars = new char[256];
        }
        return this;
    }

    /** Sets this to the decoded text of a string. */
    public JsonText string(JsonTape tape, int string) {
        clear();
        return take(tape.bytes(), tape.start(string), tape.stop(string), tape.escaped(string));
    }

    /** Sets this to the original JSON of a node, for a string without its quotes and with its escapes. */
    public JsonText json(JsonTape tape, int node) {
        clear();
        return take(tape.bytes(), tape.start(node), tape.stop(node), false);
    }

    /** Appends the text of a string, separated from earlier text by a line feed. */
    public JsonText append(JsonTape tape, int string) {
        decode();
        if (length > 0) {
            chars = atLeast(length + 1);
            chars[length++] = '\n';
        }
        take(tape.bytes(), tape.start(string), tape.stop(string), tape.escaped(string));
        decode();
        return this;
    }

    /** Appends the text of a string, without a separator. */
    public JsonText join(JsonTape tape, int string) {
        decode();
        take(tape.bytes(), tape.start(string), tape.stop(string), tape.escaped(string));
        decode();
        return this;
    }

    private JsonText take(byte[] bytes, int first, int stop, boolean hasEscapes) {
        buf = bytes;
        start = first;
        end = stop;
        escapes = hasEscapes;
        return this;
    }

    private void decode() {
        if (start != end) {
            chars = atLeast(length + end - start);
            length = JsonStrings.decode(buf, start, end, chars, length, escapes);
            start = end;
        }
    }

    private char[] atLeast(int capacity) {
        return chars.length >= capacity ? chars : Arrays.copyOf(chars, Math.max(capacity, 2 * length));
    }

    @Override
    public int length() {
        decode();
        return length;
    }

    @Override
    public char charAt(int index) {
        decode();
        if (index >= length) {
            throw new IndexOutOfBoundsException(index);
        }
        return chars[index];
    }

    @Override
    public void getChars(int from, int to, char[] into, int at) {
        decode();
        Objects.checkFromToIndex(from, to, length);
        System.arraycopy(chars, from, into, at, to - from);
    }

    @Override
    public CharSequence subSequence(int from, int to) {
        decode();
        if (to > length) {
            throw new IndexOutOfBoundsException(to);
        }
        return new String(chars, from, to - from);
    }

    @Override
    public String toString() {
        decode();
        return new String(chars, 0, length);
    }
}
