package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.relay.UpstreamGroup;
import dev.stillgate.spi.Outcome;
import java.time.Duration;
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
    private long due = Long.MAX_VALUE;

    /** Starts in the phase in which the request body is read. */
    PhaseTimeouts(EventLoopContext context) {
        this.context = context;
        this.since = context.now();
    }

    Outcome.Phase phase() {
        return phase;
    }

    /** Returns the start of the idle time, in the context's nanoseconds. */
    long idleSince() {
        return since;
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
     * Starts the total timeout.
     *
     * @param totalNanos the maximum time until the end of the response; 0 for no limit
     */
    void startTotal(long totalNanos) {
        due = totalNanos > 0 ? context.now() + totalNanos : Long.MAX_VALUE;
    }

    /** Stops the total timeout, which is that of another upstream from now on. */
    void stopTotal() {
        due = Long.MAX_VALUE;
    }

    /** Extends the total timeout after the gateway itself has held back the end of the response. */
    void addHold(Duration longest) {
        if (due != Long.MAX_VALUE) {
            due += longest.toNanos();
        }
    }

    /**
     * Returns the expired timeout, or null. None expires while the gateway itself holds back the end of the response.
     *
     * @param drained whether everything received from the upstream has been forwarded
     * @param paused whether reading from the upstream is paused because the client is slow
     */
    @Nullable
    Timeout expired(long now, UpstreamGroup upstream, boolean drained, boolean paused) {
        if (!drained || left(now, upstream) > 0) {
            return null;
        }
        if (due != Long.MAX_VALUE && now - due >= 0) {
            return Timeout.TOTAL;
        }
        if (phase == Outcome.Phase.AWAITING_ANSWER) {
            return Timeout.FIRST_BYTE;
        }
        return paused ? Timeout.SLOW_READER : Timeout.IDLE;
    }

    /** Returns the nanoseconds until the next timeout expires. */
    long left(long now, UpstreamGroup upstream) {
        long left = due == Long.MAX_VALUE ? Long.MAX_VALUE : due - now;
        long limit = switch (phase) {
            case AWAITING_ANSWER -> upstream.firstByteNanos();
            case STREAMING -> upstream.idleNanos();
            default -> 0;
        };
        return limit > 0 ? Math.min(left, limit - (now - since)) : left;
    }
}
