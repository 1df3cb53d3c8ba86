package dev.stillgate.proxy.http2;

import io.netty.buffer.ByteBuf;

/** Constants of HTTP/2 (RFC 9113 sections 6 and 7) and writers of its small frames. */
public final class Http2Wire {
    public static final int FRAME_HEAD = 9;

    /** Largest frame payload sent and accepted, in bytes: the minimum that RFC 9113 section 4.2 allows. */
    public static final int MAX_FRAME = 16_384;

    public static final int INITIAL_WINDOW = 65_535;
    public static final int MAX_WINDOW = Integer.MAX_VALUE;

    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int PRIORITY = 2;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PUSH_PROMISE = 5;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;

    public static final int ACK = 0x1;
    public static final int END_STREAM = 0x1;
    public static final int END_HEADERS = 0x4;
    public static final int PADDED = 0x8;
    public static final int WITH_PRIORITY = 0x20;

    public static final int HEADER_TABLE_SIZE = 1;
    public static final int ENABLE_PUSH = 2;
    public static final int MAX_CONCURRENT_STREAMS = 3;
    public static final int INITIAL_WINDOW_SIZE = 4;
    public static final int MAX_FRAME_SIZE = 5;
    public static final int MAX_HEADER_LIST_SIZE = 6;

    public static final int NO_ERROR = 0;
    public static final int PROTOCOL_ERROR = 1;
    public static final int INTERNAL_ERROR = 2;
    public static final int FLOW_CONTROL_ERROR = 3;
    public static final int STREAM_CLOSED = 5;
    public static final int FRAME_SIZE_ERROR = 6;
    public static final int REFUSED_STREAM = 7;
    public static final int CANCEL = 8;
    public static final int COMPRESSION_ERROR = 9;
    public static final int ENHANCE_YOUR_CALM = 11;

    private Http2Wire() {}

    public static void frame(ByteBuf out, int length, int type, int flags, int stream) {
        out.writeMedium(length).writeByte(type).writeByte(flags).writeInt(stream);
    }

    public static void reset(ByteBuf out, int stream, int code) {
        frame(out, 4, RST_STREAM, 0, stream);
        out.writeInt(code);
    }

    public static void windowUpdate(ByteBuf out, int stream, int increment) {
        frame(out, 4, WINDOW_UPDATE, 0, stream);
        out.writeInt(increment);
    }

    public static void goAway(ByteBuf out, int lastStream, int code) {
        frame(out, 8, GOAWAY, 0, 0);
        out.writeInt(lastStream).writeInt(code);
    }

    public static void settingsAck(ByteBuf out) {
        frame(out, 0, SETTINGS, ACK, 0);
    }

    public static void ping(ByteBuf out, long opaque) {
        frame(out, 8, PING, 0, 0);
        out.writeLong(opaque);
    }

    public static void pingAck(ByteBuf out, long opaque) {
        frame(out, 8, PING, ACK, 0);
        out.writeLong(opaque);
    }

    public static void setting(ByteBuf out, int id, int value) {
        out.writeShort(id).writeInt(value);
    }
}
