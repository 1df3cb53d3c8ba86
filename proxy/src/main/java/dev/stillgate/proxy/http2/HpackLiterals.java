package dev.stillgate.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/**
 * Writes HTTP/2 field sections as HPACK literals without indexing (RFC 7541 section 6.2.2). Messages
 * then share no dynamic table, and compressed sizes reveal nothing (section 7.1).
 */
public final class HpackLiterals {
    private static final int TABLE_SIZE_ZERO = 0x20;
    private static final int NEVER_INDEXED = 0x10;

    private HpackLiterals() {}

    /**
     * Writes a dynamic table size of zero, which a peer that reduced the table size must receive (RFC 7541 section
     * 4.2).
     */
    public static void tableSizeZero(ByteBuf out) {
        out.writeByte(TABLE_SIZE_ZERO);
    }

    /**
     * Writes a field from ranges of a byte array, with its name in lower case.
     *
     * @param secret whether intermediaries must not index the field either (RFC 7541 section 7.1.3)
     */
    public static void field(
            ByteBuf out, boolean secret, byte[] bytes, int name, int nameEnd, int value, int valueEnd) {
        out.writeByte(secret ? NEVER_INDEXED : 0);
        string(out, bytes, name, nameEnd);
        if (hasCapital(bytes, name, nameEnd)) {
            lower(out, nameEnd - name);
        }
        string(out, bytes, value, valueEnd);
    }

    /** Writes an ASCII field, with its name in lower case. */
    public static void field(ByteBuf out, String name, String value) {
        out.writeByte(0);
        length(out, name.length());
        ByteBufUtil.writeAscii(out, name);
        lower(out, name.length());
        length(out, value.length());
        ByteBufUtil.writeAscii(out, value);
    }

    /** Writes a field whose name is already in lower case. */
    public static void field(ByteBuf out, byte[] name, byte[] value) {
        out.writeByte(0);
        string(out, name, 0, name.length);
        string(out, value, 0, value.length);
    }

    private static boolean hasCapital(byte[] bytes, int start, int end) {
        for (int i = start; i < end; i++) {
            if (bytes[i] >= 'A' && bytes[i] <= 'Z') {
                return true;
            }
        }
        return false;
    }

    /** Converts the last bytes to lower case, as field names must be (RFC 9113 section 8.2.1). */
    private static void lower(ByteBuf out, int last) {
        for (int i = out.writerIndex() - last; i < out.writerIndex(); i++) {
            byte b = out.getByte(i);
            if (b >= 'A' && b <= 'Z') {
                out.setByte(i, b + 32);
            }
        }
    }

    /** Writes a string literal without Huffman coding (RFC 7541 section 5.2). */
    public static void string(ByteBuf out, byte[] bytes, int start, int end) {
        length(out, end - start);
        out.writeBytes(bytes, start, end - start);
    }

    /** Writes an integer with a 7-bit prefix (RFC 7541 section 5.1). */
    private static void length(ByteBuf out, int value) {
        if (value < 0x7f) {
            out.writeByte(value);
            return;
        }
        out.writeByte(0x7f);
        int rest = value - 0x7f;
        while (rest >= 0x80) {
            out.writeByte((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }
}
