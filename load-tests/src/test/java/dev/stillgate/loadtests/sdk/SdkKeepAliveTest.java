package dev.stillgate.loadtests.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The official Java SDKs read streams with the gateway's comments between their events. */
@Tag("slow")
@Timeout(60)
@Execution(ExecutionMode.CONCURRENT)
class SdkKeepAliveTest {
    private static final String SILENT = "events=2,pace=1300";
    private static final String QUESTION = "Who keeps the light?";
    private static final String TAPPING = "filters: [{name: t, type: tapping}]\n";

    private Target target;

    private void open(String filters) {
        target = GatewayTarget.open(", keepAlive: 1s", filters);
    }

    @AfterEach
    void close() {
        target.close();
    }

    /** Requests a stream without an SDK, whose text shows the comments. */
    private CompletableFuture<String> plain(String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(target.baseUrl() + path))
                .header("x-stub", SILENT)
                .header("x-api-key", "sk-plain")
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return HttpClient.newHttpClient()
                .sendAsync(request, HttpResponse.BodyHandlers.ofString())
                .thenApply(HttpResponse::body);
    }

    private static void assertComments(CompletableFuture<String> stream) {
        assertThat(stream.join().split("(?<=\n)"))
                .filteredOn(": keep-alive\n"::equals)
                .hasSizeGreaterThan(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", TAPPING})
    void anthropicSdkReadsMessages(String filters) {
        open(filters);
        AnthropicClient client = AnthropicOkHttpClient.builder()
                .baseUrl(target.baseUrl())
                .apiKey("sk-check-java")
                .maxRetries(0)
                .build();
        CompletableFuture<String> plain = plain(
                "/v1/messages",
                "{\"model\":\"stub-1\",\"max_tokens\":1000,\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\""
                        + QUESTION + "\"}]}");
        MessageCreateParams ask = MessageCreateParams.builder()
                .model("stub-1")
                .maxTokens(1000)
                .addUserMessage(QUESTION)
                .build();
        MessageAccumulator accumulator = MessageAccumulator.create();
        try (com.anthropic.core.http.StreamResponse<RawMessageStreamEvent> stream = client.messages()
                .createStreaming(
                        ask.toBuilder().putAdditionalHeader("x-stub", SILENT).build())) {
            stream.stream().forEach(accumulator::accumulate);
        }
        Message whole = client.messages().create(ask);
        assertThat(accumulator.message().content().getFirst().asText().text())
                .isEqualTo(whole.content().getFirst().asText().text());
        assertThat(accumulator.message().stopReason()).isEqualTo(whole.stopReason());
        assertComments(plain);
        client.close();
    }

    @Test
    void openAiSdkReadsChatAndResponses() {
        open("");
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(target.baseUrl() + "/v1")
                .apiKey("sk-check-java")
                .maxRetries(0)
                .build();
        CompletableFuture<String> plainChat = plain(
                "/v1/chat/completions",
                "{\"model\":\"stub-1\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"" + QUESTION
                        + "\"}]}");
        CompletableFuture<String> plainResponse =
                plain("/v1/responses", "{\"model\":\"stub-1\",\"stream\":true,\"input\":\"" + QUESTION + "\"}");
        ChatCompletionCreateParams chat = ChatCompletionCreateParams.builder()
                .model("stub-1")
                .addUserMessage(QUESTION)
                .build();
        ChatCompletionAccumulator completion = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream = client.chat()
                .completions()
                .createStreaming(
                        chat.toBuilder().putAdditionalHeader("x-stub", SILENT).build())) {
            stream.stream().forEach(completion::accumulate);
        }
        ChatCompletion wholeChat = client.chat().completions().create(chat);
        assertThat(completion.chatCompletion().choices().getFirst().message().content())
                .isEqualTo(wholeChat.choices().getFirst().message().content());

        ResponseCreateParams question =
                ResponseCreateParams.builder().model("stub-1").input(QUESTION).build();
        ResponseAccumulator response = ResponseAccumulator.create();
        try (StreamResponse<ResponseStreamEvent> stream = client.responses()
                .createStreaming(question.toBuilder()
                        .putAdditionalHeader("x-stub", SILENT)
                        .build())) {
            stream.stream().forEach(response::accumulate);
        }
        Response wholeResponse = client.responses().create(question);
        assertThat(response.response().usage()).isEqualTo(wholeResponse.usage());
        assertThat(response.response().status()).isEqualTo(wholeResponse.status());
        assertComments(plainChat);
        assertComments(plainResponse);
        client.close();
    }
}
