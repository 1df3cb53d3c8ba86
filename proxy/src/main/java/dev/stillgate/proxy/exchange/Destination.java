package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.relay.UpstreamGroup;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a request goes: an upstream, and another that is asked if the first does not answer.
 *
 * @param upstream the upstream
 * @param fallback the other upstream; null for none
 * @param statuses the statuses of {@code upstream} on which {@code fallback} is asked
 */
public record Destination(UpstreamGroup upstream, @Nullable UpstreamGroup fallback, Set<Integer> statuses) {
    public Destination {
        statuses = Set.copyOf(statuses);
    }

    /** Returns a destination without a fallback. */
    public static Destination of(UpstreamGroup upstream) {
        return new Destination(upstream, null, Set.of());
    }

    /** Returns the fallback if it has an endpoint in service and the upstream has none; else null. */
    @Nullable
    UpstreamGroup substitute(long now) {
        return fallback != null && !upstream.isAvailable(now) && fallback.isAvailable(now) ? fallback : null;
    }

    /** Returns whether the fallback is asked after a response with this status. */
    boolean isDeclined(int status) {
        return !statuses.isEmpty() && statuses.contains(status);
    }

    /** Returns whether the fallback may be asked after a response, so that the request must be kept until then. */
    boolean readsStatus() {
        return !statuses.isEmpty();
    }
}
