package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.http2.Http2Fault;
import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2Wire;

/** What the peer of a connection has set (RFC 9113 section 6.5.2), as far as it matters to one who only answers. */
final class Http2PeerSettings {
    private final Http2Output out;
    private final Http2Streams streams;
    private long streamWindow = Http2Wire.INITIAL_WINDOW;

    Http2PeerSettings(Http2Output out, Http2Streams streams) {
        this.out = out;
        this.streams = streams;
    }

    /** Returns how much a new stream may send, in bytes. */
    long streamWindow() {
        return streamWindow;
    }

    /** Takes one setting. */
    void set(int id, long value) throws Http2Fault {
        switch (id) {
            case Http2Wire.HEADER_TABLE_SIZE -> out.tableShrinks();
            case Http2Wire.ENABLE_PUSH -> require(value <= 1, Http2Wire.PROTOCOL_ERROR);
            case Http2Wire.INITIAL_WINDOW_SIZE -> {
                require(value <= Http2Wire.MAX_WINDOW, Http2Wire.FLOW_CONTROL_ERROR);
                long change = value - streamWindow;
                streamWindow = value;
                for (Http2Stream stream : streams.all()) {
                    require(stream.enlarge(change), Http2Wire.FLOW_CONTROL_ERROR);
                }
            }
            case Http2Wire.MAX_FRAME_SIZE ->
                require(value >= Http2Wire.MAX_FRAME && value < 1 << 24, Http2Wire.PROTOCOL_ERROR);
            default -> {} // the rest speaks of what is not used here, or is unknown
        }
    }

    private static void require(boolean fine, int error) throws Http2Fault {
        if (!fine) {
            throw new Http2Fault(error, "http2-settings");
        }
    }
}
