package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http2.Http2ReceiveWindow;
import dev.stillgate.proxy.http2.Http2Wire;
import dev.stillgate.spi.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * What comes of one request's content (RFC 9113 section 8.1.1): how much the peer may send, whether it is as long as was
 * said, and whether it comes in time.
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
     * Begins with the request's head.
     *
     * @param ended whether no content follows
     * @return how the body is delimited towards the upstream
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
                "The request's content is not as long as Content-Length says.");
    }

    /** Returns whether more may come than the first window lets through. */
    boolean isLarge() {
        return announced == UNSAID || announced > Http2Wire.INITIAL_WINDOW;
    }

    /**
     * Takes a piece.
     *
     * @param end whether it is the last
     * @return whether the content can still be as long as was said
     */
    boolean take(int length, boolean end) {
        received += length;
        whole |= end;
        pace.bodyCame(length);
        return announced == UNSAID || (end ? received == announced : received <= announced);
    }

    /** No content follows, or none that matters. */
    void end() {
        whole = true;
    }

    /** Returns whether the request's last byte has come. */
    boolean isWhole() {
        return whole;
    }

    /** Stops or goes on reading; returns whether that is a change. */
    boolean pause(boolean wanted) {
        boolean changed = paused != wanted;
        paused = wanted;
        return changed;
    }

    boolean isPaused() {
        return paused;
    }

    /**
     * Returns the code of the limit of time that is over, null when there is none; asked with every tick, from which time
     * is reckoned. What the gateway itself does not let come is not held against the peer.
     *
     * @param heldBack whether the connection's window, which all its streams share, is shut by the gateway
     */
    @Nullable
    String late(long now, ListenOptions terms, boolean heldBack) {
        if (whole) {
            return null;
        }
        if (paused || heldBack || !ticked) {
            since = now;
            pace.bodyBegins(now);
            pace.bodyCame(ticked ? 0 : (int) received); // what came before the first tick
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
