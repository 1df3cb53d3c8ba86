package dev.stillgate.proxy.rig;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** WebSocket frames as bytes (RFC 6455 section 5.2). */
public final class WebSocketFrames {
    public static final int FIN = 0x80;
    public static final int TEXT = 1;
    public static final int BINARY = 2;
    public static final int CLOSE = 8;
    public static final int PING = 9;
    public static final int PONG = 10;

    private WebSocketFrames() {}

    /** Returns a text message in one frame. */
    public static byte[] text(String text) {
        return frame(FIN | TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns a frame without a mask, in the shortest form of its length. */
    public static byte[] frame(int first, byte[] payload) {
        return frame(first, payload, 0, new byte[0]);
    }

    /** Returns a masked frame. */
    public static byte[] masked(int first, byte[] payload) {
        byte[] mask = {0x37, (byte) 0xfa, 0x21, 0x3d};
        byte[] hidden = payload.clone();
        for (int i = 0; i < hidden.length; i++) {
            hidden[i] ^= mask[i % 4];
        }
        return frame(first, hidden, 0x80, mask);
    }

    private static byte[] frame(int first, byte[] payload, int maskBit, byte[] mask) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first);
        int extended = payload.length < 126 ? 0 : payload.length < 65536 ? 2 : 8;
        out.write(maskBit | (extended == 0 ? payload.length : extended == 2 ? 126 : 127));
        for (int i = extended - 1; i >= 0; i--) {
            out.write((int) ((long) payload.length >>> 8 * i));
        }
        out.writeBytes(mask);
        out.writeBytes(payload);
        return out.toByteArray();
    }

    /** Returns byte arrays one after another. */
    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
