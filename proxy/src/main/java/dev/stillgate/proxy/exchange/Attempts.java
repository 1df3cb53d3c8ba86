package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.relay.UpstreamEndpoint;
import dev.stillgate.proxy.relay.UpstreamGroup;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of one request, and what follows a failed one: another attempt, the fallback, or the failure.
 *
 * <p>Each further attempt takes one of the upstream's retry budget. A request with a fallback takes one only, with which
 * it goes on until it reaches the fallback: otherwise attempts at dead endpoints would use up what the fallback needs.
 * Not thread-safe.
 */
final class Attempts {
    private List<UpstreamEndpoint> tried = List.of();
    private int total;
    private int made; // at the present upstream
    private boolean granted;

    /** A failure after which the request may be sent again (RFC 9110 section 9.2.2); there are no others. */
    enum Failure {
        /** The connection could not be opened. */
        CONNECT,
        /**
         * The reused connection was already closed, so the kernel accepted no byte. Or it was closed before the first byte
         * of a response, and the method is safe and there is no body.
         */
        CLOSED,
        /** The upstream has refused this request (RFC 9113 section 8.7). */
        REFUSED,
        /** The upstream ends the connection and has not processed this request (RFC 9113 section 6.8). */
        GOAWAY,
        /** The response has a status on which the fallback is asked. */
        STATUS
    }

    /** The step after a failed attempt. */
    enum Step {
        SAME_ENDPOINT,
        OTHER_ENDPOINT,
        FALLBACK,
        FAIL
    }

    /** The step with its destination. */
    sealed interface Next {
        /** Send the request to an endpoint of the same upstream. */
        record Retry(UpstreamEndpoint at) implements Next {}

        /** Send the request to the fallback. */
        record Fallback(UpstreamGroup to) implements Next {}

        /** Report the failure. */
        record Fail() implements Next {}
    }

    /**
     * Returns the step after a failure, as far as the retry budget permits it.
     *
     * @param attemptLeft whether the upstream may be sent another attempt
     * @param otherLeft whether it has another endpoint for it
     * @param fallback whether there is a fallback
     */
    static Step after(Failure failure, boolean attemptLeft, boolean otherLeft, boolean fallback) {
        boolean elsewhere = goesElsewhere(failure);
        if (failure != Failure.STATUS && attemptLeft) {
            if (elsewhere && otherLeft) {
                return Step.OTHER_ENDPOINT;
            }
            if (!elsewhere || (failure == Failure.REFUSED && !fallback)) {
                return Step.SAME_ENDPOINT;
            }
        }
        return fallback && failure != Failure.CLOSED ? Step.FALLBACK : Step.FAIL;
    }

    /** Counts an attempt. */
    void begin() {
        total++;
        made++;
    }

    /** Returns the number of attempts so far, those before a fallback included. */
    int total() {
        return total;
    }

    /** Starts anew at the fallback. */
    void reset() {
        tried = List.of();
        made = 0;
        granted = false;
    }

    /** Returns what follows the failure of an attempt at {@code endpoint}, and takes the retry that it needs. */
    Next after(Failure failure, UpstreamEndpoint endpoint, Destination to, long now) {
        UpstreamGroup upstream = to.upstream();
        UpstreamGroup fallback = to.fallback();
        UpstreamEndpoint other = other(failure, endpoint, to, now);
        Step step = after(failure, upstream.mayRetry(made), other != null, fallback != null);
        if (step == Step.FAIL || !take(upstream, fallback != null, now)) {
            return new Next.Fail();
        }
        if (step == Step.FALLBACK && fallback != null) {
            return new Next.Fallback(fallback);
        }
        return new Next.Retry(other == null ? endpoint : other);
    }

    private boolean take(UpstreamGroup upstream, boolean only, long now) {
        boolean taken = granted || upstream.takeRetry(only, now);
        granted = taken && only;
        return taken;
    }

    /** Returns another endpoint. With a fallback each is asked once; without, one that has refused may be asked again. */
    private @Nullable UpstreamEndpoint other(Failure failure, UpstreamEndpoint endpoint, Destination to, long now) {
        if (!goesElsewhere(failure)) {
            return null;
        }
        if (failure == Failure.REFUSED && to.fallback() == null) {
            return to.upstream().choose(List.of(endpoint), now);
        }
        if (tried.isEmpty()) {
            tried = new ArrayList<>();
        }
        tried.add(endpoint);
        return to.upstream().choose(tried, now);
    }

    private static boolean goesElsewhere(Failure failure) {
        return failure == Failure.CONNECT || failure == Failure.REFUSED;
    }
}
