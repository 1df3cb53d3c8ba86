package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2Wire;

/**
 * Graceful shutdown of an HTTP/2 connection (RFC 9113 section 6.8). A first GOAWAY announces the shutdown; a second,
 * after streams in transit have arrived, names the last accepted stream. Open streams complete. After a connection
 * error a single GOAWAY is sent.
 */
final class Http2Shutdown {
    private static final long GRACE_NANOS = 200_000_000L;

    private enum State {
        OPEN,
        DRAINING,
        /** Input is discarded. */
        DISCARDING
    }

    private final ListenOptions options;
    private final Http2Output out;
    private final ClientPace pace;
    private State state = State.OPEN;
    private int lastAccepted = Integer.MAX_VALUE;
    private long since;
    private long discarded;
    private boolean clientLeaves;

    Http2Shutdown(ListenOptions options, Http2Output out) {
        this.options = options;
        this.out = out;
        this.pace = new ClientPace(options);
    }

    /** Returns whether a new stream with this id is still accepted. */
    boolean accepts(int stream) {
        return stream <= lastAccepted;
    }

    boolean isDiscarding() {
        return state == State.DISCARDING;
    }

    /** Notes that the client will open no more streams. */
    void clientLeaves() {
        clientLeaves = true;
    }

    private void goAway(int last, int error) {
        Http2Wire.goAway(out.buffer(Http2Wire.FRAME_HEAD + 8), last, error);
        out.flushSoon();
    }

    /** Sends GOAWAY with an error code and closes. */
    void fail(long now, int last, int error) {
        goAway(last, error);
        linger(now);
    }

    private void linger(long now) {
        state = State.DISCARDING;
        since = now;
        out.finish();
    }

    /** Notes that the connection is closed. */
    void closed() {
        state = State.DISCARDING;
    }

    /** Discards input that arrives after the shutdown. */
    void discard(int bytes) {
        discarded += bytes;
        if (discarded > options.maxDiscarded()) {
            out.close();
        }
    }

    /**
     * Starts or continues the shutdown when the gateway drains, the client sent GOAWAY, or the connection is idle.
     *
     * @param last the last accepted stream
     * @param empty whether no stream is open
     * @param idleSince when the last stream closed
     */
    void onTick(long now, int last, boolean empty, long idleSince) {
        if (state == State.DISCARDING) {
            lingerTick(now);
            return;
        }
        long limit = (last == 0 ? options.headTimeout() : options.keepAlive()).toNanos();
        boolean idle = empty && now - idleSince >= limit;
        if (state == State.OPEN && (idle || options.draining().getAsBoolean())) {
            state = State.DRAINING;
            since = now;
            goAway(Integer.MAX_VALUE, Http2Wire.NO_ERROR);
        } else if (state == State.DRAINING && lastAccepted == Integer.MAX_VALUE && now - since >= GRACE_NANOS) {
            lastAccepted = last;
            goAway(last, Http2Wire.NO_ERROR);
        }
        if (empty && (clientLeaves || lastAccepted != Integer.MAX_VALUE)) {
            linger(now);
        }
    }

    /** Closes some time after the last frame was sent; pending frames have the usual timeout. */
    private void lingerTick(long now) {
        if (out.pendingWrites().bytes() > 0) {
            since = now;
            if (pace.isResponseStuck(now, out.pendingWrites().isStuck())) {
                out.pendingWrites().drop();
                out.close();
            }
        } else if (now - since >= ListenOptions.LINGER_NANOS) {
            out.close();
        }
    }
}
