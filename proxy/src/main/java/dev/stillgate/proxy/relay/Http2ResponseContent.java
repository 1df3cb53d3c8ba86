package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2ReceiveWindow;
import org.jspecify.annotations.Nullable;

/**
 * Receives the content of one response on an HTTP/2 stream: its flow-control window, which stays exhausted while the
 * reader pauses, and its length against Content-Length (RFC 9113 section 8.1.1).
 */
final class Http2ResponseContent extends Http2ReceiveWindow {
    /** Window of a stream whose reader kept up with the initial window, in bytes. */
    private static final int LARGE_WINDOW = 256 * 1024;

    private BodyFraming framing = BodyFraming.NONE;
    private long received;
    private boolean started;
    private boolean paused;

    /**
     * Starts after the response's head.
     *
     * @param toHead whether the request's method was HEAD
     * @return how the content is framed
     * @throws BadMessage when the framing fields are invalid
     */
    BodyFraming start(Http1Head head, boolean toHead) throws BadMessage {
        framing = BodyFraming.ofResponse(head, toHead);
        started = true;
        return framing;
    }

    /** Returns whether the response's head has arrived. */
    boolean hasStarted() {
        return started;
    }

    /** Counts received content; returns the reason code of a violation, else null. */
    @Nullable
    String receive(int length) {
        received += length;
        if (!started) {
            return "upstream-content-before-head";
        }
        boolean tooMuch = framing.kind() == BodyFraming.Kind.NONE
                ? length > 0
                : framing.kind() == BodyFraming.Kind.LENGTH && received > framing.length();
        return tooMuch ? "upstream-content-length" : null;
    }

    /** Returns whether content is missing against Content-Length. */
    boolean isShort() {
        return framing.kind() == BodyFraming.Kind.LENGTH && received < framing.length();
    }

    /** Pauses or resumes reading; returns whether reading resumes. */
    boolean pause(boolean wanted) {
        boolean resumes = paused && !wanted;
        paused = wanted;
        return resumes;
    }

    /** Returns the credit of processed content, or withholds it while paused. */
    void processed(int flow, int id, Http2Output out) {
        if (paused) {
            withhold(flow);
        } else {
            sendCredit(id, out);
        }
    }

    /** Returns all withheld credit. */
    void resume(int id, Http2Output out) {
        releaseWithheld();
        sendCredit(id, out);
    }

    private void sendCredit(int id, Http2Output out) {
        if (grant(id, out)) {
            resize(LARGE_WINDOW);
        }
    }
}
