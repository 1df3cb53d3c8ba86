package dev.stillgate.loadtests.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.InternalServerException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.errors.PermissionDeniedException;
import com.anthropic.errors.RateLimitException;
import com.anthropic.errors.SseException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.ContentBlock;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.ToolUseBlock;
import com.anthropic.models.messages.batches.BatchCreateParams;
import com.anthropic.models.messages.batches.MessageBatch;
import com.anthropic.models.messages.batches.MessageBatchIndividualResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Contract of the official Anthropic Java SDK, with or without a gateway in front of the model. */
@Timeout(60)
abstract class AnthropicSdkContract {
    private final List<AnthropicClient> clients = new ArrayList<>();
    private Target target;
    private AnthropicClient client;

    protected abstract Target open();

    @BeforeEach
    void start() {
        target = open();
        client = client("sk-check-java", 0);
    }

    @AfterEach
    void stop() {
        clients.forEach(AnthropicClient::close);
        target.close();
    }

    @Test
    void messageIsCreated() {
        Message message = client.messages().create(question().build());

        assertThat(text(message)).startsWith("Prompt ");
        assertThat(message.stopReason()).contains(StopReason.END_TURN);
        assertThat(message.usage().inputTokens()).isPositive();
        assertThat(message.usage().outputTokens()).isPositive();
    }

    @Test
    void accumulatedStreamEqualsTheWholeMessage() {
        Message whole = client.messages().create(question().build());
        Message streamed = accumulate(question().putAdditionalHeader("x-stub", "events=40,pace=2"));

        assertThat(text(streamed)).isEqualTo(text(whole));
        assertThat(streamed.stopReason()).isEqualTo(whole.stopReason());
        assertThat(streamed.usage().inputTokens()).isEqualTo(whole.usage().inputTokens());
        assertThat(streamed.usage().outputTokens()).isEqualTo(whole.usage().outputTokens());
    }

    @Test
    void toolUseCompletesARoundTrip() {
        MessageCreateParams ask = params().addTool(weather())
                .addUserMessage("What is the weather?")
                .build();
        toolUseCompletesARoundTrip(ask, client.messages().create(ask));
        toolUseCompletesARoundTrip(ask, accumulate(ask.toBuilder()));
    }

    @Test
    void countTokensAgreesWithTheUsage() {
        MessageCountTokensParams prompt = MessageCountTokensParams.builder()
                .model("stub-1")
                .addUserMessage("Who keeps the light?")
                .build();

        assertThat(client.messages().countTokens(prompt).inputTokens())
                .isEqualTo(client.messages().create(question().build()).usage().inputTokens());
    }

    @Test
    void batchHasResultsAfterItsEnd() {
        BatchCreateParams.Builder batch = BatchCreateParams.builder();
        for (String id : List.of("a", "b")) {
            batch.addRequest(BatchCreateParams.Request.builder()
                    .customId(id)
                    .params(BatchCreateParams.Request.Params.builder()
                            .model("stub-1")
                            .maxTokens(100)
                            .addUserMessage("Who keeps the light?")
                            .build())
                    .build());
        }
        String id = client.messages().batches().create(batch.build()).id();
        MessageBatch.ProcessingStatus status =
                client.messages().batches().retrieve(id).processingStatus();
        List<String> ids = new ArrayList<>();
        try (StreamResponse<MessageBatchIndividualResponse> results =
                client.messages().batches().resultsStreaming(id)) {
            results.stream().forEach(result -> ids.add(result.customId()));
        }

        assertThat(status).isEqualTo(MessageBatch.ProcessingStatus.ENDED);
        assertThat(ids).containsExactly("a", "b");
    }

    @Test
    void errorsAreSdkExceptions() {
        Map<Integer, Class<? extends AnthropicServiceException>> types = Map.of(
                401, UnauthorizedException.class,
                403, PermissionDeniedException.class,
                404, NotFoundException.class,
                429, RateLimitException.class,
                500, InternalServerException.class);
        types.forEach((status, type) -> assertThatThrownBy(() -> client.messages()
                        .create(question()
                                .putAdditionalHeader("x-stub", "status=" + status)
                                .build()))
                .isInstanceOfSatisfying(type, e -> assertThat(e.statusCode()).isEqualTo(status.intValue())));
    }

    @Test
    void invalidKeyIsRefusedByTheModel() {
        AnthropicClient unauthorized = client("invalid-key", 0);
        assertThatThrownBy(() -> unauthorized.messages().create(question().build()))
                .isInstanceOf(UnauthorizedException.class);
    }

    @Test
    void status429IsRetriedAfterRetryAfter() {
        AnthropicClient patient = client("sk-check-java", 2);
        long from = System.nanoTime();
        Message message = patient.messages()
                .create(question()
                        .putAdditionalHeader("x-stub", "status=429,once,retry-after=1")
                        .build());

        assertThat(text(message)).startsWith("Prompt ");
        assertThat(Duration.ofNanos(System.nanoTime() - from)).isGreaterThan(Duration.ofMillis(990));
        assertThat(target.stub().stats().requests("POST /v1/messages")).isEqualTo(2);
    }

    @Test
    void errorEventIsAnException() {
        assertThatThrownBy(() -> accumulate(question().putAdditionalHeader("x-stub", "error-event=4")))
                .isInstanceOf(SseException.class)
                .hasMessageContaining("Overloaded");
    }

    @Test
    void truncatedStreamIsAnException() {
        assertThatThrownBy(() -> accumulate(question().putAdditionalHeader("x-stub", "cut=4")))
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void closedStreamCancelsTheUpstream() throws InterruptedException {
        MessageCreateParams slow = question()
                .maxTokens(100_000)
                .putAdditionalHeader("x-stub", "events=1000,pace=20")
                .build();
        try (StreamResponse<RawMessageStreamEvent> stream = client.messages().createStreaming(slow)) {
            Iterator<RawMessageStreamEvent> events = stream.stream().iterator();
            for (int i = 0; i < 3; i++) {
                assertThat(events.next().isValid()).isTrue();
            }
        }

        assertThat(target.eventually(stats -> stats.cancelledStreams() == 1)).isTrue();
        assertThat(target.stub().stats().openStreams()).isZero();
    }

    private void toolUseCompletesARoundTrip(MessageCreateParams ask, Message first) {
        ToolUseBlock call = first.content().stream()
                .flatMap(block -> block.toolUse().stream())
                .findFirst()
                .orElseThrow();
        assertThat(first.stopReason()).contains(StopReason.TOOL_USE);
        assertThat(call.name()).isEqualTo("get_weather");
        assertThat(call._input()).isEqualTo(JsonValue.from(Map.of("city", "Tromsø")));

        ToolResultBlockParam result = ToolResultBlockParam.builder()
                .toolUseId(call.id())
                .content("snow")
                .build();
        Message second = client.messages()
                .create(ask.toBuilder()
                        .addMessage(first)
                        .addUserMessageOfContentBlockParams(List.of(ContentBlockParam.ofToolResult(result)))
                        .build());
        assertThat(text(second)).isEqualTo("The tool answered: snow");
    }

    private Message accumulate(MessageCreateParams.Builder params) {
        MessageAccumulator accumulator = MessageAccumulator.create();
        try (StreamResponse<RawMessageStreamEvent> stream = client.messages().createStreaming(params.build())) {
            stream.stream().forEach(accumulator::accumulate);
        }
        return accumulator.message();
    }

    private AnthropicClient client(String key, int retries) {
        AnthropicClient made = AnthropicOkHttpClient.builder()
                .baseUrl(target.baseUrl())
                .apiKey(key)
                .maxRetries(retries)
                .timeout(Duration.ofSeconds(20))
                .build();
        clients.add(made);
        return made;
    }

    private static Tool weather() {
        Tool.InputSchema.Properties properties = Tool.InputSchema.Properties.builder()
                .putAdditionalProperty("city", JsonValue.from(Map.of("type", "string")))
                .build();
        return Tool.builder()
                .name("get_weather")
                .inputSchema(Tool.InputSchema.builder().properties(properties).build())
                .build();
    }

    private static MessageCreateParams.Builder params() {
        return MessageCreateParams.builder().model("stub-1").maxTokens(1000);
    }

    private static MessageCreateParams.Builder question() {
        return params().addUserMessage("Who keeps the light?");
    }

    private static String text(Message message) {
        StringBuilder text = new StringBuilder();
        for (ContentBlock block : message.content()) {
            block.text().ifPresent(part -> text.append(part.text()));
        }
        return text.toString();
    }
}
