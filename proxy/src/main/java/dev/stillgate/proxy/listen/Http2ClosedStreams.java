package dev.stillgate.proxy.listen;

/** How the last streams of a connection were closed, which decides what a late frame of theirs means (RFC 9113 section 5.1). */
final class Http2ClosedStreams {
    private static final int KEPT = 256;

    private final int[] ids = new int[KEPT];
    private final boolean[] abandoned = new boolean[KEPT];
    private int next;

    /**
     * Notes that a stream is closed.
     *
     * @param late whether the gateway gave it up, so that the peer may have sent more before it heard of it
     */
    void add(int id, boolean late) {
        ids[next] = id;
        abandoned[next] = late;
        next = (next + 1) % KEPT;
    }

    /** Returns whether the stream was open once. */
    boolean has(int id) {
        return find(id) >= 0;
    }

    /** Returns whether frames of the stream may still be on their way. */
    boolean mayBeLate(int id) {
        int at = find(id);
        return at >= 0 && abandoned[at];
    }

    private int find(int id) {
        for (int i = 0; i < KEPT; i++) {
            if (ids[i] == id) {
                return i;
            }
        }
        return -1;
    }
}
