package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.relay.UpstreamGroup;
import dev.stillgate.spi.Outcome;
import org.jspecify.annotations.Nullable;

/** How far an exchange has come and since when nothing has happened, and so which of its upstream's limits of time is over. */
final class PhaseTimeouts {
    private final EventLoopContext lane;
    private Outcome.Phase phase = Outcome.Phase.READING_BODY;
    private long since;
    private long looked;
    private long due = Long.MAX_VALUE;

    /** A clock that starts now, with the request's body. */
    PhaseTimeouts(EventLoopContext lane) {
        this.lane = lane;
        this.since = lane.now();
        this.looked = since;
    }

    Outcome.Phase phase() {
        return phase;
    }

    /** Something has happened. */
    void touch() {
        since = lane.now();
    }

    void enter(Outcome.Phase next) {
        phase = next;
        touch();
    }

    /** The request is on its way to the upstream, which has so long for its whole answer; 0 is no limit. */
    void await(long totalNanos) {
        enter(Outcome.Phase.AWAITING_ANSWER);
        if (totalNanos > 0) {
            due = lane.now() + totalNanos;
        }
    }

    /**
     * Returns the code of the limit that is over, null when there is none. The upstream's time stands still while the
     * gateway itself holds the answer back.
     *
     * @param drained whether the caller was passed all that the upstream has sent
     * @param paused whether the upstream waits for the caller
     */
    @Nullable
    String expired(long now, UpstreamGroup upstream, boolean drained, boolean paused) {
        if (!drained && due != Long.MAX_VALUE) {
            due += now - looked;
        }
        looked = now;
        if (now - due >= 0 && due != Long.MAX_VALUE) {
            return "total-timeout";
        }
        long passed = now - since;
        if (phase == Outcome.Phase.AWAITING_ANSWER) {
            long limit = upstream.firstByteNanos();
            return limit > 0 && passed >= limit ? "first-byte-timeout" : null;
        }
        long limit = upstream.idleNanos();
        if (phase == Outcome.Phase.STREAMING && drained && limit > 0 && passed >= limit) {
            return paused ? "slow-reader" : "idle-timeout";
        }
        return null;
    }
}
