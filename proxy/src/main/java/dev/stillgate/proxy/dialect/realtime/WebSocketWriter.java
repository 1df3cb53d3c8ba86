package dev.stillgate.proxy.dialect.realtime;

import io.netty.buffer.ByteBuf;

/** Writer of WebSocket frames (RFC 6455 section 5.2) of a server, or masked ones of a client. */
public final class WebSocketWriter {
    public static final int FIN = 0x80;
    public static final int TEXT = 1;

    /** The maximum length of a frame's header, in bytes. */
    public static final int LONGEST_HEADER = 14;

    private static final int MASKED = 0x80;
    private static final int LARGEST_SHORT = 125;
    private static final int TWO_BYTES = 126;
    private static final int EIGHT_BYTES = 127;
    private static final int MASK_BITS = 3;

    private WebSocketWriter() {}

    /** Writes the header of a server's frame. */
    public static void header(ByteBuf out, int first, long length) {
        header(out, first, length, 0);
    }

    /** Writes the header of a client's frame, whose payload {@link #masked} writes. */
    public static void header(ByteBuf out, int first, long length, int mask) {
        int bit = mask == 0 ? 0 : MASKED;
        out.writeByte(first);
        if (length <= LARGEST_SHORT) {
            out.writeByte(bit | (int) length);
        } else if (length <= 0xffff) {
            out.writeByte(bit | TWO_BYTES).writeShort((int) length);
        } else {
            out.writeByte(bit | EIGHT_BYTES).writeLong(length);
        }
        if (mask != 0) {
            out.writeInt(mask);
        }
    }

    /**
     * Writes payload of a client.
     *
     * @param position the number of the frame's payload bytes before these
     */
    public static void masked(ByteBuf out, ByteBuf in, int mask, long position) {
        int end = in.writerIndex();
        for (int i = in.readerIndex(); i < end; i++) {
            int place = (int) (position + i - in.readerIndex()) & MASK_BITS;
            out.writeByte(in.getByte(i) ^ mask >>> (8 * (MASK_BITS - place)));
        }
    }
}
