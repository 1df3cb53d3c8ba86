package dev.stillgate.proxy.http2;

/** What the peer of a connection has set (RFC 9113 section 6.5.2), as far as it matters here. */
public final class Http2PeerSettings {
    private final Http2Output out;
    private final Iterable<? extends Http2SendWindow.Sender> streams;
    private final int mayEnablePush;
    private final int mostStreams;
    private long streamWindow = Http2Wire.INITIAL_WINDOW;
    private int allowedStreams;

    private Http2PeerSettings(
            Http2Output out, Iterable<? extends Http2SendWindow.Sender> streams, int mayEnablePush, int mostStreams) {
        this.out = out;
        this.streams = streams;
        this.mayEnablePush = mayEnablePush;
        this.mostStreams = mostStreams;
        this.allowedStreams = mostStreams;
    }

    /**
     * Returns what a caller has set, before any came.
     *
     * @param streams those that are open, at any time
     */
    public static Http2PeerSettings ofCaller(Http2Output out, Iterable<? extends Http2SendWindow.Sender> streams) {
        return new Http2PeerSettings(out, streams, 1, 0); // nothing is pushed: no stream begins here
    }

    /**
     * Returns what an upstream has set, before any came.
     *
     * @param streams those that are open, at any time
     * @param mostStreams that are opened at once, however many it allows
     */
    public static Http2PeerSettings ofUpstream(
            Http2Output out, Iterable<? extends Http2SendWindow.Sender> streams, int mostStreams) {
        return new Http2PeerSettings(out, streams, 0, mostStreams);
    }

    /** Returns how much a new stream may send, in bytes. */
    public long streamWindow() {
        return streamWindow;
    }

    /** Returns how many streams may be open at once that begin here. */
    public int allowedStreams() {
        return allowedStreams;
    }

    /** Takes one setting. */
    public void set(int id, long value) throws Http2Fault {
        switch (id) {
            case Http2Wire.HEADER_TABLE_SIZE -> out.tableShrinks();
            case Http2Wire.ENABLE_PUSH -> require(value <= mayEnablePush, Http2Wire.PROTOCOL_ERROR);
            case Http2Wire.MAX_CONCURRENT_STREAMS -> allowedStreams = (int) Math.min(value, mostStreams);
            case Http2Wire.INITIAL_WINDOW_SIZE -> {
                require(value <= Http2Wire.MAX_WINDOW, Http2Wire.FLOW_CONTROL_ERROR);
                long change = value - streamWindow;
                streamWindow = value;
                for (Http2SendWindow.Sender stream : streams) {
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
