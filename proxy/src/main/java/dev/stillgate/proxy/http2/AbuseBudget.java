package dev.stillgate.proxy.http2;

/**
 * Limits work that a peer causes without making progress (RFC 9113 section 10.5). When a limit is exceeded the
 * connection is closed with ENHANCE_YOUR_CALM.
 *
 * <p>The first limit is on frames that carry nothing: SETTINGS, PING, PRIORITY, empty DATA, unknown types, and more
 * WINDOW_UPDATE than DATA was sent. The second is on requests that were opened and aborted, by either side because a
 * peer can provoke the gateway's resets (CVE-2025-8671). Time and regular use replenish both.
 */
public final class AbuseBudget {
    /** Maximum number of concurrent streams, and of aborted requests. */
    public static final int STREAMS = 100;

    /** Maximum burst of frames that carry nothing. */
    public static final int FRAMES = 1_000;

    private static final int FRAMES_PER_SECOND = 100;
    private static final int CREDIT_PER_STREAM = 10;
    private static final long SECOND = 1_000_000_000L;

    private int frames = FRAMES;
    private int aborted;
    private long refilled;

    public AbuseBudget(long now) {
        this.refilled = now;
    }

    /**
     * Replenishes both counters for the time passed.
     *
     * @param now the ticker's nanoseconds
     */
    public void onTick(long now) {
        if (now - refilled >= SECOND) {
            long seconds = (now - refilled) / SECOND;
            refilled += seconds * SECOND;
            frames = (int) Math.min(FRAMES, frames + seconds * FRAMES_PER_SECOND);
            aborted = (int) Math.max(0, aborted - seconds);
        }
    }

    /**
     * Charges for a frame.
     *
     * @throws Http2Fault when the budget is exhausted
     */
    public void charge(int cost) throws Http2Fault {
        frames -= cost;
        if (frames < 0) {
            throw Http2Fault.calm("http2-flood");
        }
    }

    /** Credits frames that the peer sends as part of regular use. */
    public void earn(int credit) {
        frames = Math.min(FRAMES, frames + credit);
    }

    /**
     * Returns whether another stream may open beside {@code open} others. An aborted request occupies a place for a
     * while (rapid reset, CVE-2023-44487).
     */
    public boolean mayOpenStream(int open) {
        return open + aborted < STREAMS;
    }

    public void streamOpened() {
        earn(CREDIT_PER_STREAM);
    }

    /**
     * Counts an aborted request.
     *
     * @throws Http2Fault when too many requests were aborted
     */
    public void streamAborted() throws Http2Fault {
        if (++aborted >= STREAMS) {
            throw Http2Fault.calm("http2-resets");
        }
    }

    /** Credits a request whose response was sent completely. */
    public void streamCompleted() {
        aborted = Math.max(0, aborted - 1);
    }
}
