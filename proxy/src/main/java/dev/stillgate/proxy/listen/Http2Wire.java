package dev.stillgate.proxy.listen;

import io.netty.buffer.ByteBuf;

/** The numbers of HTTP/2 (RFC 9113 sections 6 and 7), and how its small frames are written. */
final class Http2Wire {
    static final int FRAME_HEAD = 9;

    /** The largest payload that is taken and sent: the least that RFC 9113 allows, in bytes. */
    static final int MAX_FRAME = 16_384;

    static final int INITIAL_WINDOW = 65_535;
    static final int MAX_WINDOW = Integer.MAX_VALUE;

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int ACK = 0x1;
    static final int END_STREAM = 0x1;
    static final int END_HEADERS = 0x4;
    static final int PADDED = 0x8;
    static final int WITH_PRIORITY = 0x20;

    static final int HEADER_TABLE_SIZE = 1;
    static final int ENABLE_PUSH = 2;
    static final int MAX_CONCURRENT_STREAMS = 3;
    static final int INITIAL_WINDOW_SIZE = 4;
    static final int MAX_FRAME_SIZE = 5;
    static final int MAX_HEADER_LIST_SIZE = 6;

    static final int NO_ERROR = 0;
    static final int PROTOCOL_ERROR = 1;
    static final int INTERNAL_ERROR = 2;
    static final int FLOW_CONTROL_ERROR = 3;
    static final int STREAM_CLOSED = 5;
    static final int FRAME_SIZE_ERROR = 6;
    static final int REFUSED_STREAM = 7;
    static final int CANCEL = 8;
    static final int COMPRESSION_ERROR = 9;
    static final int ENHANCE_YOUR_CALM = 11;

    private Http2Wire() {}

    static void frame(ByteBuf out, int length, int type, int flags, int stream) {
        out.writeMedium(length).writeByte(type).writeByte(flags).writeInt(stream);
    }

    static void reset(ByteBuf out, int stream, int code) {
        frame(out, 4, RST_STREAM, 0, stream);
        out.writeInt(code);
    }

    static void windowUpdate(ByteBuf out, int stream, int increment) {
        frame(out, 4, WINDOW_UPDATE, 0, stream);
        out.writeInt(increment);
    }

    static void goAway(ByteBuf out, int lastStream, int code) {
        frame(out, 8, GOAWAY, 0, 0);
        out.writeInt(lastStream).writeInt(code);
    }

    static void setting(ByteBuf out, int id, int value) {
        out.writeShort(id).writeInt(value);
    }
}
