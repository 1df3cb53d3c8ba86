package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.relay.UpstreamGroup;
import dev.stillgate.spi.Outcome;
import org.jspecify.annotations.Nullable;

/** The phase of an exchange and the upstream timeouts that apply to it. */
final class PhaseTimeouts {
    private final EventLoopContext context;
    private Outcome.Phase phase = Outcome.Phase.READING_BODY;
    private long since;
    private long lastChecked;
    private long due = Long.MAX_VALUE;

    /** Starts in the phase in which the request body is read. */
    PhaseTimeouts(EventLoopContext context) {
        this.context = context;
        this.since = context.now();
        this.lastChecked = since;
    }

    Outcome.Phase phase() {
        return phase;
    }

    /** Restarts the idle time of the current phase. */
    void touch() {
        since = context.now();
    }

    void enter(Outcome.Phase next) {
        phase = next;
        touch();
    }

    /**
     * Enters the phase in which the response is awaited.
     *
     * @param totalNanos the maximum time until the end of the response; 0 for no limit
     */
    void await(long totalNanos) {
        enter(Outcome.Phase.AWAITING_ANSWER);
        if (totalNanos > 0) {
            due = context.now() + totalNanos;
        }
    }

    /**
     * Returns the code of the expired timeout, or null. The total timeout is suspended while the gateway itself holds
     * back the response.
     *
     * @param drained whether everything received from the upstream has been forwarded
     * @param paused whether reading from the upstream is paused because the client is slow
     */
    @Nullable
    String expired(long now, UpstreamGroup upstream, boolean drained, boolean paused) {
        if (!drained && due != Long.MAX_VALUE) {
            due += now - lastChecked;
        }
        lastChecked = now;
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
