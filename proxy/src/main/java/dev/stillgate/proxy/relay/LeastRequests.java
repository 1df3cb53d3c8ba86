package dev.stillgate.proxy.relay;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The choice of an endpoint: of two taken at random the one with fewer requests under way. That keeps a slow server from
 * being given more than it can do, at the cost of two reads, and without everybody running to the same idle one (Mitzenmacher,
 * The Power of Two Choices in Randomized Load Balancing, 2001).
 */
final class LeastRequests {
    private LeastRequests() {}

    /**
     * Chooses one.
     *
     * @param tried those that are not asked again
     * @return null when there is none that was not tried
     */
    static @Nullable UpstreamEndpoint choose(UpstreamEndpoint[] all, List<UpstreamEndpoint> tried) {
        int count = all.length;
        if (count <= 1) {
            return count == 1 && !tried.contains(all[0]) ? all[0] : null;
        }
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int first = random.nextInt(count);
        int second = random.nextInt(count - 1);
        UpstreamEndpoint one = all[first];
        UpstreamEndpoint other = all[second < first ? second : second + 1];
        boolean fits = !tried.contains(one);
        if (fits && !tried.contains(other)) {
            return other.inFlight() < one.inFlight() ? other : one;
        }
        return fits ? one : nextUntried(all, tried, first);
    }

    private static @Nullable UpstreamEndpoint nextUntried(
            UpstreamEndpoint[] all, List<UpstreamEndpoint> tried, int from) {
        for (int i = 1; i < all.length; i++) {
            UpstreamEndpoint next = all[(from + i) % all.length];
            if (!tried.contains(next)) {
                return next;
            }
        }
        return null;
    }
}
