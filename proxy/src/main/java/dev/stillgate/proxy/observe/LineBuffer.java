package dev.stillgate.proxy.observe;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Encoder of JSON objects, one per line, into a reusable byte array. Not thread-safe. */
final class LineBuffer {
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

    private byte[] bytes;
    private int length;
    private boolean first = true;

    LineBuffer(byte[] bytes) {
        this.bytes = bytes;
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** Continues at the start of another array. */
    void use(byte[] other) {
        bytes = other;
        length = 0;
    }

    void open() {
        put('{');
        first = true;
    }

    void close() {
        put('}');
        put('\n');
    }

    void field(String name, @Nullable String value) {
        if (value != null) {
            name(name);
            quoted(value);
        }
    }

    /** Writes a list with one text; null is omitted. */
    void list(String name, @Nullable String value) {
        if (value != null) {
            name(name);
            put('[');
            quoted(value);
            put(']');
        }
    }

    /** Writes a list of texts. */
    void list(String name, Collection<String> values) {
        name(name);
        char before = '[';
        for (String value : values) {
            put(before);
            quoted(value);
            before = ',';
        }
        if (before == '[') {
            put('[');
        }
        put(']');
    }

    /** Returns the bytes of a text in a list: quotes, escapes and the comma included. */
    static int listed(String value) {
        int bytes = 3;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            bytes += c == '"' || c == '\\' ? 2 : isPlain(c) ? 1 : 6;
        }
        return bytes;
    }

    private static boolean isPlain(char c) {
        return c >= ' ' && c < 0x7f;
    }

    void field(String name, long value) {
        name(name);
        decimal(value);
    }

    /** Writes a token count; negative counts mean unknown and are omitted. */
    void count(String name, long value) {
        if (value >= 0) {
            field(name, value);
        }
    }

    /** Writes a duration in milliseconds with three decimals; negative durations are omitted. */
    void millis(String name, long nanos) {
        if (nanos >= 0) {
            name(name);
            long micros = nanos / 1000;
            decimal(micros / 1000);
            put('.');
            digits((int) (micros % 1000), 3);
        }
    }

    void flag(String name, boolean value) {
        if (value) {
            name(name);
            ascii("true");
        }
    }

    void address(String name, InetAddress address) {
        name(name);
        put('"');
        if (address instanceof Inet4Address) {
            byte[] quad = address.getAddress();
            for (int i = 0; i < 4; i++) {
                if (i > 0) {
                    put('.');
                }
                decimal(quad[i] & 0xff);
            }
        } else {
            ascii(address.getHostAddress());
        }
        put('"');
    }

    /** Writes a string that needs no escapes. */
    void plain(String name, byte[] value) {
        name(name);
        put('"');
        ensure(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
        put('"');
    }

    private void name(String name) {
        if (!first) {
            put(',');
        }
        first = false;
        put('"');
        ascii(name);
        put('"');
        put(':');
    }

    private void quoted(String value) {
        put('"');
        int count = value.length();
        ensure(count * 6);
        for (int i = 0; i < count; i++) {
            char c = value.charAt(i);
            if (isPlain(c) && c != '"' && c != '\\') {
                bytes[length++] = (byte) c;
            } else if (c == '"' || c == '\\') {
                bytes[length++] = '\\';
                bytes[length++] = (byte) c;
            } else {
                escaped(c);
            }
        }
        put('"');
    }

    private void escaped(char c) {
        bytes[length++] = '\\';
        bytes[length++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
            bytes[length++] = HEX[c >>> shift & 0xf];
        }
    }

    @SuppressWarnings(
            "deprecation") // the only method that copies the low bytes of an ASCII string without an allocation
    private void ascii(String text) {
        int count = text.length();
        ensure(count);
        text.getBytes(0, count, bytes, length);
        length += count;
    }

    private void decimal(long value) {
        ensure(20);
        if (value < 0) {
            bytes[length++] = '-';
        }
        long rest = Math.abs(value);
        int width = 1;
        for (long bound = 10; width < 19 && rest >= bound; bound *= 10) {
            width++;
        }
        for (int i = width - 1; i >= 0; i--) {
            bytes[length + i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += width;
    }

    private void digits(int value, int width) {
        ensure(width);
        int rest = value;
        for (int i = width - 1; i >= 0; i--) {
            bytes[length + i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += width;
    }

    private void put(int c) {
        ensure(1);
        bytes[length++] = (byte) c;
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
