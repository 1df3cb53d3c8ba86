package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Metered.exact;
import static dev.stillgate.tokenbucket.Metered.served;
import static dev.stillgate.tokenbucket.Policies.concurrency;
import static dev.stillgate.tokenbucket.Policies.limit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.Prices;
import dev.stillgate.tokenbucket.policy.Prices.ModelPrice;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions: a request and a place for their whole time, and tokens as the provider reports them. */
final class SessionTest {
    private final Metered metered = new Metered(
            limit("requests", 2, "2/1h"),
            limit("input", Measure.INPUT_TOKENS, 1000, "1000/1h"),
            limit("output", Measure.OUTPUT_TOKENS, 500, "500/1h"),
            concurrency("sessions", 1));

    private FakeExchange session() {
        return metered.messages()
                .asks(Provider.OPENAI, Operation.REALTIME, "GET", "/v1/realtime")
                .query("model=gpt-realtime");
    }

    private FakeExchange begin() {
        FakeExchange session = session();
        assertThat(metered.harness.request(session)).isSameAs(Verdict.ALLOW);
        return session;
    }

    private Verdict report(FakeExchange session, long input, long output) {
        return metered.harness.usage(session, exact(input, output));
    }

    private static String code(Verdict verdict) {
        return verdict instanceof Verdict.Reject reject ? reject.code() : "allowed";
    }

    private static Outcome gone(Usage usage) {
        return new Outcome.DownstreamGone(101, usage, 9, 9, Outcome.Phase.STREAMING);
    }

    @Test
    @DisplayName("each report is charged at once, and the sum at the end is not charged again")
    void reportsAreChargedAtOnce() {
        FakeExchange session = begin();
        assertThat(report(session, 100, 20)).isSameAs(Verdict.ALLOW);
        assertThat(metered.left("input")).isEqualTo(899);
        assertThat(metered.left("output")).isEqualTo(479);
        assertThat(report(session, 300, 30)).isSameAs(Verdict.ALLOW);
        assertThat(metered.left("requests")).isEqualTo(1);
        metered.end(session, gone(exact(400, 50)));
        assertThat(metered.left("input")).isEqualTo(600);
        assertThat(metered.left("output")).isEqualTo(450);
        assertThat(metered.left("requests")).isEqualTo(1);
        assertThat(metered.underWay()).isZero();
        assertThat(metered.count("charged", "direction", "input", "source", "exact"))
                .isEqualTo(400);
        assertThat(metered.count("charged", "direction", "output", "source", "exact"))
                .isEqualTo(50);
    }

    @Test
    @DisplayName("the report that uses the budget up is charged with a debt and refuses the session")
    void spentBudgetRefuses() {
        FakeExchange session = begin();
        assertThat(report(session, 100, 498)).isSameAs(Verdict.ALLOW);
        assertThat(code(report(session, 100, 40))).isEqualTo("output");
        assertThat(metered.left("output")).isEqualTo(-39);
        metered.end(session, new Outcome.Truncated(101, exact(200, 538), 9, 9, "output"));
        assertThat(metered.left("output")).isEqualTo(-38);
        assertThat(code(metered.harness.request(session())))
                .as("until the debt is paid")
                .isEqualTo("output");
        metered.advance(Duration.ofMinutes(6));
        begin();
    }

    @Test
    @DisplayName("a session has its place until its end, and does not refuse itself for it")
    void concurrencyLastsForTheSession() {
        FakeExchange session = begin();
        assertThat(code(metered.harness.request(session()))).isEqualTo("sessions");
        assertThat(report(session, 1, 1)).isSameAs(Verdict.ALLOW);
        assertThat(code(metered.harness.request(session()))).isEqualTo("sessions");
        metered.end(session, served(exact(1, 1)));
        begin();
    }

    @Test
    @DisplayName("the requests that are used up do not end a session")
    void requestsDoNotEndSession() {
        metered.end(begin(), gone(Usage.NONE));
        FakeExchange session = begin();
        assertThat(metered.left("requests")).isZero();
        assertThat(report(session, 1, 1)).isSameAs(Verdict.ALLOW);
        metered.end(session, gone(exact(1, 1)));
        assertThat(code(metered.harness.request(session()))).isEqualTo("requests");
    }

    @Test
    @DisplayName("a session that was refused or never began costs no tokens")
    void failedSessionCostsNoTokens() {
        metered.end(begin(), new Outcome.UpstreamFailed(502, Usage.NONE, 0, 0, "upstream-connect"));
        metered.end(begin(), served(Usage.NONE));
        assertThat(metered.left("input")).isEqualTo(1000);
        assertThat(metered.left("output")).isEqualTo(500);
        assertThat(metered.harness.usage(session(), exact(5, 5)))
                .as("not admitted")
                .isSameAs(Verdict.ALLOW);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x=1", "model=a&model=b", "model=a&%6dodel=b", "model=%zz", "model=a&%=x"})
    @DisplayName("a query that names no model, or more than one, is a session without a model")
    void queryWithoutOneModel(String query) {
        assertThat(session().query(query).queryModel()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"model=gpt-4%2fx", "a=b&model=gpt-4/x", "%6d%6Fdel=gpt-4/x&intent=transcription"})
    @DisplayName("the model in the query is decoded")
    void queryWithModel(String query) {
        assertThat(session().query(query).queryModel()).isEqualTo("gpt-4/x");
    }

    @Test
    @DisplayName("a limit of cost has the price of the model in the query, and of cached tokens")
    void costOfSession() {
        ModelPrice price = new ModelPrice(new BigDecimal("4"), new BigDecimal("16"), new BigDecimal("0.4"), null);
        ModelPrice other = new ModelPrice(new BigDecimal("900"), new BigDecimal("900"), null, null);
        Limit spend = new Limit(
                "spend", Measure.COST, null, null, BigDecimal.ONE, "1/1d", null, null, null, null, null, null);
        Metered priced = new Metered(Policies.priced(new Prices("USD", Map.of("gpt-realtime", price), other), spend));
        FakeExchange session = session();
        assertThat(priced.harness.request(session)).isSameAs(Verdict.ALLOW);
        Usage usage = new Usage(Usage.Source.EXACT, 1000, 100, 400, -1, -1);
        assertThat(priced.harness.usage(session, usage)).isSameAs(Verdict.ALLOW);
        priced.end(session, gone(usage));
        assertThat(priced.left("spend")).isEqualTo(1_000_000 - (600 * 4 + 160 + 100 * 16));
    }
}
