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
    private static final int UNKNOWN = -1;

    private final Http2ReceiveWindow window = new Http2ReceiveWindow();
    private final ClientPace pace;
    private long expected = UNKNOWN;
    private long received;
    private long receivedBefore;
    private long since;
    private boolean ticked;
    private boolean complete;
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
    BodyFraming start(Http1Head head, boolean ended) throws BadMessage {
        complete = ended;
        BodyFraming framing = BodyFraming.ofRequest(head);
        if (ended && framing.length() > 0) {
            throw lengthMismatch();
        }
        boolean hasLength = framing.kind() == BodyFraming.Kind.LENGTH;
        expected = hasLength ? framing.length() : UNKNOWN;
        return hasLength || ended ? framing : BodyFraming.CHUNKED;
    }

    static BadMessage lengthMismatch() {
        return new BadMessage(
                Verdict.Kind.MALFORMED,
                "content-length",
                "The request's content does not have the length that Content-Length says.");
    }

    /** Returns whether the content may exceed the initial window. */
    boolean isLarge() {
        return expected == UNKNOWN || expected > Http2Wire.INITIAL_WINDOW;
    }

    /**
     * Counts received content.
     *
     * @param end whether it is the last
     * @return whether the length is consistent with Content-Length
     */
    boolean receive(int length, boolean end) {
        received += length;
        complete |= end;
        pace.onBodyBytes(length);
        return expected == UNKNOWN || (end ? received == expected : received <= expected);
    }

    /** Notes that no more content is expected. */
    void end() {
        complete = true;
    }

    /** Returns whether the request is complete. */
    boolean isComplete() {
        return complete;
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
    String expiredTimeout(long now, ListenOptions options, boolean heldBack) {
        if (complete) {
            return null;
        }
        if (paused || heldBack || !ticked) {
            since = now;
            pace.startBody(now);
            pace.onBodyBytes(ticked ? 0 : (int) received); // content received before the first tick
            ticked = true;
            receivedBefore = received;
            return null;
        }
        if (received != receivedBefore) {
            receivedBefore = received;
            since = now;
        } else if (now - since >= options.bodyTimeout().toNanos()) {
            return "body-timeout";
        }
        return pace.isBodyTooSlow(now) ? "body-too-slow" : null;
    }
}
