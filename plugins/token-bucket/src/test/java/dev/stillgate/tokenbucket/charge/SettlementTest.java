package dev.stillgate.tokenbucket.charge;

import static dev.stillgate.tokenbucket.Metered.estimated;
import static dev.stillgate.tokenbucket.Metered.exact;
import static dev.stillgate.tokenbucket.Policies.concurrency;
import static dev.stillgate.tokenbucket.Policies.limit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Header;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Outcome.Phase;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.tokenbucket.Metered;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.Price;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Cost of an exchange by outcome, with an estimated input of 100 tokens and a reserved output of 400. */
final class SettlementTest {
    private static final long CAPACITY = 1000;
    private final Metered metered = new Metered(
            limit("requests", CAPACITY, "1/1h"),
            limit("in", Measure.INPUT_TOKENS, CAPACITY, "1/1h"),
            limit("out", Measure.OUTPUT_TOKENS, CAPACITY, "1/1h"),
            limit("total", Measure.TOTAL_TOKENS, CAPACITY, "1/1h"),
            concurrency("parallel", 3));

    static Stream<Arguments> outcomes() {
        Usage none = Usage.NONE;
        return Stream.of(
                row("served, exact", new Outcome.Served(200, exact(90, 30), 1, 1), 1, 90, 30),
                row("served, more than was taken", new Outcome.Served(200, exact(150, 900), 1, 1), 1, 150, 900),
                row("served, estimated", new Outcome.Served(200, estimated(-1, 30), 1, 1), 1, 100, 30),
                row("served, estimated in part", new Outcome.Served(200, estimated(90, 30), 1, 1), 1, 90, 30),
                row("served, uncountable", new Outcome.Served(200, none, 1, 1), 1, 100, 400),
                row("served an error", new Outcome.Served(529, none, 1, 1), 1, 0, 0),
                row("served an error with usage", new Outcome.Served(400, exact(90, 30), 1, 1), 1, 0, 0),
                row("served a redirect", new Outcome.Served(307, none, 1, 1), 1, 0, 0),
                row("refused by another filter", new Outcome.Rejected(403, none, 0, -1, "geo", "x"), 0, 0, 0),
                row("refused by the gateway", new Outcome.Rejected(413, none, 0, -1, "gateway", "x"), 0, 0, 0),
                row("upstream failed", new Outcome.UpstreamFailed(502, none, 0, -1, "x"), 1, 0, 0),
                row("cut short, exact", new Outcome.Truncated(200, exact(90, 30), 1, 1, "x"), 1, 90, 30),
                row("cut short, estimated", new Outcome.Truncated(200, estimated(90, 30), 1, 1, "x"), 1, 90, 30),
                row("cut short before a token", new Outcome.Truncated(200, none, 1, 1, "x"), 1, 100, 0),
                row("an error cut short", new Outcome.Truncated(500, none, 1, 1, "x"), 1, 0, 0),
                row("gone, reading", gone(0, none, Phase.READING_BODY), 0, 0, 0),
                row("gone, connecting", gone(0, none, Phase.CONNECTING), 0, 0, 0),
                row("gone, awaiting", gone(0, none, Phase.AWAITING_ANSWER), 1, 100, 0),
                row("gone before the first token", gone(200, none, Phase.STREAMING), 1, 100, 0),
                row("gone in the middle", gone(200, estimated(90, 12), Phase.STREAMING), 1, 90, 12),
                row("gone in the middle, input unknown", gone(200, estimated(-1, 12), Phase.STREAMING), 1, 100, 12),
                row("gone after usage", gone(200, exact(90, 30), Phase.STREAMING), 1, 90, 30),
                row("gone during an error", gone(429, none, Phase.STREAMING), 1, 0, 0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("outcomes")
    void outcomeDeterminesCost(String name, Outcome outcome, long requests, long input, long output) {
        FakeExchange exchange = metered.begin(100, 400);
        assertThat(metered.left("requests")).isEqualTo(CAPACITY - 1);
        assertThat(metered.left("in")).isEqualTo(CAPACITY - 100);
        assertThat(metered.left("out")).isEqualTo(CAPACITY - 400);
        assertThat(metered.left("total")).isEqualTo(CAPACITY - 500);
        assertThat(metered.left("parallel")).isEqualTo(2);
        for (int i = 0; i < 2; i++) {
            metered.end(exchange, outcome); // the second call has no effect
            assertThat(metered.left("requests")).as("requests").isEqualTo(CAPACITY - requests);
            assertThat(metered.left("in")).as("input").isEqualTo(CAPACITY - input);
            assertThat(metered.left("out")).as("output").isEqualTo(CAPACITY - output);
            assertThat(metered.left("total")).as("total").isEqualTo(CAPACITY - input - output);
            assertThat(metered.left("parallel")).as("concurrency").isEqualTo(3);
        }
    }

    @ParameterizedTest
    @CsvSource({"gzip, 900, 400", "br, 900, 400", "gzip, 0, 0", "identity, 900, 0"})
    @DisplayName(
            "plugins 13: an incomplete response with a content coding costs its reservation, once any byte was delivered")
    void incompleteEncodedResponseCostsItsReservation(String coding, long bytes, long output) {
        Outcome[] cuts = {
            new Outcome.Truncated(200, Usage.NONE, bytes, 1, "idle"),
            new Outcome.DownstreamGone(200, Usage.NONE, bytes, 1, Phase.STREAMING)
        };
        for (int i = 0; i < cuts.length; i++) {
            FakeExchange exchange = metered.begin(100, 400);
            metered.harness.response(exchange, 200, new Header("content-encoding", coding));
            metered.end(exchange, cuts[i]);
            assertThat(metered.left("out")).isEqualTo(CAPACITY - (i + 1) * output);
            assertThat(metered.left("in")).isEqualTo(CAPACITY - (i + 1) * 100);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("outcomes")
    void concurrencyIsReleasedByEveryOutcome(String name, Outcome outcome, long requests, long input, long output) {
        FakeExchange[] running = {metered.begin(1, 1), metered.begin(1, 1), metered.begin(1, 1)};
        Verdict.Reject refused = metered.refused(1, 1);
        assertThat(refused.kind()).isEqualTo(Verdict.Kind.RATE_LIMITED);
        assertThat(refused.code()).isEqualTo("parallel");
        assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(1));
        assertThat(refused.message())
                .isEqualTo("Too many requests at once: the account's limit is 3 requests at once."
                        + " Please try again in 1s.");
        metered.end(running[1], outcome);
        assertThat(metered.underWay()).isEqualTo(2);
        assertThat(metered.ask(metered.messages(), FakeBody.prompt("m", 1, 1)).equals(Verdict.ALLOW)
                        || metered.left("out") < 1
                        || metered.left("total") < 2)
                .isTrue();
    }

    @Test
    void anthropicInputIncludesCacheWritesOnly() {
        FakeExchange exchange = metered.begin(100, 400);
        metered.end(exchange, Metered.served(new Usage(Usage.Source.EXACT, 50, 10, 30_000, 7, -1)));
        assertThat(metered.left("in")).isEqualTo(CAPACITY - 57);
    }

    @Test
    void openAiInputIncludesCachedTokens() {
        FakeExchange exchange = metered.begin(metered.completions(), FakeBody.prompt("m", 100, 400));
        metered.end(exchange, Metered.served(new Usage(Usage.Source.EXACT, 50, 10, 40, 7, -1)));
        assertThat(metered.left("in")).isEqualTo(CAPACITY - 50);
    }

    @ParameterizedTest
    @CsvSource({
        "-1, -1, 100, 400", // no count in a complete response: the reservation
        "90, -1, 100, 400", // no output count: the reservation
        "-1, 30, 100, 30", // no input count: the estimate
        "0, 0, 0, 0",
    })
    void missingUsageIsCharged(long toldInput, long toldOutput, long input, long output) {
        metered.served(metered.begin(100, 400), toldInput, toldOutput);
        assertThat(metered.left("in")).isEqualTo(CAPACITY - input);
        assertThat(metered.left("out")).isEqualTo(CAPACITY - output);
    }

    @Test
    void hugeUsageIsClamped() {
        metered.end(
                metered.begin(100, 400),
                Metered.served(new Usage(
                        Usage.Source.EXACT, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, 1)));
        assertThat(metered.left("in")).isEqualTo(CAPACITY - Price.MAX_AMOUNT);
        assertThat(metered.left("out")).isEqualTo(CAPACITY - Price.MAX_AMOUNT);
        assertThat(metered.left("total")).isEqualTo(CAPACITY - 2 * Price.MAX_AMOUNT);
        Verdict.Reject refused = metered.refused(1, 1);
        assertThat(refused.retryAfter()).isPositive();
        assertThat(refused.headers()).extracting(each -> each.value()).doesNotContain("-" + Price.MAX_AMOUNT);
    }

    @ParameterizedTest
    @CsvSource({"-7, 5", "-9223372036854775808, 5"})
    void negativeCountIsIgnored(long input, long output) {
        metered.end(metered.begin(100, 400), Metered.served(new Usage(Usage.Source.EXACT, input, output, -9, -9, -9)));
        assertThat(metered.left("in")).isEqualTo(CAPACITY - 100);
        assertThat(metered.left("out")).isEqualTo(CAPACITY - output);
        assertThat(metered.left("total")).isEqualTo(CAPACITY - 100 - output);
    }

    @Test
    void countTokensCostsOneRequestAndNoTokens() {
        FakeExchange exchange = metered.messages()
                .asks(Provider.ANTHROPIC, Operation.COUNT_TOKENS, "POST", "/v1/messages/count_tokens");
        metered.begin(exchange, FakeBody.prompt("m", 90_000, 100));
        assertThat(metered.left("in")).isEqualTo(CAPACITY);
        metered.end(exchange, Metered.served(Usage.NONE));
        assertThat(metered.left("requests")).isEqualTo(CAPACITY - 1);
        assertThat(metered.left("in")).isEqualTo(CAPACITY);
        assertThat(metered.left("out")).isEqualTo(CAPACITY);
    }

    @Test
    void debtLastsUntilRefillHasPaidIt() {
        Metered fast = new Metered(limit("out", Measure.OUTPUT_TOKENS, 100, "10/1s"));
        fast.served(fast.begin(1, 1000), 1, 1050); // the ceiling of 50 was reserved
        assertThat(fast.left("out")).isEqualTo(-950);
        Verdict.Reject refused = fast.refused(1, 1000);
        assertThat(refused.kind()).isEqualTo(Verdict.Kind.TOKENS_LIMITED);
        assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(100));
        fast.advance(Duration.ofSeconds(99));
        fast.refused(1, 1000);
        fast.advance(Duration.ofSeconds(1));
        fast.begin(1, 1000);
        assertThat(fast.left("out")).isZero();
    }

    private static Outcome gone(int status, Usage usage, Phase phase) {
        return new Outcome.DownstreamGone(status, usage, 1, status == 0 ? -1 : 1, phase);
    }

    private static Arguments row(String name, Outcome outcome, long requests, long input, long output) {
        return Arguments.of(name, outcome, requests, input, output);
    }
}
