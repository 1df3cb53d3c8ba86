package dev.stillgate.proxy.http2;

/** The peer's SETTINGS that affect this side (RFC 9113 section 6.5.2). */
public final class Http2PeerSettings {
    private final Http2Output out;
    private final Iterable<? extends Http2SendWindow.Sender> streams;
    private final int mayEnablePush;
    private final int maxStreams;
    private long streamWindow = Http2Wire.INITIAL_WINDOW;
    private int allowedStreams;

    private Http2PeerSettings(
            Http2Output out, Iterable<? extends Http2SendWindow.Sender> streams, int mayEnablePush, int maxStreams) {
        this.out = out;
        this.streams = streams;
        this.mayEnablePush = mayEnablePush;
        this.maxStreams = maxStreams;
        this.allowedStreams = maxStreams;
    }

    /**
     * Returns the initial settings of a client.
     *
     * @param streams view of the open streams
     */
    public static Http2PeerSettings ofClient(Http2Output out, Iterable<? extends Http2SendWindow.Sender> streams) {
        return new Http2PeerSettings(out, streams, 1, 0); // the server does not push, so it opens no streams
    }

    /**
     * Returns the initial settings of an upstream.
     *
     * @param streams view of the open streams
     * @param maxStreams maximum number of concurrent streams, whatever the upstream allows
     */
    public static Http2PeerSettings ofUpstream(
            Http2Output out, Iterable<? extends Http2SendWindow.Sender> streams, int maxStreams) {
        return new Http2PeerSettings(out, streams, 0, maxStreams);
    }

    /** Returns the initial send window of a new stream, in bytes. */
    public long streamWindow() {
        return streamWindow;
    }

    /** Returns how many streams this side may have open at once. */
    public int allowedStreams() {
        return allowedStreams;
    }

    /**
     * Applies one setting.
     *
     * @throws Http2Fault when the value is invalid
     */
    public void set(int id, long value) throws Http2Fault {
        switch (id) {
            case Http2Wire.HEADER_TABLE_SIZE -> out.acknowledgeTableSize();
            case Http2Wire.ENABLE_PUSH -> require(value <= mayEnablePush, Http2Wire.PROTOCOL_ERROR);
            case Http2Wire.MAX_CONCURRENT_STREAMS -> allowedStreams = (int) Math.min(value, maxStreams);
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
            default -> {} // other settings are unused here or unknown
        }
    }

    private static void require(boolean valid, int error) throws Http2Fault {
        if (!valid) {
            throw new Http2Fault(error, "http2-settings");
        }
    }
}
