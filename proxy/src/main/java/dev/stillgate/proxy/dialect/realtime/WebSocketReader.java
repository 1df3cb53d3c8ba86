package dev.stillgate.proxy.dialect.realtime;

import org.jspecify.annotations.Nullable;

/**
 * Incremental reader of the WebSocket frames of one side (RFC 6455 section 5), in pieces split at any byte. Passes on the
 * payload of text messages, unmasked, as it comes; skips binary messages and control frames. Holds a frame's header
 * only, so memory does not depend on announced lengths.
 *
 * <p>After a violation of the framing the start of the next frame is unknown, so the rest is skipped. Among these are
 * reserved bits, because no extension may be negotiated, and in frames of a known {@link Sender} a missing or needless
 * mask and binary messages. Not thread-safe.
 */
public final class WebSocketReader {
    private static final int LONGEST_HEADER = 14;
    private static final int MASK = 4;
    private static final int FIN = 0x80;
    private static final int RESERVED = 0x70;
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    public static final int CLOSE = 8;
    public static final int PING = 9;
    public static final int PONG = 10;
    private static final int LARGEST_CONTROL = 125;
    private static final int TWO_BYTES = 126;
    private static final int EIGHT_BYTES = 127;
    private static final int PIECE = 4096;

    private final @Nullable Sink sink;
    private final @Nullable Sender sender;
    private final byte[] control = new byte[LARGEST_CONTROL];
    private final byte[] header = new byte[LONGEST_HEADER];
    private int filled;
    private int opcode;
    private boolean last;

    /** Index of the mask in the header; 0 for an unmasked frame. */
    private int mask;

    /** Number of payload bytes read; only its remainder by four matters. */
    private int position;

    private long left;
    private boolean inPayload;

    /** Opcode of the message that continues after this frame; 0 for none. */
    private int message;

    private boolean textEnded;
    private boolean closed;
    private boolean broken;
    private byte[] plain = {};

    /** Receiver of the payload of text messages. */
    @FunctionalInterface
    public interface Sink {
        /** Receives a piece; the array is valid only during the call. */
        void text(byte[] buf, int from, int to);

        /** Receives a control frame of a known {@link Sender}; the array is valid only during the call. */
        default void control(int type, byte[] payload, int length) {}
    }

    /** The side that sends the frames, by which they are masked (RFC 6455 section 5.1). */
    public enum Sender {
        CLIENT,
        SERVER
    }

    /** Creates a reader; a null sender may mask or not, and send binary messages. */
    public WebSocketReader(@Nullable Sink sink, @Nullable Sender sender) {
        this.sink = sink;
        this.sender = sender;
    }

    WebSocketReader(Sink sink) {
        this(sink, null);
    }

    /** Creates a reader that skips all payload. */
    public WebSocketReader() {
        this(null, null);
    }

    /** Reads a piece up to its end or the end of a text message, whichever is first; returns the index after that. */
    public int read(byte[] buf, int from, int to) {
        textEnded = false;
        int p = from;
        while (p < to && !broken && !textEnded) {
            if (inPayload) {
                int run = (int) Math.min(to - p, left);
                payload(buf, p, p + run);
                p += run;
                left -= run;
            } else {
                header[filled] = buf[p];
                filled++;
                p++;
                readHeader();
            }
            if (inPayload && left == 0) {
                endFrame();
            }
        }
        return broken ? to : p;
    }

    private void readHeader() {
        if (filled == 2) {
            broken = !isValid(header[0] & 0xff, header[1] & 0x7f);
        }
        if (broken || filled < 2) {
            return;
        }
        int code = header[1] & 0x7f;
        int extended = code == EIGHT_BYTES ? 8 : code == TWO_BYTES ? 2 : 0;
        boolean masked = header[1] < 0;
        if (filled == 2 + extended + (masked ? MASK : 0)) {
            left = extended == 0 ? code : number(2, extended);
            broken = extended > 0 && (left < 0 || left <= (extended == 2 ? LARGEST_CONTROL : 0xffff));
            mask = masked ? 2 + extended : 0;
            position = 0;
            inPayload = true;
        }
    }

    /** Checks the first byte of a frame and the short form of its length. */
    private boolean isValid(int first, int code) {
        opcode = first & 0x0f;
        last = (first & FIN) != 0;
        return (first & RESERVED) == 0
                && !closed
                && (sender == null || sender == Sender.CLIENT == header[1] < 0)
                && switch (opcode) {
                    case CONTINUATION -> message != 0;
                    case TEXT -> message == 0;
                    case BINARY -> message == 0 && sender == null;
                    case CLOSE, PING, PONG -> last && code <= LARGEST_CONTROL;
                    default -> false;
                };
    }

    private long number(int from, int length) {
        long value = 0;
        for (int i = from; i < from + length; i++) {
            value = value << 8 | (header[i] & 0xff);
        }
        return value;
    }

    private void payload(byte[] buf, int from, int to) {
        if (sender != null && opcode >= CLOSE) {
            for (int i = from; i < to; i++, position++) {
                control[position] = (byte) (buf[i] ^ (mask == 0 ? 0 : header[mask + (position & 3)]));
            }
            return;
        }
        boolean text = opcode == TEXT || (opcode == CONTINUATION && message == TEXT);
        if (!text || sink == null) {
            return;
        }
        if (mask == 0) {
            sink.text(buf, from, to);
            return;
        }
        if (plain.length == 0) {
            plain = new byte[PIECE];
        }
        for (int start = from; start < to; start += PIECE) {
            int run = Math.min(PIECE, to - start);
            for (int i = 0; i < run; i++) {
                plain[i] = (byte) (buf[start + i] ^ header[mask + (position + i & 3)]);
            }
            position = position + run & 3;
            sink.text(plain, 0, run);
        }
    }

    private void endFrame() {
        filled = 0;
        inPayload = false;
        if (sender != null && sink != null && opcode >= CLOSE) {
            sink.control(opcode, control, position);
        }
        switch (opcode) {
            case TEXT, BINARY -> endPart(opcode);
            case CONTINUATION -> endPart(message);
            case CLOSE -> closed = true;
            default -> {}
        }
    }

    private void endPart(int kind) {
        textEnded = last && kind == TEXT;
        message = last ? 0 : kind;
    }

    /** Returns whether the last call of {@link #read} ended with a text message. */
    public boolean hasTextEnded() {
        return textEnded;
    }

    /** Returns whether another frame can follow what was read, so that a control frame may be put there. */
    boolean isBetweenFrames() {
        return filled == 0 && !broken && !closed;
    }

    /** Returns whether the side has sent its Close frame. */
    public boolean isClosed() {
        return closed;
    }

    /** Returns whether the framing was violated. */
    public boolean isBroken() {
        return broken;
    }
}
