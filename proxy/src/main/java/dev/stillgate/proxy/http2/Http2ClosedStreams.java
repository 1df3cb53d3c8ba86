package dev.stillgate.proxy.http2;

/**
 * How the last closed streams of a connection ended. That decides whether a late frame is an error. An endpoint that has
 * sent RST_STREAM receives the frames that its peer sent before that frame arrived, and must ignore them (RFC 9113
 * section 5.1). Not thread-safe.
 */
public final class Http2ClosedStreams {
    /** Marks a closed stream that no frame in transit may refer to. */
    public static final int NOTHING_LATE = -1;

    private static final int REMEMBERED = 256;

    private final int[] closed = new int[REMEMBERED];
    private final int[] late = new int[REMEMBERED];
    private int next;

    /**
     * Records that a stream closed.
     *
     * @param lateBytes how much content may still be in transit, when the gateway reset the stream; else {@link
     *     #NOTHING_LATE}
     */
    public void add(int id, int lateBytes) {
        closed[next] = id;
        late[next] = lateBytes;
        next = (next + 1) % REMEMBERED;
    }

    /** Returns whether frames of a closed stream may still be in transit. */
    public boolean mayBeLate(int id) {
        int at = indexOf(id);
        return at >= 0 && late[at] != NOTHING_LATE;
    }

    /** Accounts for late content of a closed stream; returns whether it is within the stream's former window. */
    public boolean consumeLate(int id, int flow) {
        int at = indexOf(id);
        if (at < 0) {
            return false;
        }
        boolean within = flow <= late[at];
        late[at] = within ? late[at] - flow : 0;
        return within;
    }

    /** Returns whether the stream is among the recently closed ones. */
    public boolean contains(int id) {
        return indexOf(id) >= 0;
    }

    private int indexOf(int id) {
        for (int i = 0; i < REMEMBERED; i++) {
            if (closed[i] == id) {
                return i;
            }
        }
        return -1;
    }
}
