package dev.stillgate.loadtests.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.models.messages.MessageCreateParams;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.stillgate.loadtests.GatewayFiles;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A refusal of the token bucket is the SDK's rate limit exception, and its retry succeeds after the refill. */
@Tag("slow")
@Timeout(60)
class SdkRateLimitTest {
    /**
     * The first request of a key is charged to the address, since the key may be forged, the next one to the account.
     */
    private static final int TO_EMPTY_ALL = 4;

    private GatewayTarget target;

    @BeforeEach
    void start() {
        target = GatewayTarget.open(GatewayFiles.both("capacity: 1, refill: 1/2s"));
    }

    @AfterEach
    void stop() {
        target.close();
    }

    @Test
    void anthropicSdkRetriesAfterTheRefill() {
        MessageCreateParams ask = MessageCreateParams.builder()
                .model("stub-1")
                .maxTokens(50)
                .addUserMessage("Who keeps the light?")
                .build();
        try (Closing<AnthropicClient> hasty = new Closing<>(anthropic(0), AnthropicClient::close);
                Closing<AnthropicClient> patient = new Closing<>(anthropic(3), AnthropicClient::close)) {
            com.anthropic.errors.RateLimitException refusal = refusal(
                    com.anthropic.errors.RateLimitException.class,
                    () -> hasty.client().messages().create(ask));
            assertThat(refusal.headers().values("retry-after")).containsAnyOf("1", "2");
            assertThat(refusal.headers().values("anthropic-ratelimit-requests-limit"))
                    .containsExactly("1");
            assertThat(refusal.body().toString()).contains("rate_limit_error");
            retried("POST /v1/messages", () -> patient.client().messages().create(ask));
        }
    }

    @Test
    void openAiSdkRetriesAfterTheRefill() {
        ChatCompletionCreateParams ask = ChatCompletionCreateParams.builder()
                .model("stub-1")
                .addUserMessage("Who keeps the light?")
                .build();
        try (Closing<OpenAIClient> hasty = new Closing<>(openAi(0), OpenAIClient::close);
                Closing<OpenAIClient> patient = new Closing<>(openAi(3), OpenAIClient::close)) {
            com.openai.errors.RateLimitException refusal = refusal(
                    com.openai.errors.RateLimitException.class,
                    () -> hasty.client().chat().completions().create(ask));
            assertThat(refusal.headers().values("retry-after")).containsAnyOf("1", "2");
            assertThat(refusal.headers().values("x-ratelimit-limit-requests")).containsExactly("1");
            assertThat(refusal.code()).contains("rate_limit_exceeded");
            retried(
                    "POST /v1/chat/completions",
                    () -> patient.client().chat().completions().create(ask));
        }
    }

    private record Closing<C>(C client, java.util.function.Consumer<C> how) implements AutoCloseable {
        @Override
        public void close() {
            how.accept(client);
        }
    }

    private static <E extends RuntimeException> E refusal(Class<E> type, Runnable request) {
        for (int i = 0; i < TO_EMPTY_ALL; i++) {
            try {
                request.run();
            } catch (RuntimeException e) {
                return type.cast(e);
            }
        }
        throw new AssertionError("never refused");
    }

    /** With an empty bucket, the first attempt is refused by the gateway and a later one reaches the model. */
    private void retried(String counted, Runnable request) {
        long before = target.stub().stats().requests(counted);
        long from = System.nanoTime();
        request.run();

        assertThat(Duration.ofNanos(System.nanoTime() - from)).isGreaterThan(Duration.ofMillis(900));
        assertThat(target.stub().stats().requests(counted)).isEqualTo(before + 1);
    }

    private AnthropicClient anthropic(int retries) {
        return AnthropicOkHttpClient.builder()
                .baseUrl(target.baseUrl())
                .apiKey("sk-check-java")
                .maxRetries(retries)
                .timeout(Duration.ofSeconds(20))
                .build();
    }

    private OpenAIClient openAi(int retries) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(target.baseUrl() + "/v1")
                .apiKey("sk-check-java")
                .maxRetries(retries)
                .timeout(Duration.ofSeconds(20))
                .build();
    }
}
