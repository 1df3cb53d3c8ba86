package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2Wire;

/**
 * How a connection ends (RFC 9113 section 6.8): first the peer is told that it goes, then, when what was on its way has
 * come, that nothing more is taken; what is open ends by itself. After a fault GOAWAY is the last word.
 */
final class Http2Shutdown {
    private static final long GOODBYE_NANOS = 200_000_000L;

    private enum State {
        OPEN,
        LEAVING,
        /** What arrives is thrown away. */
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

    /** Returns whether a new stream of that id is still taken. */
    boolean takes(int stream) {
        return stream <= lastTaken;
    }

    boolean isOver() {
        return state == State.LINGERING;
    }

    /** The peer will begin no more streams. */
    void peerLeaves() {
        peerLeaves = true;
    }

    private void goAway(int last, int error) {
        Http2Wire.goAway(out.room(Http2Wire.FRAME_HEAD + 8), last, error);
        out.flushSoon();
    }

    /** Says why the connection ends, and ends it. */
    void fail(long now, int last, int error) {
        goAway(last, error);
        linger(now);
    }

    private void linger(long now) {
        state = State.LINGERING;
        since = now;
        out.finish();
    }

    /** The connection is closed. */
    void closed() {
        state = State.LINGERING;
    }

    /** Throws away what arrives too late. */
    void throwAway(int bytes) {
        thrownAway += bytes;
        if (thrownAway > terms.maxThrownAway()) {
            out.close();
        }
    }

    /**
     * Goes when the gateway shuts down, the peer wants to, or nothing has happened for long.
     *
     * @param last the last stream that was taken
     * @param empty whether no stream is open
     * @param idleSince since when, if none is
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

    /** Closes some time after the last frame has left; frames that wait have as long as any answer. */
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
