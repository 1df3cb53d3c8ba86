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
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnforcementTest {

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

    static List<Operation> operations() {
        return Operation.values();
    }

    @ParameterizedTest
    @MethodSource("operations")
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
        List<BodyView> bodies = List.of(
                FakeBody.chat("Hi"),
                FakeBody.batch(3),
                new BodyView.Input("m", false, 3, 9),
                new BodyView.Opaque(9),
                BodyView.None.INSTANCE);
        for (BodyView body : bodies) {
            FakeExchange exchange = asks(Operation.CHAT_COMPLETIONS);
            stands(Standing.CLEAR);
            assertThat(harness.request(exchange)).isEqualTo(Verdict.ALLOW);
            stands(Standing.BLOCKED);
            assertThat(code(harness.body(exchange, body))).isEqualTo("standing-blocked");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CLEAR", "MARKED"})
    void accountBelowPooledIsNotRestricted(Standing standing) {
        stands(standing);
        for (Operation operation : Operation.values()) {
            assertThat(harness.request(asks(operation))).isEqualTo(Verdict.ALLOW);
        }
        FakeExchange exchange = asks(Operation.CHAT_COMPLETIONS);
        assertThat(harness.body(exchange, FakeBody.chat("Hi").choices(5))).isEqualTo(Verdict.ALLOW);
        assertThat(harness.body(exchange, FakeBody.batch(1000))).isEqualTo(Verdict.ALLOW);
    }

    @Test
    void pooledAccountMayNotUseOpaquePathsOrProbe() {
        stands(Standing.POOLED);
        assertThat(code(harness.request(asks(Operation.OPAQUE)))).isEqualTo("standing-path");
        assertThat(code(harness.request(asks(Operation.REALTIME)))).isEqualTo("standing-path");
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
        stands(Standing.POOLED);
        FakeExchange stored = asks(Operation.STORED_RESPONSE);
        assertThat(harness.request(stored.query("include[]=reasoning.encrypted_content")))
                .isEqualTo(Verdict.ALLOW);
        assertThat(code(harness.request(stored.query(query)))).isEqualTo("standing-probing");
        stands(Standing.CLEAR);
        assertThat(harness.request(stored.query(query))).isEqualTo(Verdict.ALLOW);
    }

    @Test
    void pooledAccountMaySendNoBatches() {
        stands(Standing.POOLED);
        assertThat(code(harness.body(asks(Operation.MESSAGE_BATCH), FakeBody.batch(1))))
                .isEqualTo("standing-batch");
        assertThat(code(harness.body(asks(Operation.FILE_UPLOAD), FakeBody.batch(3))))
                .isEqualTo("standing-batch");
        assertThat(harness.body(asks(Operation.FILE_UPLOAD), new BodyView.Opaque(9)))
                .isEqualTo(Verdict.ALLOW);
    }

    @Test
    void refusalMessagesRevealNoReason() {
        Set<String> messages = new HashSet<>();
        stands(Standing.BLOCKED);
        messages.add(message(harness.request(asks(Operation.RESPONSES))));
        stands(Standing.POOLED);
        messages.add(message(harness.request(asks(Operation.OPAQUE))));
        messages.add(message(harness.body(asks(Operation.MESSAGE_BATCH), FakeBody.batch(1))));
        messages.add(message(
                harness.body(asks(Operation.RESPONSES), FakeBody.chat("Hi").choices(3))));
        assertThat(messages)
                .hasSize(4)
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
                                "pooled",
                                "marked"));
    }

    private static String message(Verdict verdict) {
        return ((Verdict.Reject) verdict).message();
    }
}
