package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.spi.Verdict;

/**
 * How long a connection of HTTP/1.1 waits for its peer: for its next request, for the rest of one, for it to take what was
 * written to it, and for it to close.
 */
final class Http1Timeouts {
    private final ListenOptions terms;
    private final Http1Connection connection;
    private final Http1ResponseWriter out;
    private final ClientPace pace;
    private long since;
    private boolean first = true;

    /** Begins to wait for the connection's first request. */
    Http1Timeouts(ListenOptions terms, Http1Connection connection, Http1ResponseWriter out, long now) {
        this.terms = terms;
        this.connection = connection;
        this.out = out;
        this.pace = new ClientPace(terms);
        this.since = now;
    }

    /** The wait begins anew: what was waited for has come, or something else is waited for. */
    void begin(long now) {
        since = now;
    }

    /** The wait for a body begins, or goes on after the gateway itself did not read it. */
    void beginBody(long now) {
        since = now;
        pace.bodyBegins(now);
    }

    void bodyCame(int bytes) {
        pace.bodyCame(bytes);
    }

    /** The wait for another request begins, on a connection that has carried one. */
    void beginNext(long now) {
        first = false;
        since = now;
    }

    /** Looks whether time has run out for what the connection is at. */
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
        if (out.unsent().bytes() > 0) { // the end of the last answer, which a close would throw away
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
            if (out.isPeerGone()) { // nobody reads, so nobody else would notice
                out.close();
            }
        } else if (now - since >= terms.bodyTimeout().toNanos()) {
            connection.bodyTimedOut("body-timeout");
        } else if (pace.isBodyTooSlow(now)) {
            connection.bodyTimedOut("body-too-slow");
        }
    }

    private void answerTick(long now) {
        if (!out.isReading() && out.isPeerGone()) { // it sent too much ahead, and reading pauses
            out.close();
        } else if (pace.isAnswerStuck(now, out.unsent().isStuck())) {
            connection.answerNotTaken();
        }
    }

    /** Closes some time after the answer has left; an answer that waits has as long as any other. */
    private void lingerTick(long now) {
        if (out.unsent().bytes() > 0) {
            since = now;
            answerTick(now);
        } else if (now - since >= ListenOptions.LINGER_NANOS) {
            out.close();
        }
    }
}
