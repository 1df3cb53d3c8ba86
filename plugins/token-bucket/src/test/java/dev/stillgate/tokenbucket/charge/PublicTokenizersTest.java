package dev.stillgate.tokenbucket.charge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Provider;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.tokenbucket.bucket.Reservation;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
final class PublicTokenizersTest {
    private final PublicTokenizers tokenizers = new PublicTokenizers();

    private static FakeBody.Prompt prompt(@Nullable String model, String text) {
        return FakeBody.chat(text).provider(Provider.OPENAI).model(model);
    }

    @Test
    void countEqualsThatOfTheModelsTokenizer() {
        // Two tokens of text, three for the message and three for the response.
        assertThat(tokenizers.count(prompt("gpt-4o-mini", "hello world"))).isEqualTo(2 + 3 + 3);
        assertThat(tokenizers.count(prompt("gpt-3.5-turbo", "hello world"))).isEqualTo(2 + 3 + 3);
        // The older tokenizer needs more for other scripts.
        String chinese = "\u4f60\u597d\uff0c\u4e16\u754c\uff0c\u4eca\u5929\u5929\u6c14\u5f88\u597d";
        assertThat(tokenizers.count(prompt("gpt-4", chinese)))
                .isGreaterThan(tokenizers.count(prompt("gpt-4o", chinese)));
    }

    @Test
    void unsupportedPromptsAreUnknown() {
        assertThat(tokenizers.count(prompt("gpt-4o", "hello").provider(Provider.ANTHROPIC)))
                .isEqualTo(PublicTokenizers.UNKNOWN);
        assertThat(tokenizers.count(prompt("llama-3", "hello"))).isEqualTo(PublicTokenizers.UNKNOWN);
        assertThat(tokenizers.count(prompt(null, "hello"))).isEqualTo(PublicTokenizers.UNKNOWN);
        assertThat(tokenizers.count(prompt("gpt-4o", "a ".repeat(PublicTokenizers.MAX_LENGTH))))
                .isEqualTo(PublicTokenizers.UNKNOWN);
    }

    @Test
    void tokenizerPolicyFallsBackToTheEstimate() {
        PromptCounter counter = PromptCounter.of(TokenBucketPolicy.PromptCount.TOKENIZER);
        Reservation reservation = new Reservation();
        reservation.reset();
        counter.addPrompt(prompt("gpt-4o", "hello world").inputTokens(99), reservation);
        assertThat(reservation.input).isEqualTo(8);
        counter.addPrompt(prompt("claude", "hello world").inputTokens(99), reservation);
        assertThat(reservation.input).isEqualTo(99);
    }
}
