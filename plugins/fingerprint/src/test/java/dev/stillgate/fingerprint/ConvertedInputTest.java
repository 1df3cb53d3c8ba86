package dev.stillgate.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FilterHarness;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Embeddings, images, sound and moderations: no observation, and no refusal below blocked. */
class ConvertedInputTest {
    private static final BodyView INPUT = new BodyView.Input("m", false, 9, 40);
    private final FilterHarness<FingerprintPolicy> harness =
            new FilterHarness<>(new FingerprintFactory()).policy(Policies.DEFAULT);

    private void send(FakeExchange exchange, BodyView body) {
        harness.request(exchange);
        harness.body(exchange, body);
        harness.served(exchange, 200);
        harness.ticker().advance(Duration.ofSeconds(1));
    }

    @Test
    void inputIsNotObserved() {
        send(harness.exchange().asks(Provider.OPENAI, Operation.EMBEDDINGS, "POST", "/v1/embeddings"), INPUT);
        assertThat(harness.context().shows("accounts", "a-1")).isNull();
        send(harness.exchange(), FakeBody.chat("Hi"));
        assertThat(harness.context().shows("accounts", "a-1")).isNotNull();
    }

    @Test
    void inputOfAPooledAccountIsAllowed() {
        harness.context().stands("a-1", Standing.POOLED);
        for (Operation operation : Operation.values()) {
            if (operation.convertsInput()) {
                FakeExchange exchange = harness.exchange().asks(Provider.OPENAI, operation, "POST", "/v1/x");
                assertThat(harness.request(exchange)).isEqualTo(Verdict.ALLOW);
                assertThat(harness.body(exchange, INPUT)).isEqualTo(Verdict.ALLOW);
            }
        }
    }
}
