package dev.stillgate.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.ResponseFacts;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Usage;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FilterHarness;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Counts of refused, marked and free text by standing, as the metrics show them. */
class RefusedTextTest {
    private static final Outcome POOL_LIMIT = new Outcome.Rejected(429, Usage.NONE, 0, 0, "limits", "pool-requests");

    private final FilterHarness<FingerprintPolicy> harness =
            new FilterHarness<>(new FingerprintFactory()).policy(Policies.DEFAULT);

    private void pin(String standing) {
        harness.context().does("accounts", "standing", "a-1", Map.of("standing", standing));
    }

    private FakeExchange asks(BodyView body) {
        FakeExchange exchange = harness.exchange();
        harness.request(exchange);
        harness.body(exchange, body);
        return exchange;
    }

    private void answer(int tokens, boolean marked) {
        FakeExchange exchange = asks(FakeBody.chat("Hi")).answered(facts(300, 100));
        harness.complete(
                marked ? exchange.marked() : exchange,
                new Outcome.Served(200, new Usage(Usage.Source.EXACT, 9, tokens, -1, -1, -1), 400, 1));
    }

    private double tokens(String standing, String fate) {
        harness.ticker().advance(Duration.ofSeconds(1));
        return harness.context().gauge("stillgate.fingerprint.tokens", "standing", standing, "fate", fate);
    }

    @Test
    void refusedRequestIsEstimatedByTheAccountsAnswers() {
        answer(100, false);
        assertThat(tokens("clear", "free")).isEqualTo(100);
        pin("pooled");
        harness.complete(asks(FakeBody.chat("Hi")), POOL_LIMIT);
        assertThat(tokens("pooled", "refused")).isBetween(98.0, 102.0);
        pin("blocked");
        FakeExchange blocked = harness.exchange();
        harness.request(blocked);
        harness.complete(blocked, new Outcome.Rejected(403, Usage.NONE, 0, 0, "behaviour", "standing-blocked"));
        assertThat(tokens("blocked", "refused")).isBetween(98.0, 102.0);
    }

    /** A lowered limit can be smaller than a prompt, which is then too long and not too much for now. */
    @Test
    void requestThatALoweredLimitCannotHoldCounts() {
        answer(100, false);
        pin("pooled");
        harness.complete(asks(FakeBody.chat("Hi")), new Outcome.Rejected(400, Usage.NONE, 0, 0, "limits", "input"));
        assertThat(tokens("pooled", "refused")).isBetween(98.0, 102.0);
        harness.complete(asks(FakeBody.chat("Hi")), new Outcome.Rejected(400, Usage.NONE, 0, 0, "gateway", "json"));
        assertThat(tokens("pooled", "refused")).as("malformed").isBetween(98.0, 102.0);
    }

    @Test
    void eachPromptOfARefusedBatchCounts() {
        answer(100, false);
        pin("pooled");
        FakeExchange batch = harness.exchange().asks(Provider.ANTHROPIC, Operation.MESSAGE_BATCH, "POST", "/v1/b");
        harness.request(batch);
        harness.body(batch, FakeBody.batch(40));
        harness.complete(batch, new Outcome.Rejected(403, Usage.NONE, 0, 0, "behaviour", "standing-batch"));
        assertThat(tokens("pooled", "refused")).isBetween(3_900.0, 4_100.0);
    }

    @Test
    void refusalWithoutAStandingDoesNotCount() {
        answer(100, false);
        harness.complete(asks(FakeBody.chat("Hi")), POOL_LIMIT);
        pin("marked");
        harness.complete(asks(FakeBody.chat("Hi")), POOL_LIMIT);
        assertThat(tokens("marked", "refused")).isZero();
        assertThat(tokens("clear", "refused")).isZero();
        pin("pooled");
        FakeExchange control = harness.exchange().asks(Provider.ANTHROPIC, Operation.CONTROL, "GET", "/v1/x");
        harness.request(control);
        harness.complete(control, POOL_LIMIT);
        assertThat(tokens("pooled", "refused")).as("no answer was asked for").isZero();
    }

    @Test
    void proseOfMarkedAnswersIsMarked() {
        pin("marked");
        answer(100, true);
        answer(60, false);
        assertThat(tokens("marked", "marked")).as("three quarters are prose").isEqualTo(75);
        assertThat(tokens("marked", "free")).isEqualTo(85);
        assertThat(harness.context().standings().of(FakeExchange.listed("a-1"))).isEqualTo(Standing.MARKED);
    }

    private static ResponseFacts facts(long prose, long code) {
        return new ResponseFacts() {
            @Override
            public long proseChars() {
                return prose;
            }

            @Override
            public long codeChars() {
                return code;
            }

            @Override
            public long toolChars() {
                return 0;
            }

            @Override
            public int hashCount() {
                return 0;
            }

            @Override
            public long hash(int index) {
                throw new IndexOutOfBoundsException(index);
            }
        };
    }
}
