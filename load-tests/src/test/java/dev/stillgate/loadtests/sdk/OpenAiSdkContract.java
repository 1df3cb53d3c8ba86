package dev.stillgate.loadtests.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.PermissionDeniedException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Contract of the official OpenAI Java SDK, with or without a gateway in front of the model. */
@Timeout(60)
abstract class OpenAiSdkContract {
    private static final Map<String, Object> CITY = Map.of("city", Map.of("type", "string"));
    private final List<OpenAIClient> clients = new ArrayList<>();
    private Target target;
    private OpenAIClient client;

    protected abstract Target open();

    @BeforeEach
    void start() {
        target = open();
        client = client("sk-check-java", 0);
    }

    @AfterEach
    void stop() {
        clients.forEach(OpenAIClient::close);
        target.close();
    }

    @Test
    void chatHasTwoChoicesAndLogprobs() {
        ChatCompletion completion =
                client.chat().completions().create(chat().n(2).logprobs(true).build());

        assertThat(completion.choices()).hasSize(2);
        assertThat(content(completion)).startsWith("Prompt ");
        assertThat(completion.choices().getFirst().finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
        assertThat(completion.choices().getFirst().logprobs()).isPresent();
        assertThat(completion.usage().orElseThrow().totalTokens()).isPositive();
    }

    @Test
    void accumulatedChatStreamEqualsTheWholeCompletion() {
        ChatCompletion whole = client.chat().completions().create(chat().build());
        ChatCompletion streamed = accumulate(chat().streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .putAdditionalHeader("x-stub", "events=40,pace=2"));

        assertThat(content(streamed)).isEqualTo(content(whole));
        assertThat(streamed.usage()).isEqualTo(whole.usage());
    }

    @Test
    void chatStreamHasUsageOnlyOnRequest() {
        List<ChatCompletionChunk> chunks = new ArrayList<>();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(chat().build())) {
            stream.stream().forEach(chunks::add);
        }
        assertThat(chunks)
                .hasSizeGreaterThan(2)
                .allMatch(chunk -> !chunk.choices().isEmpty() && chunk.usage().isEmpty());
        assertThat(content(accumulate(chat())))
                .isEqualTo(content(client.chat().completions().create(chat().build())));
    }

    @Test
    void chatToolCallCompletesARoundTrip() {
        FunctionParameters parameters = FunctionParameters.builder()
                .putAdditionalProperty("type", JsonValue.from("object"))
                .putAdditionalProperty("properties", JsonValue.from(CITY))
                .build();
        ChatCompletionCreateParams ask = ChatCompletionCreateParams.builder()
                .model("stub-1")
                .addUserMessage("What is the weather?")
                .addFunctionTool(FunctionDefinition.builder()
                        .name("get_weather")
                        .parameters(parameters)
                        .build())
                .build();
        chatToolCallCompletesARoundTrip(ask, client.chat().completions().create(ask));
        chatToolCallCompletesARoundTrip(ask, accumulate(ask.toBuilder()));
    }

    @Test
    void responseIsCreatedAndRetrieved() {
        Response response = client.responses().create(question().build());
        Response stored = client.responses().retrieve(response.id());

        assertThat(text(response)).startsWith("Prompt ");
        assertThat(response.status()).contains(ResponseStatus.COMPLETED);
        assertThat(stored).isEqualTo(response);
    }

    @Test
    void accumulatedResponseStreamEqualsTheWholeResponse() {
        Response whole = client.responses().create(question().build());
        Response streamed = respond(question().putAdditionalHeader("x-stub", "events=40,pace=2"));

        assertThat(text(streamed)).isEqualTo(text(whole));
        assertThat(streamed.usage()).isEqualTo(whole.usage());
        assertThat(client.responses().retrieve(streamed.id())).isEqualTo(streamed);
    }

    @Test
    void responsesFunctionCallCompletesARoundTrip() {
        FunctionTool.Parameters parameters = FunctionTool.Parameters.builder()
                .putAdditionalProperty("type", JsonValue.from("object"))
                .putAdditionalProperty("properties", JsonValue.from(CITY))
                .build();
        ResponseCreateParams ask = ResponseCreateParams.builder()
                .model("stub-1")
                .addTool(FunctionTool.builder()
                        .name("get_weather")
                        .parameters(parameters)
                        .strict(false)
                        .build())
                .input("What is the weather?")
                .build();
        Response first = respond(ask.toBuilder());
        ResponseFunctionToolCall call = first.output().stream()
                .flatMap(item -> item.functionCall().stream())
                .findFirst()
                .orElseThrow();
        assertThat(call.arguments()).isEqualTo("{\"city\":\"Tromsø\"}");

        ResponseInputItem result = ResponseInputItem.ofFunctionCallOutput(ResponseInputItem.FunctionCallOutput.builder()
                .callId(call.callId())
                .output("snow")
                .build());
        Response second = client.responses()
                .create(ask.toBuilder()
                        .previousResponseId(first.id())
                        .inputOfResponse(List.of(result))
                        .build());
        assertThat(text(second)).isEqualTo("The tool answered: snow");
    }

    @Test
    void backgroundResponseIsPolled() {
        Response response =
                client.responses().create(question().background(true).build());
        assertThat(response.status()).contains(ResponseStatus.QUEUED);
        for (int polls = 0; polls < 5 && !response.status().equals(Optional.of(ResponseStatus.COMPLETED)); polls++) {
            response = client.responses().retrieve(response.id());
        }
        assertThat(response.status()).contains(ResponseStatus.COMPLETED);
    }

    @Test
    void errorsAreSdkExceptions() {
        Map<Integer, Class<? extends OpenAIServiceException>> types = Map.of(
                401, UnauthorizedException.class,
                403, PermissionDeniedException.class,
                404, NotFoundException.class,
                429, RateLimitException.class,
                500, InternalServerException.class);
        types.forEach((status, type) -> {
            String words = "status=" + status;
            assertThatThrownBy(() -> client.chat()
                            .completions()
                            .create(chat().putAdditionalHeader("x-stub", words).build()))
                    .isInstanceOf(type);
            assertThatThrownBy(() -> client.responses()
                            .create(question()
                                    .putAdditionalHeader("x-stub", words)
                                    .build()))
                    .isInstanceOf(type);
        });
    }

    @Test
    void invalidKeyIsRefusedByTheModel() {
        OpenAIClient unauthorized = client("invalid-key", 0);
        assertThatThrownBy(() -> unauthorized.responses().create(question().build()))
                .isInstanceOf(UnauthorizedException.class);
    }

    @Test
    void status429IsRetriedAfterRetryAfter() {
        OpenAIClient patient = client("sk-check-java", 2);
        long from = System.nanoTime();
        ChatCompletion completion = patient.chat()
                .completions()
                .create(chat().putAdditionalHeader("x-stub", "status=429,once,retry-after=1")
                        .build());

        assertThat(content(completion)).startsWith("Prompt ");
        assertThat(Duration.ofNanos(System.nanoTime() - from)).isGreaterThan(Duration.ofMillis(990));
        assertThat(target.stub().stats().requests("POST /v1/chat/completions")).isEqualTo(2);
    }

    @Test
    void errorEventIsAnException() {
        assertThatThrownBy(() -> accumulate(chat().putAdditionalHeader("x-stub", "error-event=4")))
                .isInstanceOf(OpenAIServiceException.class);
    }

    @Test
    void truncatedStreamIsAnException() {
        assertThatThrownBy(() -> accumulate(chat().putAdditionalHeader("x-stub", "cut=4")))
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void closedStreamCancelsTheUpstream() throws InterruptedException {
        ResponseCreateParams slow =
                question().putAdditionalHeader("x-stub", "events=1000,pace=20").build();
        try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(slow)) {
            Iterator<ResponseStreamEvent> events = stream.stream().iterator();
            for (int i = 0; i < 3; i++) {
                assertThat(events.next().isValid()).isTrue();
            }
        }

        assertThat(target.eventually(stats -> stats.cancelledStreams() == 1)).isTrue();
        assertThat(target.stub().stats().openStreams()).isZero();
    }

    private void chatToolCallCompletesARoundTrip(ChatCompletionCreateParams ask, ChatCompletion first) {
        ChatCompletion.Choice choice = first.choices().getFirst();
        ChatCompletionMessageFunctionToolCall call =
                choice.message().toolCalls().orElseThrow().getFirst().asFunction();
        assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
        assertThat(call.function().name()).isEqualTo("get_weather");
        assertThat(call.function().arguments()).isEqualTo("{\"city\":\"Tromsø\"}");

        ChatCompletion second = client.chat()
                .completions()
                .create(ask.toBuilder()
                        .addMessage(choice.message())
                        .addMessage(ChatCompletionToolMessageParam.builder()
                                .toolCallId(call.id())
                                .content("snow")
                                .build())
                        .build());
        assertThat(content(second)).isEqualTo("The tool answered: snow");
    }

    private ChatCompletion accumulate(ChatCompletionCreateParams.Builder params) {
        ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(params.build())) {
            stream.stream().forEach(accumulator::accumulate);
        }
        return accumulator.chatCompletion();
    }

    private Response respond(ResponseCreateParams.Builder params) {
        ResponseAccumulator accumulator = ResponseAccumulator.create();
        try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(params.build())) {
            stream.stream().forEach(accumulator::accumulate);
        }
        return accumulator.response();
    }

    private OpenAIClient client(String key, int retries) {
        OpenAIClient made = OpenAIOkHttpClient.builder()
                .baseUrl(target.baseUrl() + "/v1")
                .apiKey(key)
                .maxRetries(retries)
                .timeout(Duration.ofSeconds(20))
                .build();
        clients.add(made);
        return made;
    }

    private static ChatCompletionCreateParams.Builder chat() {
        return ChatCompletionCreateParams.builder().model("stub-1").addUserMessage("Who keeps the light?");
    }

    private static ResponseCreateParams.Builder question() {
        return ResponseCreateParams.builder().model("stub-1").input("Who keeps the light?");
    }

    private static String content(ChatCompletion completion) {
        return completion.choices().getFirst().message().content().orElse("");
    }

    private static String text(Response response) {
        StringBuilder text = new StringBuilder();
        response.output().stream()
                .flatMap(item -> item.message().stream())
                .flatMap(message -> message.content().stream())
                .forEach(part -> part.outputText().ifPresent(piece -> text.append(piece.text())));
        return text.toString();
    }
}
