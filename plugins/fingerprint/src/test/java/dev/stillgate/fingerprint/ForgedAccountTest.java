package dev.stillgate.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Usage;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FilterHarness;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that requests which others may have sent leave nothing in the profile of the account that they name. */
class ForgedAccountTest {
    private static final Outcome LIMIT = new Outcome.Rejected(429, Usage.NONE, 0, 0, "limits", "minute");
    private static final Outcome GONE = new Outcome.DownstreamGone(0, Usage.NONE, 0, -1, Outcome.Phase.AWAITING_ANSWER);

    private final FilterHarness<FingerprintPolicy> harness =
            new FilterHarness<>(new FingerprintFactory()).policy(Policies.DEFAULT);

    @BeforeEach
    void seeTheAccountOnce() {
        ask(harness.exchange(), served(200));
        assertThat(exchanges()).isEqualTo(1);
    }

    private static Outcome served(int status) {
        return new Outcome.Served(status, Usage.NONE, 0, 1);
    }

    private void ask(FakeExchange exchange, Outcome outcome) {
        harness.request(exchange);
        harness.body(exchange, FakeBody.chat("Hi"));
        harness.complete(exchange, outcome);
    }

    private double exchanges() {
        harness.ticker().advance(Duration.ofSeconds(1));
        Map<?, ?> page = (Map<?, ?>) harness.context().shows("accounts", "a-1");
        return ((Number) page.get("exchanges")).doubleValue();
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void refusedCredentialLeavesNothing(int status) {
        ask(harness.exchange(), served(status));
        ask(harness.exchange().claimed(), served(status));
        assertThat(exchanges()).isEqualTo(1);
    }

    @Test
    void claimLeavesNothingUntilTheProviderServesIt() {
        ask(harness.exchange().claimed(), served(400));
        ask(harness.exchange().claimed(), GONE);
        ask(harness.exchange().claimed(), LIMIT);
        assertThat(exchanges()).isEqualTo(1);
        ask(harness.exchange().claimed(), served(200));
        assertThat(exchanges()).isEqualTo(2);
    }

    @Test
    void otherFailuresOfASecretCredentialAreSeen() {
        ask(harness.exchange(), served(400));
        ask(harness.exchange(), GONE);
        ask(harness.exchange(), LIMIT);
        assertThat(exchanges()).isEqualTo(4);
    }
}
