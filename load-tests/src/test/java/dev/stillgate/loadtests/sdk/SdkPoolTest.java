package dev.stillgate.loadtests.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.models.messages.MessageCreateParams;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.responses.ResponseCreateParams;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A refusal of a pooled account is the SDK's rate limit exception with the request to verify, and the SDK does not wait
 * for the pool's refill.
 */
@Timeout(60)
class SdkPoolTest {
    private static final String KEY = "sk-check-java";
    private static final String SENTENCE = "This account shares a limit with linked accounts until it is verified."
            + " Verify it at https://example.com/verify, or try again in ";
    private static final String FILTERS = """
            filters:
              - {name: links, type: pooling}
              - name: limits
                type: token-bucket
                config:
                  limits: [{name: requests, measure: requests, capacity: 100, refill: 100/1m}]
                  pool: {requests: 1/1d}
                  verify: {url: "https://example.com/verify"}
            """;

    private GatewayTarget target;

    @BeforeEach
    void start() {
        target = GatewayTarget.open(FILTERS);
    }

    @AfterEach
    void stop() {
        target.close();
    }

    @Test
    void anthropicSdkRaisesItsRateLimitException() {
        MessageCreateParams ask = MessageCreateParams.builder()
                .model("stub-1")
                .maxTokens(50)
                .addUserMessage("Who keeps the light?")
                .build();
        AnthropicClient client = AnthropicOkHttpClient.builder()
                .baseUrl(target.baseUrl())
                .apiKey(KEY)
                .maxRetries(3)
                .timeout(Duration.ofSeconds(20))
                .build();
        try {
            assertThat(client.messages().create(ask).id()).isNotEmpty();
            var refusal = catchThrowableOfType(
                    com.anthropic.errors.RateLimitException.class,
                    () -> client.messages().create(ask));
            assertThat(refusal.headers().values("x-stillgate-code")).containsExactly("account_unverified");
            assertThat(refusal.body().toString()).contains("rate_limit_error", SENTENCE);
            assertThat(target.stub().stats().requests("POST /v1/messages")).isEqualTo(1);
        } finally {
            client.close();
        }
    }

    @Test
    void openAiSdkRaisesItsRateLimitExceptionWithTheCode() {
        ChatCompletionCreateParams chat = ChatCompletionCreateParams.builder()
                .model("stub-1")
                .addUserMessage("Who keeps the light?")
                .build();
        ResponseCreateParams response = ResponseCreateParams.builder()
                .model("stub-1")
                .input("Who keeps the light?")
                .build();
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(target.baseUrl() + "/v1")
                .apiKey(KEY)
                .maxRetries(3)
                .timeout(Duration.ofSeconds(20))
                .build();
        try {
            assertThat(client.chat().completions().create(chat).id()).isNotEmpty();
            refused(() -> client.chat().completions().create(chat));
            refused(() -> client.responses().create(response));
        } finally {
            client.close();
        }
    }

    private static void refused(Runnable request) {
        var refusal = catchThrowableOfType(com.openai.errors.RateLimitException.class, request::run);
        assertThat(refusal.code()).contains("account_unverified");
        assertThat(refusal.headers().values("x-stillgate-code")).containsExactly("account_unverified");
        assertThat(refusal.body().toString()).contains(SENTENCE);
    }
}
