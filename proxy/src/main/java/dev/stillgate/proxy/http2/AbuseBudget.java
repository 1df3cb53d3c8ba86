package dev.stillgate.proxy.http2;

/**
 * What a connection may do that moves nothing forward before it is told to calm down. Two accounts: frames that ask for
 * work and bring none (SETTINGS, PING, PRIORITY, empty DATA, unknown types, WINDOW_UPDATE beyond what was sent), and
 * requests that were begun and broken off, by whichever side: the gateway's resets too, since a peer can provoke them
 * (CVE-2025-8671). Both fill up again with time and with honest use.
 */
public final class AbuseBudget {
    /** The most streams at once, and so the most requests that a connection may have begun and broken off. */
    public static final int STREAMS = 100;

    /** The most frames at once that bring nothing. */
    public static final int FRAMES = 1_000;

    private static final int FRAMES_PER_SECOND = 100;
    private static final int EARNED_BY_STREAM = 10;
    private static final long SECOND = 1_000_000_000L;

    private int frames = FRAMES;
    private int broken;
    private long refilled;

    public AbuseBudget(long now) {
        this.refilled = now;
    }

    /** Time has passed. */
    public void onTick(long now) {
        if (now - refilled >= SECOND) {
            long seconds = (now - refilled) / SECOND;
            refilled += seconds * SECOND;
            frames = (int) Math.min(FRAMES, frames + seconds * FRAMES_PER_SECOND);
            broken = (int) Math.max(0, broken - seconds);
        }
    }

    /**
     * Charges for a frame.
     *
     * @throws Http2Fault when there were too many
     */
    public void charge(int cost) throws Http2Fault {
        frames -= cost;
        if (frames < 0) {
            throw Http2Fault.calm("http2-flood");
        }
    }

    /** Gives credit for frames that the peer answers as it should. */
    public void earn(int credit) {
        frames = Math.min(FRAMES, frames + credit);
    }

    /** Returns whether another request may begin beside those that are open: one broken off keeps its place for a while. */
    public boolean mayBegin(int open) {
        return open + broken < STREAMS;
    }

    public void began() {
        earn(EARNED_BY_STREAM);
    }

    /** A request was broken off. */
    public void brokeOff() throws Http2Fault {
        if (++broken >= STREAMS) {
            throw Http2Fault.calm("http2-resets");
        }
    }

    /** A request had the upstream's whole answer. */
    public void served() {
        broken = Math.max(0, broken - 1);
    }
}
