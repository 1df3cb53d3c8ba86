package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.http2.Http2Fault;
import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2Wire;
import java.util.Collection;

/** What an upstream has set for a connection (RFC 9113 section 6.5.2), as far as it matters to one who only asks. */
final class Http2UpstreamSettings {
    private final Http2Output out;
    private final Collection<Http2UpstreamStream> streams;
    private long streamWindow = Http2Wire.INITIAL_WINDOW;
    private int mostStreams = Http2UpstreamConnection.MOST_STREAMS;

    /**
     * Settings as they are before any came.
     *
     * @param streams those that are open, at any time
     */
    Http2UpstreamSettings(Http2Output out, Collection<Http2UpstreamStream> streams) {
        this.out = out;
        this.streams = streams;
    }

    /** Returns how much a new stream may send, in bytes. */
    long streamWindow() {
        return streamWindow;
    }

    /** Returns how many streams may be open at once. */
    int mostStreams() {
        return mostStreams;
    }

    /** Takes one setting. */
    void set(int id, long value) throws Http2Fault {
        switch (id) {
            case Http2Wire.HEADER_TABLE_SIZE -> out.tableShrinks();
            case Http2Wire.ENABLE_PUSH -> require(value == 0, Http2Wire.PROTOCOL_ERROR);
            case Http2Wire.MAX_CONCURRENT_STREAMS ->
                mostStreams = (int) Math.min(value, Http2UpstreamConnection.MOST_STREAMS);
            case Http2Wire.INITIAL_WINDOW_SIZE -> {
                require(value <= Http2Wire.MAX_WINDOW, Http2Wire.FLOW_CONTROL_ERROR);
                long change = value - streamWindow;
                streamWindow = value;
                for (Http2UpstreamStream stream : streams) {
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
