package dev.stillgate.proxy.relay;

import dev.stillgate.spi.Counter;
import java.time.Duration;
import java.util.Set;
import java.util.function.DoubleSupplier;

/** Default options of upstreams for tests. */
final class Terms {
    private Terms() {}

    static UpstreamGroup.Options standard() {
        Duration second = Duration.ofSeconds(1);
        return new UpstreamGroup.Options(
                new UpstreamConnections.Options(second, second, 1),
                second,
                second,
                second,
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                new UpstreamGroup.Concurrency(0, 0, second),
                new UpstreamGroup.Retries(3, 20, 10),
                new UpstreamGroup.Ejection(3, Duration.ofSeconds(10), Duration.ofMinutes(1), Set.of(503)),
                null);
    }

    /** Returns meters that discard all values. */
    static Upstreams.Meters nowhere() {
        return new Upstreams.Meters() {
            @Override
            public Counter counter(String name, String... tags) {
                return amount -> {};
            }

            @Override
            public Runnable gauge(String name, DoubleSupplier value, String... tags) {
                return () -> {};
            }

            @Override
            public Runnable total(String name, DoubleSupplier value, String... tags) {
                return () -> {};
            }
        };
    }
}
