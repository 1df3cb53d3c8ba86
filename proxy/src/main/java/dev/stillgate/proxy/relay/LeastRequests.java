package dev.stillgate.proxy.relay;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The choice of an endpoint: of two taken at random the one with fewer requests under way. That keeps a slow server from
 * being given more than it can do, at the cost of two reads, and without everybody running to the same idle one (Mitzenmacher,
 * The Power of Two Choices in Randomized Load Balancing, 2001).
 *
 * <p>One that is ejected, paused or unwell is passed over while there is another; when all are, none is: a wrong guess must
 * not be worse than no guess.
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
     * Chooses one.
     *
     * @param tried those that are not asked again
     * @param now the ticker's nanoseconds
     * @param slowStart how long a server that came back warms up, in nanoseconds
     * @return null when there is none that was not tried
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
        if (choice.fits(one) && choice.fits(other)) {
            UpstreamEndpoint fewer = other.inFlight() < one.inFlight() ? other : one;
            return fewer.health().share(now, slowStart) >= random.nextDouble() ? fewer : fewer == one ? other : one;
        }
        UpstreamEndpoint fitting = choice.next(first, true);
        return fitting == null ? choice.next(first, false) : fitting;
    }

    private boolean fits(UpstreamEndpoint endpoint) {
        return endpoint.health().isAvailable(now) && !tried.contains(endpoint);
    }

    /** Returns the one with the fewest requests that was not tried, the first after a place at random. */
    private @Nullable UpstreamEndpoint next(int from, boolean available) {
        UpstreamEndpoint best = null;
        for (int i = 0; i < all.length; i++) {
            UpstreamEndpoint next = all[(from + i) % all.length];
            boolean eligible = available ? fits(next) : !tried.contains(next);
            if (eligible && (best == null || next.inFlight() < best.inFlight())) {
                best = next;
            }
        }
        return best;
    }
}
