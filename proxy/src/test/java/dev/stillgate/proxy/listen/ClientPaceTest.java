package dev.stillgate.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ClientPaceTest {
    private static final long SECOND = 1_000_000_000L;

    private static ClientPace pace(long rate) {
        Duration any = Duration.ofSeconds(15);
        return new ClientPace(new ListenOptions(
                0, 1024, 512, any, Duration.ofSeconds(10), rate, Duration.ofSeconds(60), any, 10, true, () -> false));
    }

    @Test
    void bodyMayStallIfItsAverageRateSuffices() {
        ClientPace pace = pace(100);
        pace.startBody(0);
        assertThat(pace.isBodyTooSlow(9 * SECOND)).isFalse();
        pace.onBodyBytes(1000);
        assertThat(pace.isBodyTooSlow(10 * SECOND)).isFalse();
        pace.onBodyBytes(999);
        assertThat(pace.isBodyTooSlow(20 * SECOND)).isTrue();
    }

    @Test
    void pausedReadingDoesNotCount() {
        ClientPace pace = pace(100);
        pace.startBody(0);
        pace.startBody(8 * SECOND);
        assertThat(pace.isBodyTooSlow(17 * SECOND)).isFalse();
        assertThat(pace.isBodyTooSlow(18 * SECOND)).isTrue();
    }

    @Test
    void bodyIsNeverTooSlowWithoutMinimumRate() {
        ClientPace pace = pace(0);
        pace.startBody(0);
        assertThat(pace.isBodyTooSlow(1000 * SECOND)).isFalse();
    }

    @Test
    void responseWithProgressIsNotStuck() {
        ClientPace pace = pace(100);
        assertThat(pace.isResponseStuck(0, true)).isFalse();
        assertThat(pace.isResponseStuck(59 * SECOND, true)).isFalse();
        assertThat(pace.isResponseStuck(60 * SECOND, false)).isFalse();
        assertThat(pace.isResponseStuck(61 * SECOND, true)).isFalse();
        assertThat(pace.isResponseStuck(120 * SECOND, true)).isFalse();
        assertThat(pace.isResponseStuck(121 * SECOND, true)).isTrue();
    }
}
