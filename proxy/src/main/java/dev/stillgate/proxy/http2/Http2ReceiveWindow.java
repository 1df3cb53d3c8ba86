package dev.stillgate.proxy.http2;

/**
 * Receive side of flow control on a stream or a connection (RFC 9113 section 6.9). Credit is returned once at least
 * half of the window is due. Bytes that wait for a slower receiver are withheld, so the window bounds what is buffered.
 */
public class Http2ReceiveWindow {
    private int target = Http2Wire.INITIAL_WINDOW;
    private int credit = Http2Wire.INITIAL_WINDOW;
    private int withheld;

    /** Returns how many bytes the peer may still send. */
    public int credit() {
        return credit;
    }

    /** Sets the window size in bytes. Credit already given is not taken back. */
    public void resize(int bytes) {
        target = bytes;
    }

    /** Consumes credit; returns false when the peer exceeded the window. */
    public boolean consume(int bytes) {
        if (bytes > credit) {
            return false;
        }
        credit -= bytes;
        return true;
    }

    public void withhold(int bytes) {
        withheld += bytes;
    }

    /** Stops withholding; returns how many bytes were withheld. */
    public int releaseWithheld() {
        int released = withheld;
        withheld = 0;
        return released;
    }

    /** Stops withholding {@code bytes}. */
    public void releaseWithheld(int bytes) {
        withheld -= bytes;
    }

    /** Returns whether withheld bytes leave too little credit for a full frame. */
    public boolean isHeldBack() {
        return withheld > 0 && credit < Http2Wire.MAX_FRAME;
    }

    /**
     * Sends the WINDOW_UPDATE that is due now.
     *
     * @param stream the stream; 0 for the connection
     * @return whether one was due
     */
    public boolean grant(int stream, Http2Output out) {
        int more = grant();
        if (more > 0) {
            Http2Wire.windowUpdate(out.buffer(Http2Wire.FRAME_HEAD + 4), stream, more);
            out.flushSoon();
        }
        return more > 0;
    }

    /** Returns the increment for a WINDOW_UPDATE that is due now; 0 if none is. */
    int grant() {
        int missing = target - credit - withheld;
        if (missing < (target - withheld) / 2) {
            return 0;
        }
        credit += missing;
        return missing;
    }
}
