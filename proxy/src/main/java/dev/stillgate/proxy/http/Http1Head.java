package dev.stillgate.proxy.http;

import dev.stillgate.spi.Headers;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The first line and header fields of one HTTP/1.1 message: the received bytes and the offsets of the fields in them.
 * Filled by {@link Http1HeadParser} and reused for the next message of the connection.
 */
public final class Http1Head implements Headers {
    private static final int FIELD_INTS = 4;
    private static final int KEPT_BYTES = 4096;

    byte[] bytes = new byte[1024];
    int length;
    int firstLineEnd;
    int count;
    int[] offsets = new int[FIELD_INTS * 16];
    byte[] ids = new byte[16];
    int minorVersion;

    /** Request: end of the method. */
    int methodEnd;
    /** Request: start of the authority of a target in absolute form, which ends where the path starts; else 0. */
    int authorityStart;
    /** Request: start of path and query. */
    int targetStart;
    /** Request: end of the target. */
    int targetEnd;
    /** Request: offset of {@code ?} in the target, or {@link #targetEnd}. */
    int queryStart;
    /** Response: status code. */
    int status;

    private int seen;

    void clear() {
        length = 0;
        firstLineEnd = 0;
        count = 0;
        seen = 0;
        authorityStart = 0;
        if (bytes.length > KEPT_BYTES) {
            bytes = new byte[1024];
            offsets = new int[FIELD_INTS * 16];
            ids = new byte[16];
        }
    }

    void ensure(int capacity) {
        if (bytes.length < capacity) {
            bytes = Arrays.copyOf(bytes, Math.max(capacity, bytes.length * 2));
        }
    }

    void addField(int nameStart, int nameEnd, int valueStart, int valueEnd) {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, count * 2);
            offsets = Arrays.copyOf(offsets, count * 2 * FIELD_INTS);
        }
        byte id = KnownHeader.of(bytes, nameStart, nameEnd);
        ids[count] = id;
        seen |= 1 << id;
        int at = count * FIELD_INTS;
        offsets[at] = nameStart;
        offsets[at + 1] = nameEnd;
        offsets[at + 2] = valueStart;
        offsets[at + 3] = valueEnd;
        count++;
    }

    /** Returns 1 for HTTP/1.1 and 0 for HTTP/1.0. */
    public int minorVersion() {
        return minorVersion;
    }

    public int status() {
        return status;
    }

    /** Returns the bytes that this head's offsets refer to. Must not be modified. */
    public byte[] bytes() {
        return bytes;
    }

    /** Returns the method in its original spelling. */
    public String method() {
        return new String(bytes, 0, methodEnd, StandardCharsets.US_ASCII);
    }

    /** Returns whether the request has this method; methods are case-sensitive (RFC 9110 section 9.1). */
    public boolean methodIs(String method) {
        if (methodEnd != method.length()) {
            return false;
        }
        for (int i = 0; i < methodEnd; i++) {
            if (bytes[i] != method.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Returns whether the method is safe (RFC 9110 section 9.2.1) and known to the gateway. */
    public boolean hasSafeMethod() {
        return methodIs("GET") || methodIs("HEAD") || methodIs("OPTIONS");
    }

    /** Returns the start of path and query, before which a target in absolute form has its scheme and authority. */
    public int targetStart() {
        return targetStart;
    }

    public int targetEnd() {
        return targetEnd;
    }

    /** Returns the end of the path, where the query or the version starts. */
    public int pathEnd() {
        return queryStart;
    }

    /** Returns the request's query without its question mark; empty if it has none. */
    public String query() {
        int start = queryStart + 1;
        return start < targetEnd ? new String(bytes, start, targetEnd - start, StandardCharsets.US_ASCII) : "";
    }

    /** Returns the path without the query. */
    public String path() {
        return new String(bytes, targetStart, queryStart - targetStart, StandardCharsets.US_ASCII);
    }

    @Override
    public int size() {
        return count;
    }

    public byte id(int field) {
        return ids[field];
    }

    public int nameStart(int field) {
        return offsets[field * FIELD_INTS];
    }

    public int nameEnd(int field) {
        return offsets[field * FIELD_INTS + 1];
    }

    public int valueStart(int field) {
        return offsets[field * FIELD_INTS + 2];
    }

    public int valueEnd(int field) {
        return offsets[field * FIELD_INTS + 3];
    }

    public String name(int field) {
        return new String(bytes, nameStart(field), nameEnd(field) - nameStart(field), StandardCharsets.US_ASCII);
    }

    public String value(int field) {
        return new String(bytes, valueStart(field), valueEnd(field) - valueStart(field), StandardCharsets.ISO_8859_1);
    }

    /** Returns whether the message has a field with this id. */
    public boolean has(byte id) {
        return (seen & 1 << id) != 0;
    }

    /** Returns the index of the first field with this id, or -1. */
    public int find(byte id) {
        if (has(id)) {
            for (int i = 0; i < count; i++) {
                if (ids[i] == id) {
                    return i;
                }
            }
        }
        return -1;
    }

    /** Returns how many fields have this id. */
    public int countOf(byte id) {
        int found = 0;
        if (has(id)) {
            for (int i = 0; i < count; i++) {
                if (ids[i] == id) {
                    found++;
                }
            }
        }
        return found;
    }

    /** Returns whether the field has this name, ignoring case. */
    public boolean nameIs(int field, String name) {
        int start = nameStart(field);
        return nameEnd(field) - start == name.length() && matches(start, name);
    }

    /** Returns whether the field's value equals the ASCII text {@code lowerCase}, ignoring case. */
    public boolean valueIs(int field, String lowerCase) {
        int start = valueStart(field);
        return valueEnd(field) - start == lowerCase.length() && matches(start, lowerCase);
    }

    /** Returns whether the field's comma-separated value contains the token {@code lowerCase}, ignoring case. */
    public boolean valueHasToken(int field, String lowerCase) {
        int end = valueEnd(field);
        int start = valueStart(field);
        while (start < end) {
            int comma = start;
            while (comma < end && bytes[comma] != ',') {
                comma++;
            }
            int from = start;
            int to = comma;
            while (from < to && isBlank(bytes[from])) {
                from++;
            }
            while (to > from && isBlank(bytes[to - 1])) {
                to--;
            }
            if (to - from == lowerCase.length() && matches(from, lowerCase)) {
                return true;
            }
            start = comma + 1;
        }
        return false;
    }

    /** Returns whether a Connection field names the field at this index as hop-by-hop (RFC 9110 section 7.6.1). */
    public boolean isNominated(int field) {
        for (int i = 0; i < count; i++) {
            if (ids[i] == KnownHeader.CONNECTION && valueEnd(i) > valueStart(i)) {
                String name = name(field).toLowerCase(java.util.Locale.ROOT);
                if (valueHasToken(i, name)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Returns whether a Connection field has an option other than {@code close} or {@code keep-alive}. */
    public boolean nominatesFields() {
        for (int i = 0; i < count; i++) {
            if (ids[i] == KnownHeader.CONNECTION && !valueIs(i, "keep-alive") && !valueIs(i, "close")) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether the connection persists after this message (RFC 9112 section 9.3). */
    public boolean keepsAlive() {
        boolean close = false;
        boolean keepAlive = false;
        if (has(KnownHeader.CONNECTION)) {
            for (int i = 0; i < count; i++) {
                if (ids[i] == KnownHeader.CONNECTION) {
                    close |= valueHasToken(i, "close");
                    keepAlive |= valueHasToken(i, "keep-alive");
                }
            }
        }
        return !close && (minorVersion == 1 || keepAlive);
    }

    /** Writes the field lines from index {@code from} to {@code to} (exclusive) as received. */
    public void writeFields(int from, int to, ByteBuf out) {
        if (from < to) {
            int start = nameStart(from);
            out.writeBytes(bytes, start, lineEnd(to - 1) - start);
        }
    }

    private int lineEnd(int field) {
        return field + 1 < count ? nameStart(field + 1) : length - 2;
    }

    /** Returns whether the target has no scheme and authority. */
    public boolean isOriginForm() {
        return authorityStart == 0;
    }

    /** Writes method and target, in origin form (RFC 9112 section 3.2.1). */
    public void writeOriginForm(ByteBuf out) {
        int origin = isOriginForm() ? 0 : targetStart;
        if (origin > 0) {
            out.writeBytes(bytes, 0, methodEnd + 1);
        }
        out.writeBytes(bytes, origin, targetEnd - origin);
    }

    /** Returns how many bytes {@link #writeOriginForm} writes. */
    public int originFormLength() {
        return methodEnd + 1 + targetEnd - targetStart;
    }

    /** Replaces the value of the Host field by the authority of the target (RFC 9112 section 3.2.2). */
    void takeHostFromTarget() {
        int host = find(KnownHeader.HOST);
        if (host >= 0) {
            offsets[host * FIELD_INTS + 2] = authorityStart;
            offsets[host * FIELD_INTS + 3] = targetStart;
        }
    }

    public void writeValue(int field, ByteBuf out) {
        out.writeBytes(bytes, valueStart(field), valueEnd(field) - valueStart(field));
    }

    /** Returns the size of the head in bytes, including the empty line. */
    public int length() {
        return length;
    }

    @Override
    public @Nullable String first(String name) {
        for (int i = 0; i < count; i++) {
            if (nameIs(i, name)) {
                return value(i);
            }
        }
        return null;
    }

    @Override
    public boolean hasNameStarting(String prefix) {
        for (int i = 0; i < count; i++) {
            int start = nameStart(i);
            if (nameEnd(i) - start >= prefix.length() && matches(start, prefix)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void forEach(BiConsumer<String, String> consumer) {
        for (int i = 0; i < count; i++) {
            consumer.accept(name(i), value(i));
        }
    }

    private boolean matches(int start, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (lower(bytes[start + i]) != lower((byte) text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static int lower(byte b) {
        return b >= 'A' && b <= 'Z' ? b + 32 : b;
    }

    static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }
}
