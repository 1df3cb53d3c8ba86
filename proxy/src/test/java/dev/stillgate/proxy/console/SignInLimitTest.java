package dev.stillgate.proxy.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.testkit.FakeTicker;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class SignInLimitTest {
    private static final InetAddress PEER = InetAddress.ofLiteral("192.0.2.7");

    private final FakeTicker ticker = new FakeTicker();
    private final SignInLimit limit = new SignInLimit(ticker);

    private void use(InetAddress peer) {
        for (int i = 0; i < SignInLimit.MOST; i++) {
            assertThat(limit.attempt(peer).isAllowed()).as("attempt %d", i).isTrue();
        }
    }

    @Test
    void eleventhWrongTokenOfAMinuteIsRefused() {
        use(PEER);
        ticker.advance(Duration.ofMillis(20_500));
        assertThat(limit.attempt(PEER)).isEqualTo(new SignInLimit.Attempt(40, true));
        assertThat(limit.attempt(PEER))
                .as("only the first refusal is marked")
                .isEqualTo(new SignInLimit.Attempt(40, false));
        ticker.advance(Duration.ofMillis(39_499));
        assertThat(limit.attempt(PEER).waitSeconds()).isEqualTo(1);
        ticker.advance(Duration.ofMillis(1));
        use(PEER);
        assertThat(limit.attempt(PEER)).as("once in each minute").isEqualTo(new SignInLimit.Attempt(60, true));
    }

    @Test
    void otherAddressesAreNotLimited() {
        use(PEER);
        assertThat(limit.attempt(PEER).isAllowed()).isFalse();
        for (String other : List.of("192.0.2.8", "2001:db8::7", "::c000:207")) {
            assertThat(limit.attempt(InetAddress.ofLiteral(other)).isAllowed())
                    .as(other)
                    .isTrue();
        }
    }

    @Test
    void networkOfIpv6IsOnePeer() {
        use(InetAddress.ofLiteral("2001:db8:0:1::1"));
        assertThat(limit.attempt(InetAddress.ofLiteral("2001:db8:0:1:ffff::2")).isAllowed())
                .isFalse();
        assertThat(limit.attempt(InetAddress.ofLiteral("2001:db8:0:2::1")).isAllowed())
                .isTrue();
    }

    @Test
    void simultaneousAttemptsDoNotExceedTheLimit() throws Exception {
        List<Callable<Boolean>> attempts = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            attempts.add(() -> limit.attempt(PEER).isAllowed());
        }
        int allowed = 0;
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (Future<Boolean> attempt : threads.invokeAll(attempts)) {
                allowed += attempt.get() ? 1 : 0;
            }
        }
        assertThat(allowed).isEqualTo(SignInLimit.MOST);
    }
}
