package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.relay.UpstreamGroup;
import dev.stillgate.spi.Outcome;
import org.jspecify.annotations.Nullable;

/** The phase of an exchange and the upstream timeouts that apply to it. */
final class PhaseTimeouts {
    /** A timeout. */
    enum Timeout {
        TOTAL("total-timeout", false),
        FIRST_BYTE("first-byte-timeout", true),
        IDLE("idle-timeout", true),
        SLOW_READER("slow-reader", false);

        private final String code;
        private final boolean ofEndpoint;

        Timeout(String code, boolean ofEndpoint) {
            this.code = code;
            this.ofEndpoint = ofEndpoint;
        }

        /** Returns the reason code. */
        String code() {
            return code;
        }

        /** Returns whether it counts as a failure of the endpoint. */
        boolean isOfEndpoint() {
            return ofEndpoint;
        }
    }

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
     * Returns the expired timeout, or null. The total timeout is suspended while the gateway itself holds
     * back the response.
     *
     * @param drained whether everything received from the upstream has been forwarded
     * @param paused whether reading from the upstream is paused because the client is slow
     */
    @Nullable
    Timeout expired(long now, UpstreamGroup upstream, boolean drained, boolean paused) {
        if (!drained && due != Long.MAX_VALUE) {
            due += now - lastChecked;
        }
        lastChecked = now;
        if (now - due >= 0 && due != Long.MAX_VALUE) {
            return Timeout.TOTAL;
        }
        long passed = now - since;
        if (phase == Outcome.Phase.AWAITING_ANSWER) {
            long limit = upstream.firstByteNanos();
            return limit > 0 && passed >= limit ? Timeout.FIRST_BYTE : null;
        }
        long limit = upstream.idleNanos();
        if (phase == Outcome.Phase.STREAMING && drained && limit > 0 && passed >= limit) {
            return paused ? Timeout.SLOW_READER : Timeout.IDLE;
        }
        return null;
    }
}
