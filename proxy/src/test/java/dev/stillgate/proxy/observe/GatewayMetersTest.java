package dev.stillgate.proxy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Usage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class GatewayMetersTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final GatewayMeters meters = new GatewayMeters(registry);

    private void ended(Usage.Source source, long input, long output) {
        meters.exchangeStarted();
        meters.exchangeEnded(new Outcome.Served(200, new Usage(source, input, output, -1, -1, -1), 10, 5), 7);
    }

    private double tokens(String direction, String source) {
        return registry.get("stillgate.tokens")
                .tags("direction", direction, "source", source)
                .counter()
                .count();
    }

    @Test
    void estimatedTokensAreCountedApartFromExactOnes() {
        ended(Usage.Source.EXACT, 100, 20);
        ended(Usage.Source.ESTIMATED, 30, 7);
        ended(Usage.Source.ESTIMATED, -1, 4);
        ended(Usage.Source.NONE, -1, -1);
        assertThat(tokens("input", "exact")).isEqualTo(100);
        assertThat(tokens("output", "exact")).isEqualTo(20);
        assertThat(tokens("input", "estimated")).isEqualTo(30);
        assertThat(tokens("output", "estimated")).isEqualTo(11);
    }
}
