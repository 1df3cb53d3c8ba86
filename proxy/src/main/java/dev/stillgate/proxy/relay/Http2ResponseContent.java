package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2ReceiveWindow;
import dev.stillgate.proxy.http2.Http2Wire;
import org.jspecify.annotations.Nullable;

/**
 * What comes of an answer's content on a stream of HTTP/2: the window that the upstream may fill, which a reader that pauses
 * leaves full, and whether as much comes as was said (RFC 9113 section 8.1.1).
 */
final class Http2ResponseContent extends Http2ReceiveWindow {
    /** How much may be on its way to a reader that has kept up with the first window, in bytes. */
    private static final int WIDE = 256 * 1024;

    private BodyFraming framing = BodyFraming.NONE;
    private long received;
    private boolean begun;
    private boolean paused;

    /**
     * Begins after the answer's head.
     *
     * @param toHead whether the request's method was HEAD
     * @return how the content is delimited
     */
    BodyFraming begin(Http1Head head, boolean toHead) throws BadMessage {
        framing = BodyFraming.ofResponse(head, toHead);
        begun = true;
        return framing;
    }

    /** Returns whether the answer's head has come. */
    boolean hasBegun() {
        return begun;
    }

    /** Counts a piece; returns the code of what is wrong with it, null when nothing is. */
    @Nullable
    String count(int length) {
        received += length;
        if (!begun) {
            return "upstream-content-before-head";
        }
        boolean tooMuch = framing.kind() == BodyFraming.Kind.NONE
                ? length > 0
                : framing.kind() == BodyFraming.Kind.LENGTH && received > framing.length();
        return tooMuch ? "upstream-content-length" : null;
    }

    /** Returns whether less has come than was said. */
    boolean isShort() {
        return framing.kind() == BodyFraming.Kind.LENGTH && received < framing.length();
    }

    /** Stops or goes on reading; returns whether it goes on after a stop. */
    boolean pause(boolean wanted) {
        boolean resumes = paused && !wanted;
        paused = wanted;
        return resumes;
    }

    /** Gives back what a piece took of the window, or keeps it for as long as reading is stopped. */
    void passed(int flow, int id, Http2Output out) {
        if (paused) {
            withhold(flow);
        } else {
            giveBack(id, out);
        }
    }

    /** Gives back all that was kept. */
    void resume(int id, Http2Output out) {
        letGo();
        giveBack(id, out);
    }

    private void giveBack(int id, Http2Output out) {
        int more = grant();
        if (more > 0) {
            widen(WIDE);
            Http2Wire.windowUpdate(out.room(13), id, more);
        }
    }
}
