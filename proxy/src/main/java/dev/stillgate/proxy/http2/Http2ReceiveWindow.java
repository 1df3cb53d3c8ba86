package dev.stillgate.proxy.http2;

/**
 * How much a peer may still send (RFC 9113 section 6.9), on a stream or a connection. What has been passed on is given
 * back, in pieces of at least half of what is not withheld; what waits for a slower upstream is not, so that it bounds
 * itself.
 */
public class Http2ReceiveWindow {
    private int target = Http2Wire.INITIAL_WINDOW;
    private int credit = Http2Wire.INITIAL_WINDOW;
    private int withheld;

    /** Returns how much the peer may still send. */
    public int credit() {
        return credit;
    }

    /** Sets how much may be on its way; what was promised before stays promised. */
    public void widen(int bytes) {
        target = bytes;
    }

    /** Takes what has come; returns false when it is more than was allowed. */
    public boolean take(int bytes) {
        if (bytes > credit) {
            return false;
        }
        credit -= bytes;
        return true;
    }

    public void withhold(int bytes) {
        withheld += bytes;
    }

    /** Returns how much was withheld, and withholds it no longer. */
    public int letGo() {
        int freed = withheld;
        withheld = 0;
        return freed;
    }

    /** Lets go of a part of what is withheld. */
    public void letGo(int bytes) {
        withheld -= bytes;
    }

    /** Returns whether too little is left for a whole frame, for what is withheld. */
    public boolean isHeldBack() {
        return withheld > 0 && credit < Http2Wire.MAX_FRAME;
    }

    /** Returns how much to give back to the peer now; 0 is nothing yet. */
    public int grant() {
        int missing = target - credit - withheld;
        if (missing < (target - withheld) / 2) {
            return 0;
        }
        credit += missing;
        return missing;
    }
}
