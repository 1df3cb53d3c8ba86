package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/**
 * The id of an exchange in logs, in the upstream request and in the response. It is the client's {@code x-request-id}
 * or {@code request-id} if that is at most 128 letters, digits and {@code -_.:}, else generated.
 */
final class RequestId {
    private static final int LONGEST = 128;
    private static final int GENERATED_LENGTH = 28;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final long PROCESS = new SecureRandom().nextLong();

    private final byte[] bytes;
    private final int start;
    private final int end;

    private RequestId(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.start = start;
        this.end = end;
    }

    /**
     * Returns the client's id, or generates one.
     *
     * @param number a number that is unique in this process
     */
    static RequestId of(Http1Head head, long number) {
        int field = head.find(KnownHeader.X_REQUEST_ID);
        if (field < 0) {
            field = head.find(KnownHeader.REQUEST_ID);
        }
        if (field >= 0 && usable(head.bytes(), head.valueStart(field), head.valueEnd(field))) {
            return new RequestId(head.bytes(), head.valueStart(field), head.valueEnd(field));
        }
        return generate(number);
    }

    /** Generates an id from a number that is unique in this process. */
    static RequestId generate(long number) {
        byte[] id = new byte[GENERATED_LENGTH];
        id[0] = 'r';
        id[1] = 'e';
        id[2] = 'q';
        id[3] = '_';
        hex(id, 4, PROCESS >>> 16, 12);
        hex(id, 16, number, 12);
        return new RequestId(id, 0, GENERATED_LENGTH);
    }

    private static void hex(byte[] id, int at, long value, int digits) {
        for (int i = 0; i < digits; i++) {
            id[at + i] = HEX[(int) (value >>> (4 * (digits - 1 - i))) & 0xf];
        }
    }

    private static boolean usable(byte[] bytes, int start, int end) {
        if (start == end || end - start > LONGEST) {
            return false;
        }
        for (int i = start; i < end; i++) {
            byte c = bytes[i];
            boolean fine = (c >= '0' && c <= '9')
                    || (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || c == '-'
                    || c == '_'
                    || c == '.'
                    || c == ':';
            if (!fine) {
                return false;
            }
        }
        return true;
    }

    void write(ByteBuf out) {
        out.writeBytes(bytes, start, end - start);
    }

    @Override
    public String toString() {
        return new String(bytes, start, end - start, StandardCharsets.US_ASCII);
    }
}
