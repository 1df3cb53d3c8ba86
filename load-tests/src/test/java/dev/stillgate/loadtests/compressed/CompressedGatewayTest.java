package dev.stillgate.loadtests.compressed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Ticker;
import dev.stillgate.testkit.FakeTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CompressedGatewayTest {
    @Test
    void calendarIsAcceleratedButNotNanoTime() {
        FakeTicker machine = new FakeTicker();
        Ticker ticker = CompressedGateway.ticker(machine, 1440, machine.millis());
        long millis = ticker.millis();
        long nanos = ticker.nanos();
        assertThat(millis).isEqualTo(machine.millis());
        machine.advance(Duration.ofMinutes(1));
        assertThat(ticker.millis() - millis).isEqualTo(Duration.ofDays(1).toMillis());
        assertThat(ticker.nanos() - nanos).isEqualTo(Duration.ofMinutes(1).toNanos());
    }
}
