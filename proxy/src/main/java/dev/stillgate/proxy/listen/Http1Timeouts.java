package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.exchange.EventLoopContext;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.spi.Verdict;

/**
 * Timeouts of a client's HTTP/1.1 connection: for the next request, for the rest of a request, for the client to accept
 * the response, and for closing.
 */
final class Http1Timeouts {
    private final ListenOptions options;
    private final Http1Connection connection;
    private final Http1ResponseWriter out;
    private final ClientPace pace;
    private final EventLoopContext.Watch watch;
    private long since;
    private boolean first = true;

    /** Starts the timeout of the connection's first request. */
    Http1Timeouts(
            EventLoopContext context, ListenOptions options, Http1Connection connection, Http1ResponseWriter out) {
        this.options = options;
        this.connection = connection;
        this.out = out;
        this.pace = new ClientPace(options);
        this.since = context.ticker().nanos();
        this.watch = context.watch(now -> onTick(now, connection.phase()));
    }

    /** Starts the timeout of a phase that has begun. */
    void start(long now) {
        since = now;
        watch.checkSoon();
    }

    /** Lets the timeouts be checked at the next tick. */
    void checkSoon() {
        watch.checkSoon();
    }

    /** Ends all timeouts. */
    void stop() {
        watch.stop();
    }

    /** Restarts the current timeout. */
    void restart(long now) {
        since = now;
    }

    /** Starts the body's timeouts, also after the gateway itself had paused reading. */
    void startBody(long now) {
        start(now);
        pace.startBody(now);
    }

    void onBodyBytes(int bytes) {
        pace.onBodyBytes(bytes);
    }

    /** Starts the keep-alive timeout. */
    void startKeepAlive(long now) {
        first = false;
        start(now);
    }

    /** Checks the timeouts of the phase; returns the nanoseconds for which no check is needed. */
    private long onTick(long now, Http1Phase phase) {
        return switch (phase) {
            case HEAD -> headTick(now);
            case BODY -> bodyTick(now);
            case RESPONDING, TUNNEL -> responseTick(now);
            case LINGERING -> lingerTick(now);
        };
    }

    private long headTick(long now) {
        if (connection.hasHeadBegun()) {
            long left = options.headTimeout().toNanos() - (now - since);
            if (left <= 0) {
                connection.refuse(new BadMessage(
                        Verdict.Kind.REQUEST_TIMEOUT, "head-timeout", "The request did not arrive in time."));
            }
            return left;
        }
        if (out.pendingWrites().bytes() > 0) { // the rest of the last response, which closing would discard
            since = now;
            return responseTick(now);
        }
        long left = (first ? options.headTimeout() : options.keepAlive()).toNanos() - (now - since);
        if (left <= 0 || options.draining().getAsBoolean()) {
            out.close();
        }
        return left;
    }

    private long bodyTick(long now) {
        if (!out.isReading()) {
            since = now;
            pace.startBody(now);
            if (out.isClientGone()) { // reading is paused, so the close would go unnoticed
                out.close();
            }
            return 0;
        }
        long left = options.bodyTimeout().toNanos() - (now - since);
        if (left <= 0) {
            connection.bodyTimedOut("body-timeout");
        } else if (pace.isBodyTooSlow(now)) {
            connection.bodyTimedOut("body-too-slow");
        }
        return Math.min(left, pace.leftOfWindow(now));
    }

    /** Checks at each tick while the client is behind, else once per second or so. */
    private long responseTick(long now) {
        if (!out.isReading() && out.isClientGone()) { // reading is paused because too much was pipelined
            out.close();
        } else if (pace.isResponseStuck(now, out.pendingWrites().isStuck())) {
            connection.responseNotRead();
        }
        return out.isReading() && out.pendingWrites().bytes() == 0 ? Long.MAX_VALUE : 0;
    }

    /** Closes some time after the response was sent; a response still pending has the usual timeout. */
    private long lingerTick(long now) {
        if (out.pendingWrites().bytes() > 0) {
            since = now;
            return responseTick(now);
        }
        long left = ListenOptions.LINGER_NANOS - (now - since);
        if (left <= 0) {
            out.close();
        }
        return left;
    }

    /** State of a client's HTTP/1.1 connection. Decides how input is read and which timeout applies. */
    enum Http1Phase {
        HEAD,
        BODY,
        /** The request is complete and its response is in progress. Further input is buffered. */
        RESPONDING,
        /** The response switched protocols (101). Input is passed through. */
        TUNNEL,
        /** The response announced that the connection closes. Input is discarded. */
        LINGERING
    }
}
