package dev.stillgate.fingerprint.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.FingerprintFactory;
import dev.stillgate.fingerprint.FingerprintPolicy;
import dev.stillgate.fingerprint.Policies;
import dev.stillgate.fingerprint.text.PromptReaders;
import dev.stillgate.testkit.Conversation;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FilterHarness;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Texts are read beside their exchanges: whichever ends last hands the observation on, once. */
class PromptReadTaskTest {
    private final FilterHarness<FingerprintPolicy> harness = new FilterHarness<>(new FingerprintFactory());
    private final Queue<Runnable> errands = new ArrayDeque<>();
    private boolean taking = true;

    PromptReadTaskTest() {
        Predicate<Runnable> keep = task -> taking && errands.add(task);
        harness.ticker().soon(keep);
        harness.policy(Policies.sampling(9));
        harness.context().does("accounts", "standing", "a-1", Map.of("standing", "watched"));
    }

    private FakeExchange asks(String text) {
        FakeExchange exchange = harness.exchange();
        harness.request(exchange);
        harness.body(exchange, FakeBody.chat(text));
        return exchange;
    }

    private void ends(FakeExchange exchange) {
        harness.served(exchange, 200);
    }

    private void read() {
        for (Runnable task = errands.poll(); task != null; task = errands.poll()) {
            task.run();
        }
    }

    private double waiting() {
        return harness.context().gauge("stillgate.fingerprint.ring");
    }

    private Object samples() {
        harness.ticker().advance(Duration.ofSeconds(1));
        return ((Map<?, ?>) harness.context().shows("accounts", "a-1")).get("samples");
    }

    @Test
    void anExchangeThatEndsFirstWaitsForItsText() {
        FakeExchange exchange = asks("what are tides");
        ends(exchange);
        assertThat(waiting()).isZero();
        read();
        assertThat(waiting()).isEqualTo(1);
        assertThat(samples()).asString().contains("what are tides");
    }

    @Test
    void aTextThatIsReadFirstWaitsForItsExchange() {
        FakeExchange exchange = asks("what are tides");
        read();
        assertThat(waiting()).isZero();
        ends(exchange);
        assertThat(waiting()).isEqualTo(1);
        assertThat(samples()).asString().contains("what are tides");
    }

    @Test
    void aPromptWithoutNewTextWaitsForNothing() {
        ends(asks(""));
        assertThat(errands).isEmpty();
        assertThat(waiting()).isEqualTo(1);
    }

    @Test
    void aSystemPromptThatIsNotKnownIsReadBesideItsExchangeToo() {
        FakeExchange exchange = harness.exchange();
        harness.request(exchange);
        harness.body(exchange, Conversation.of("").system("You are Ada."));
        ends(exchange);
        assertThat(waiting()).isZero();
        read();
        assertThat(waiting()).isEqualTo(1);
        assertThat(samples()).as("of a system prompt").isNull();
    }

    @Test
    void whatNobodyTakesIsNotReadAndTheExchangeIsSeenAllTheSame() {
        taking = false;
        ends(asks("what are tides"));
        assertThat(waiting()).isEqualTo(1);
        assertThat(harness.context().gauge("stillgate.fingerprint.unread")).isEqualTo(1);
        taking = true;
        ends(asks("what are neaps"));
        read();
        assertThat(waiting()).isEqualTo(2);
        assertThat(samples()).asString().contains("neaps").doesNotContain("tides");
    }

    @Test
    void unreadTextsAreBounded() {
        ReadQueue unread = new ReadQueue(new PromptReaders(new byte[32]));
        assertThat(unread.reserve((int) ReadQueue.MAX_CHARS)).isTrue();
        assertThat(unread.reserve(1)).isFalse();
        assertThat(unread.refused()).isEqualTo(1);
        unread.free(1);
        assertThat(unread.reserve(1)).isTrue();
        assertThat(unread.reserve(1)).isFalse();
    }
}
