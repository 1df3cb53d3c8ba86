package dev.stillgate.proxy.dialect.realtime;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Close frame of a server (RFC 6455 section 5.5.1). */
public final class CloseFrame {
    /** The session violates a policy. */
    public static final int POLICY = 1008;

    /** The server cannot go on. */
    public static final int ERROR = 1011;

    /** The server restarts; the client may connect again (WebSocket close code registry of IANA). */
    public static final int RESTART = 1012;

    /** The server goes away. */
    public static final int GOING_AWAY = 1001;

    /** The peer violates the protocol. */
    public static final int PROTOCOL = 1002;

    /** A text message is not UTF-8. */
    public static final int NOT_UTF8 = 1007;

    /** A message is too large. */
    public static final int TOO_LARGE = 1009;

    /** The server has no capacity at present. */
    public static final int TRY_LATER = 1013;

    private static final int FINAL_CLOSE = 0x88;
    private static final int LONGEST_REASON = 123;

    private CloseFrame() {}

    /** Returns a frame; a long reason is cut between two characters. */
    public static byte[] of(int code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(text.length, LONGEST_REASON);
        while (length < text.length && length > 0 && (text[length] & 0xc0) == 0x80) {
            length--;
        }
        byte[] frame = Arrays.copyOf(
                new byte[] {(byte) FINAL_CLOSE, (byte) (2 + length), (byte) (code >> 8), (byte) code}, 4 + length);
        System.arraycopy(text, 0, frame, 4, length);
        return frame;
    }
}
