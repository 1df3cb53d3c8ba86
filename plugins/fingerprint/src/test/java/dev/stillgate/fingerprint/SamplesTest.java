package dev.stillgate.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.AdminAction;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FilterHarness;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class SamplesTest {
    private static final String TEXT = "Ask ann@mail.example or call 0171 5550199 about \"the red file\" at "
            + "https://x.example/9 and explain `x = 1`, then sum up";
    private static final String REDACTED = "ask […] or call […] about […] at […] and explain […] then sum up";

    private final FilterHarness<FingerprintPolicy> harness = new FilterHarness<>(new FingerprintFactory());

    private void send(String text) {
        FakeExchange exchange = harness.exchange();
        harness.request(exchange);
        harness.body(exchange, FakeBody.chat(text));
        harness.served(exchange, 200);
        harness.ticker().advance(Duration.ofSeconds(1));
    }

    private List<?> samples() {
        Object samples = assertThat(harness.context().shows("accounts", "a-1"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .actual()
                .get("samples");
        return samples == null ? List.of() : (List<?>) samples;
    }

    private void pinToWatched() {
        harness.context().does("accounts", "standing", "a-1", Map.of("standing", "marked"));
    }

    @Test
    void textIsNotKeptByDefault() {
        harness.policy(Policies.DEFAULT);
        pinToWatched();
        send(TEXT);
        assertThat(samples()).isEmpty();
    }

    @Test
    void textOfClearAccountsIsNotKept() {
        harness.policy(Policies.sampling(2));
        send(TEXT);
        assertThat(samples()).isEmpty();
    }

    @Test
    void newestTextsOfAWatchedAccountAreKeptRedacted() {
        harness.policy(Policies.sampling(2));
        pinToWatched();
        send("one first question");
        send(TEXT);
        send("word ".repeat(1000));
        assertThat(samples()).hasSize(2);
        assertThat(samples().getFirst()).isEqualTo(REDACTED);
        assertThat(samples().getLast()).asString().hasSize(500).startsWith("word word");
    }

    @Test
    void everyEighthPromptAboveTheRateIsRead() {
        harness.policy(Policies.sampling(20));
        pinToWatched();
        for (int i = 0; i < 5; i++) {
            send("word ".repeat(12_000));
        }
        for (int i = 0; i < 16; i++) {
            send("question " + "again ".repeat(i + 1));
        }
        assertThat(samples().subList(5, samples().size()))
                .isEqualTo(List.of(
                        "question " + "again ".repeat(8).strip(),
                        "question " + "again ".repeat(16).strip()));
        assertThat(harness.context().gauge("stillgate.fingerprint.skimmed")).isEqualTo(14);
    }

    @Test
    void samplesAreDeletedWhenDisabled() {
        harness.policy(Policies.sampling(2));
        pinToWatched();
        send(TEXT);
        harness.policy(Policies.DEFAULT);
        harness.ticker().advance(Duration.ofSeconds(1));
        assertThat(samples()).isEmpty();
    }

    @Test
    void samplesAreErasedWithTheAccount() {
        harness.policy(Policies.sampling(2));
        pinToWatched();
        send(TEXT);
        assertThat(samples()).hasSize(1);
        harness.context().does("accounts", AdminAction.ERASE, "a-1", Map.of());
        pinToWatched();
        assertThat(samples()).isEmpty();
    }
}
