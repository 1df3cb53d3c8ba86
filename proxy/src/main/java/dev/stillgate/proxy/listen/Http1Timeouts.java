package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.spi.Verdict;

/**
 * Timeouts of a client's HTTP/1.1 connection: for the next request, for the rest of a request, for the client to accept
 * the response, and for closing.
 */
final class Http1Timeouts {
    private final ListenOptions terms;
    private final Http1Connection connection;
    private final Http1ResponseWriter out;
    private final ClientPace pace;
    private long since;
    private boolean first = true;

    /** Starts the timeout of the connection's first request. */
    Http1Timeouts(ListenOptions terms, Http1Connection connection, Http1ResponseWriter out, long now) {
        this.terms = terms;
        this.connection = connection;
        this.out = out;
        this.pace = new ClientPace(terms);
        this.since = now;
    }

    /** Restarts the current timeout. */
    void begin(long now) {
        since = now;
    }

    /** Starts the body's timeouts, also after the gateway itself had paused reading. */
    void beginBody(long now) {
        since = now;
        pace.bodyBegins(now);
    }

    void bodyCame(int bytes) {
        pace.bodyCame(bytes);
    }

    /** Starts the keep-alive timeout. */
    void beginNext(long now) {
        first = false;
        since = now;
    }

    /** Checks the timeouts of the phase. */
    void onTick(long now, Http1Phase phase) {
        switch (phase) {
            case HEAD -> headTick(now);
            case BODY -> bodyTick(now);
            case ANSWERING, TUNNEL -> answerTick(now);
            case LINGERING -> lingerTick(now);
        }
    }

    private void headTick(long now) {
        long passed = now - since;
        if (connection.hasHeadBegun()) {
            if (passed >= terms.headTimeout().toNanos()) {
                connection.refuse(new BadMessage(
                        Verdict.Kind.REQUEST_TIMEOUT, "head-timeout", "The request did not arrive in time."));
            }
            return;
        }
        if (out.unsent().bytes() > 0) { // the rest of the last response, which closing would discard
            since = now;
            answerTick(now);
            return;
        }
        long patience = (first ? terms.headTimeout() : terms.keepAlive()).toNanos();
        if (passed >= patience || terms.draining().getAsBoolean()) {
            out.close();
        }
    }

    private void bodyTick(long now) {
        if (!out.isReading()) {
            beginBody(now);
            if (out.isPeerGone()) { // reading is paused, so the close would go unnoticed
                out.close();
            }
        } else if (now - since >= terms.bodyTimeout().toNanos()) {
            connection.bodyTimedOut("body-timeout");
        } else if (pace.isBodyTooSlow(now)) {
            connection.bodyTimedOut("body-too-slow");
        }
    }

    private void answerTick(long now) {
        if (!out.isReading() && out.isPeerGone()) { // reading is paused because too much was pipelined
            out.close();
        } else if (pace.isAnswerStuck(now, out.unsent().isStuck())) {
            connection.answerNotTaken();
        }
    }

    /** Closes some time after the response was sent; a response still pending has the usual timeout. */
    private void lingerTick(long now) {
        if (out.unsent().bytes() > 0) {
            since = now;
            answerTick(now);
        } else if (now - since >= ListenOptions.LINGER_NANOS) {
            out.close();
        }
    }
}
