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
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private boolean accepting = true;

    PromptReadTaskTest() {
        Predicate<Runnable> keep = task -> accepting && tasks.add(task);
        harness.ticker().soon(keep);
        harness.policy(Policies.sampling(9));
        harness.context().does("accounts", "standing", "a-1", Map.of("standing", "marked"));
    }

    private FakeExchange begin(String text) {
        FakeExchange exchange = harness.exchange();
        harness.request(exchange);
        harness.body(exchange, FakeBody.chat(text));
        return exchange;
    }

    private void complete(FakeExchange exchange) {
        harness.served(exchange, 200);
    }

    private void read() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private double queued() {
        return harness.context().gauge("stillgate.fingerprint.ring");
    }

    private Object samples() {
        harness.ticker().advance(Duration.ofSeconds(1));
        return ((Map<?, ?>) harness.context().shows("accounts", "a-1")).get("samples");
    }

    @Test
    void exchangeThatEndsFirstWaitsForItsText() {
        FakeExchange exchange = begin("what are tides");
        complete(exchange);
        assertThat(queued()).isZero();
        read();
        assertThat(queued()).isEqualTo(1);
        assertThat(samples()).asString().contains("what are tides");
    }

    @Test
    void textReadFirstWaitsForItsExchange() {
        FakeExchange exchange = begin("what are tides");
        read();
        assertThat(queued()).isZero();
        complete(exchange);
        assertThat(queued()).isEqualTo(1);
        assertThat(samples()).asString().contains("what are tides");
    }

    @Test
    void promptWithoutNewTextDoesNotWait() {
        complete(begin(""));
        assertThat(tasks).isEmpty();
        assertThat(queued()).isEqualTo(1);
    }

    @Test
    void unknownSystemPromptIsReadInTheBackground() {
        FakeExchange exchange = harness.exchange();
        harness.request(exchange);
        harness.body(exchange, Conversation.of("").system("You are Ada."));
        complete(exchange);
        assertThat(queued()).isZero();
        read();
        assertThat(queued()).isEqualTo(1);
        assertThat(samples()).as("system prompts are not sampled").isNull();
    }

    @Test
    void rejectedTaskLeavesTextUnreadButRecordsTheExchange() {
        accepting = false;
        complete(begin("what are tides"));
        assertThat(queued()).isEqualTo(1);
        assertThat(harness.context().gauge("stillgate.fingerprint.unread")).isEqualTo(1);
        accepting = true;
        complete(begin("what are neaps"));
        read();
        assertThat(queued()).isEqualTo(2);
        assertThat(samples()).asString().contains("neaps").doesNotContain("tides");
    }

    @Test
    void waitingTextIsBounded() {
        ReadQueue readQueue = new ReadQueue(new PromptReaders(new byte[32]));
        assertThat(readQueue.reserve((int) ReadQueue.MAX_CHARS)).isTrue();
        assertThat(readQueue.reserve(1)).isFalse();
        assertThat(readQueue.refused()).isEqualTo(1);
        readQueue.free(1);
        assertThat(readQueue.reserve(1)).isTrue();
        assertThat(readQueue.reserve(1)).isFalse();
    }
}
