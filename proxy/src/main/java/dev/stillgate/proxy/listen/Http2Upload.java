package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http2.Http2ReceiveWindow;
import dev.stillgate.proxy.http2.Http2Wire;
import dev.stillgate.spi.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * Receives the content of one request: its flow-control window, its length against Content-Length (RFC 9113 section
 * 8.1.1), and its timeouts.
 */
final class Http2Upload {
    private static final int UNSAID = -1;

    private final Http2ReceiveWindow window = new Http2ReceiveWindow();
    private final ClientPace pace;
    private long announced = UNSAID;
    private long received;
    private long receivedBefore;
    private long since;
    private boolean ticked;
    private boolean whole;
    private boolean paused;

    Http2Upload(ClientPace pace) {
        this.pace = pace;
    }

    Http2ReceiveWindow window() {
        return window;
    }

    /**
     * Starts with the request's head.
     *
     * @param ended whether no content follows
     * @return how the body is framed towards the upstream
     * @throws BadMessage when the head is invalid, or announces content that does not follow
     */
    BodyFraming begin(Http1Head head, boolean ended) throws BadMessage {
        whole = ended;
        BodyFraming said = BodyFraming.ofRequest(head);
        if (ended && said.length() > 0) {
            throw lengthMismatch();
        }
        boolean told = said.kind() == BodyFraming.Kind.LENGTH;
        announced = told ? said.length() : UNSAID;
        return told || ended ? said : BodyFraming.CHUNKED;
    }

    static BadMessage lengthMismatch() {
        return new BadMessage(
                Verdict.Kind.MALFORMED,
                "content-length",
                "The request's content does not have the length that Content-Length says.");
    }

    /** Returns whether the content may exceed the initial window. */
    boolean isLarge() {
        return announced == UNSAID || announced > Http2Wire.INITIAL_WINDOW;
    }

    /**
     * Counts received content.
     *
     * @param end whether it is the last
     * @return whether the length is consistent with Content-Length
     */
    boolean take(int length, boolean end) {
        received += length;
        whole |= end;
        pace.bodyCame(length);
        return announced == UNSAID || (end ? received == announced : received <= announced);
    }

    /** Notes that no more content is expected. */
    void end() {
        whole = true;
    }

    /** Returns whether the request is complete. */
    boolean isWhole() {
        return whole;
    }

    /** Pauses or resumes reading; returns whether that is a change. */
    boolean pause(boolean wanted) {
        boolean changed = paused != wanted;
        paused = wanted;
        return changed;
    }

    boolean isPaused() {
        return paused;
    }

    /**
     * Checks the body timeouts at each tick; returns the reason code of an expired one, else null. Time in which the
     * gateway itself pauses reading does not count.
     *
     * @param heldBack whether the connection's shared window is exhausted because of paused streams
     */
    @Nullable
    String late(long now, ListenOptions terms, boolean heldBack) {
        if (whole) {
            return null;
        }
        if (paused || heldBack || !ticked) {
            since = now;
            pace.bodyBegins(now);
            pace.bodyCame(ticked ? 0 : (int) received); // content received before the first tick
            ticked = true;
            receivedBefore = received;
            return null;
        }
        if (received != receivedBefore) {
            receivedBefore = received;
            since = now;
        } else if (now - since >= terms.bodyTimeout().toNanos()) {
            return "body-timeout";
        }
        return pace.isBodyTooSlow(now) ? "body-too-slow" : null;
    }
}
