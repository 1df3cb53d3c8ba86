package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2Wire;

/**
 * Graceful shutdown of an HTTP/2 connection (RFC 9113 section 6.8). A first GOAWAY announces the shutdown; a second,
 * after streams in transit have arrived, names the last accepted stream. Open streams complete. After a connection
 * error a single GOAWAY is sent.
 */
final class Http2Shutdown {
    private static final long GOODBYE_NANOS = 200_000_000L;

    private enum State {
        OPEN,
        LEAVING,
        /** Input is discarded. */
        LINGERING
    }

    private final ListenOptions terms;
    private final Http2Output out;
    private final ClientPace pace;
    private State state = State.OPEN;
    private int lastTaken = Integer.MAX_VALUE;
    private long since;
    private long thrownAway;
    private boolean peerLeaves;

    Http2Shutdown(ListenOptions terms, Http2Output out) {
        this.terms = terms;
        this.out = out;
        this.pace = new ClientPace(terms);
    }

    /** Returns whether a new stream with this id is still accepted. */
    boolean takes(int stream) {
        return stream <= lastTaken;
    }

    boolean isOver() {
        return state == State.LINGERING;
    }

    /** Notes that the client will open no more streams. */
    void peerLeaves() {
        peerLeaves = true;
    }

    private void goAway(int last, int error) {
        Http2Wire.goAway(out.room(Http2Wire.FRAME_HEAD + 8), last, error);
        out.flushSoon();
    }

    /** Sends GOAWAY with an error code and closes. */
    void fail(long now, int last, int error) {
        goAway(last, error);
        linger(now);
    }

    private void linger(long now) {
        state = State.LINGERING;
        since = now;
        out.finish();
    }

    /** Notes that the connection is closed. */
    void closed() {
        state = State.LINGERING;
    }

    /** Discards input that arrives after the shutdown. */
    void throwAway(int bytes) {
        thrownAway += bytes;
        if (thrownAway > terms.maxThrownAway()) {
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
        if (state == State.LINGERING) {
            lingerTick(now);
            return;
        }
        long patience = (last == 0 ? terms.headTimeout() : terms.keepAlive()).toNanos();
        boolean idle = empty && now - idleSince >= patience;
        if (state == State.OPEN && (idle || terms.draining().getAsBoolean())) {
            state = State.LEAVING;
            since = now;
            goAway(Integer.MAX_VALUE, Http2Wire.NO_ERROR);
        } else if (state == State.LEAVING && lastTaken == Integer.MAX_VALUE && now - since >= GOODBYE_NANOS) {
            lastTaken = last;
            goAway(last, Http2Wire.NO_ERROR);
        }
        if (empty && (peerLeaves || lastTaken != Integer.MAX_VALUE)) {
            linger(now);
        }
    }

    /** Closes some time after the last frame was sent; pending frames have the usual timeout. */
    private void lingerTick(long now) {
        if (out.unsent().bytes() > 0) {
            since = now;
            if (pace.isAnswerStuck(now, out.unsent().isStuck())) {
                out.unsent().drop();
                out.close();
            }
        } else if (now - since >= ListenOptions.LINGER_NANOS) {
            out.close();
        }
    }
}
