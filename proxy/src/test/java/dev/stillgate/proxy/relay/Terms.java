package dev.stillgate.proxy.relay;

import java.time.Duration;

/** Terms of upstreams to begin with. */
final class Terms {
    private Terms() {}

    static UpstreamGroup.Terms standard() {
        Duration second = Duration.ofSeconds(1);
        return new UpstreamGroup.Terms(
                new UpstreamPool.Terms(second, second, 1),
                second,
                second,
                second,
                Duration.ofSeconds(30),
                new UpstreamGroup.Retries(3, 20, 10));
    }
}
