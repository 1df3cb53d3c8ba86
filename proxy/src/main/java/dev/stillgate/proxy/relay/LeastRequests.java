package dev.stillgate.proxy.relay;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Chooses an endpoint by the power of two choices: of two random endpoints, the one with fewer requests in flight
 * (Mitzenmacher, The Power of Two Choices in Randomized Load Balancing, 2001).
 *
 * <p>Unavailable endpoints are skipped while another is available. If none is, all are eligible, since refusing every
 * request would be worse.
 */
final class LeastRequests {
    private final UpstreamEndpoint[] all;
    private final List<UpstreamEndpoint> tried;
    private final long now;

    private LeastRequests(UpstreamEndpoint[] all, List<UpstreamEndpoint> tried, long now) {
        this.all = all;
        this.tried = tried;
        this.now = now;
    }

    /**
     * Chooses an endpoint.
     *
     * @param tried endpoints that are not tried again
     * @param now the ticker's nanoseconds
     * @param slowStart warm-up time of an endpoint that became available again, in nanoseconds
     * @return null when all were tried
     */
    static @Nullable UpstreamEndpoint choose(
            UpstreamEndpoint[] all, List<UpstreamEndpoint> tried, long now, long slowStart) {
        int count = all.length;
        if (count <= 1) {
            return count == 1 && !tried.contains(all[0]) ? all[0] : null;
        }
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int first = random.nextInt(count);
        int second = random.nextInt(count - 1);
        UpstreamEndpoint one = all[first];
        UpstreamEndpoint other = all[second < first ? second : second + 1];
        LeastRequests choice = new LeastRequests(all, tried, now);
        if (choice.isEligible(one) && choice.isEligible(other)) {
            UpstreamEndpoint lessLoaded = other.inFlight() < one.inFlight() ? other : one;
            return lessLoaded.health().share(now, slowStart) >= random.nextDouble()
                    ? lessLoaded
                    : lessLoaded == one ? other : one;
        }
        UpstreamEndpoint available = choice.next(first, true);
        return available == null ? choice.next(first, false) : available;
    }

    private boolean isEligible(UpstreamEndpoint endpoint) {
        return endpoint.health().isAvailable(now) && !tried.contains(endpoint);
    }

    /** Returns the untried endpoint with the fewest requests; ties go to the first one after index {@code from}. */
    private @Nullable UpstreamEndpoint next(int from, boolean available) {
        UpstreamEndpoint best = null;
        for (int i = 0; i < all.length; i++) {
            UpstreamEndpoint next = all[(from + i) % all.length];
            boolean eligible = available ? isEligible(next) : !tried.contains(next);
            if (eligible && (best == null || next.inFlight() < best.inFlight())) {
                best = next;
            }
        }
        return best;
    }
}
