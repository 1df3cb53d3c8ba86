package dev.stillgate.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FilterHarness;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class EnforcementTest {
    private static final Header STREAM = new Header("content-type", "text/event-stream; charset=utf-8");
    private static final Header JSON = new Header("content-type", "application/json");

    private final FilterHarness<FingerprintPolicy> harness =
            new FilterHarness<>(new FingerprintFactory()).policy(Policies.DEFAULT);

    private FakeExchange asks(Operation operation) {
        return harness.exchange().asks(Provider.OPENAI, operation, "POST", "/v1/whatever");
    }

    private void stands(Standing standing) {
        harness.context().stands("a-1", standing);
    }

    private static String code(Verdict verdict) {
        return verdict instanceof Verdict.Reject reject ? reject.code() : "allowed";
    }

    @ParameterizedTest
    @EnumSource(Operation.class)
    void blockedAccountIsRefusedOnEveryPath(Operation operation) {
        stands(Standing.BLOCKED);
        Verdict verdict = harness.request(asks(operation));
        assertThat(verdict).isInstanceOfSatisfying(Verdict.Reject.class, reject -> {
            assertThat(reject.kind()).isEqualTo(Verdict.Kind.BLOCKED);
            assertThat(reject.retryAfter()).isNull();
        });
    }

    @Test
    void accountBlockedDuringItsBodyIsRefused() {
        List<BodyView> bodies =
                List.of(FakeBody.chat("Hi"), FakeBody.batch(3), new BodyView.Opaque(9), BodyView.None.INSTANCE);
        for (BodyView body : bodies) {
            FakeExchange exchange = asks(Operation.CHAT_COMPLETIONS);
            stands(Standing.CLEAR);
            assertThat(harness.request(exchange)).isEqualTo(Verdict.ALLOW);
            stands(Standing.BLOCKED);
            assertThat(code(harness.body(exchange, body))).isEqualTo("standing-blocked");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CLEAR", "WATCHED"})
    void accountBelowTightenedIsNotRestricted(Standing standing) {
        stands(standing);
        for (Operation operation : Operation.values()) {
            assertThat(harness.request(asks(operation))).isEqualTo(Verdict.ALLOW);
        }
        FakeExchange exchange = asks(Operation.CHAT_COMPLETIONS);
        assertThat(harness.body(exchange, FakeBody.chat("Hi").choices(5))).isEqualTo(Verdict.ALLOW);
        assertThat(harness.body(exchange, FakeBody.batch(1000))).isEqualTo(Verdict.ALLOW);
        assertThat(harness.tap(exchange, 200, STREAM)).isEqualTo(ResponseTap.NONE);
    }

    @ParameterizedTest
    @EnumSource(names = {"TIGHTENED", "MARKED", "SLOWED"})
    void tightenedAccountMayNotUseOpaquePathsOrProbe(Standing standing) {
        stands(standing);
        assertThat(code(harness.request(asks(Operation.OPAQUE)))).isEqualTo("standing-path");
        assertThat(harness.request(asks(Operation.CONTROL))).isEqualTo(Verdict.ALLOW);
        FakeExchange exchange = asks(Operation.CHAT_COMPLETIONS);
        assertThat(harness.request(exchange)).isEqualTo(Verdict.ALLOW);
        assertThat(harness.body(exchange, FakeBody.chat("Hi"))).isEqualTo(Verdict.ALLOW);
        assertThat(code(harness.body(exchange, FakeBody.chat("Hi").choices(2)))).isEqualTo("standing-probing");
    }

    /** Log-probabilities would reveal a stored response's text as the model wrote it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "include[]=message.output_text.logprobs",
                "include%5B%5D=message.output_text.l%6Fgprobs",
                "stream=true&include=message.output_text.LOGPROBS",
                "include=%zz"
            })
    @DisplayName("engine A1: log-probabilities of a stored response are refused in the query as in a body")
    void logprobsOfAStoredResponseAreRefused(String query) {
        stands(Standing.MARKED);
        FakeExchange stored = asks(Operation.STORED_RESPONSE);
        assertThat(harness.request(stored.query("include[]=reasoning.encrypted_content")))
                .isEqualTo(Verdict.ALLOW);
        assertThat(code(harness.request(stored.query(query)))).isEqualTo("standing-probing");
        stands(Standing.CLEAR);
        assertThat(harness.request(stored.query(query))).isEqualTo(Verdict.ALLOW);
    }

    @Test
    void probingBatchIsRefusedAsAWhole() {
        stands(Standing.TIGHTENED);
        FakeExchange exchange = asks(Operation.FILE_UPLOAD);
        assertThat(harness.body(exchange, FakeBody.batch(3))).isEqualTo(Verdict.ALLOW);
        assertThat(code(harness.body(
                        exchange, FakeBody.batch(3, FakeBody.chat("Hi").choices(2)))))
                .isEqualTo("standing-probing");
    }

    private void pinToTightened() {
        harness.context().does("accounts", "standing", "a-1", Map.of("standing", "tightened"));
    }

    @Test
    void quotaLastsADayAndCountsStoredResponses() {
        pinToTightened();
        for (int i = 0; i < 10; i++) {
            Operation operation = i % 2 == 0 ? Operation.RESPONSES : Operation.STORED_RESPONSE;
            assertThat(harness.request(asks(operation))).isEqualTo(Verdict.ALLOW);
        }
        assertThat(harness.request(asks(Operation.STORED_RESPONSE)))
                .isInstanceOfSatisfying(Verdict.Reject.class, reject -> {
                    assertThat(reject.kind()).isEqualTo(Verdict.Kind.RATE_LIMITED);
                    assertThat(reject.retryAfter()).isPositive().isLessThanOrEqualTo(Duration.ofDays(1));
                    harness.ticker().advance(reject.retryAfter());
                });
        assertThat(harness.request(asks(Operation.RESPONSES))).isEqualTo(Verdict.ALLOW);
    }

    @Test
    void batchCountsAsOneRequestPerPrompt() {
        pinToTightened();
        FakeExchange exchange = asks(Operation.MESSAGE_BATCH);
        assertThat(harness.request(exchange)).isEqualTo(Verdict.ALLOW);
        assertThat(code(harness.body(exchange, FakeBody.batch(11)))).isEqualTo("standing-quota");
        assertThat(harness.body(exchange, FakeBody.batch(9))).isEqualTo(Verdict.ALLOW);
        assertThat(code(harness.body(exchange, FakeBody.batch(2)))).isEqualTo("standing-quota");
    }

    @Test
    void slowedAccountMaySendNoBatches() {
        stands(Standing.SLOWED);
        assertThat(code(harness.body(asks(Operation.MESSAGE_BATCH), FakeBody.batch(1))))
                .isEqualTo("standing-batch");
        assertThat(harness.body(asks(Operation.FILE_UPLOAD), new BodyView.Opaque(9)))
                .isEqualTo(Verdict.ALLOW);
    }

    private long bytesPerSecond(Provider provider, Operation operation, Header type) {
        FakeExchange exchange = harness.exchange().asks(provider, operation, "POST", "/v1/whatever");
        return harness.tap(exchange, 200, type) instanceof ResponseTap.Pace pace ? pace.bytesPerSecond() : 0;
    }

    @Test
    void paceIsReadingSpeedInEveryFormat() {
        stands(Standing.SLOWED);
        String anthropic = "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
                + "{\"type\":\"text_delta\",\"text\":\"of the old wall\"}}\n\n";
        String completions = "data: {\"id\":\"chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz012\",\"object\":"
                + "\"chat.completion.chunk\",\"created\":1770000000,\"model\":\"model-1-2026-01-12\",\"choices\":"
                + "[{\"index\":0,\"delta\":{\"content\":\" wall\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n";
        String responses = "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\","
                + "\"sequence_number\":12,\"item_id\":\"msg_0123456789abcdef0123456789abcdef0123456789abcdef\","
                + "\"output_index\":0,\"content_index\":0,\"delta\":\" wall\"}\n\n";
        double messages = bytesPerSecond(Provider.ANTHROPIC, Operation.MESSAGES, STREAM);
        double openAi = bytesPerSecond(Provider.OPENAI, Operation.CHAT_COMPLETIONS, STREAM);
        assertThat(15 * messages / anthropic.length()).as("characters a second").isBetween(20.0, 40.0);
        assertThat(5 * openAi / completions.length()).isBetween(20.0, 45.0);
        assertThat(5 * openAi / responses.length()).isBetween(20.0, 45.0);
        assertThat(bytesPerSecond(Provider.OPENAI, Operation.RESPONSES, JSON)).isEqualTo(30);
        assertThat(bytesPerSecond(Provider.ANTHROPIC, Operation.MESSAGES, JSON)).isEqualTo(30);
    }

    @Test
    void onlyResponsesToSlowedAccountsArePaced() {
        stands(Standing.SLOWED);
        for (Operation operation : Operation.values()) {
            assertThat(bytesPerSecond(Provider.OPENAI, operation, JSON) > 0)
                    .as("%s", operation)
                    .isEqualTo(operation.carriesAnswers());
        }
        assertThat(harness.tap(asks(Operation.RESPONSES), 429, JSON)).isEqualTo(ResponseTap.NONE);
        stands(Standing.MARKED);
        assertThat(harness.tap(asks(Operation.RESPONSES), 200, JSON)).isEqualTo(ResponseTap.NONE);
    }

    @Test
    void refusalMessagesRevealNoReason() {
        Set<String> messages = new HashSet<>();
        stands(Standing.BLOCKED);
        messages.add(message(harness.request(asks(Operation.RESPONSES))));
        stands(Standing.SLOWED);
        messages.add(message(harness.request(asks(Operation.OPAQUE))));
        messages.add(message(harness.body(asks(Operation.MESSAGE_BATCH), FakeBody.batch(1))));
        messages.add(message(
                harness.body(asks(Operation.RESPONSES), FakeBody.chat("Hi").choices(3))));
        pinToTightened();
        messages.add(message(harness.body(asks(Operation.MESSAGE_BATCH), FakeBody.batch(99))));
        assertThat(messages)
                .hasSize(5)
                .allSatisfy(message -> assertThat(message.toLowerCase(Locale.ROOT))
                        .doesNotContain(
                                "clock",
                                "template",
                                "cluster",
                                "signal",
                                "network",
                                "client",
                                "elicit",
                                "pattern",
                                "distil",
                                "behaviour",
                                "suspect",
                                "evidence",
                                "slowed",
                                "tightened",
                                "marked"));
    }

    private static String message(Verdict verdict) {
        return ((Verdict.Reject) verdict).message();
    }
}
