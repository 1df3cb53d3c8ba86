package dev.stillgate.loadtests.stub;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Responses of the stub model in each API. */
class StubModelTest extends StubModelRig {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void messagesAreDeterministicAndHaveUsage() throws Exception {
        JsonNode first = json(post("/v1/messages", MESSAGES, ""));
        JsonNode second = json(post("/v1/messages", MESSAGES, ""));

        assertThat(first.path("content").path(0).path("text").asText()).startsWith("Prompt ");
        assertThat(first.path("content")).isEqualTo(second.path("content"));
        assertThat(first.path("usage").path("input_tokens").asInt()).isPositive();
        assertThat(first.path("usage")).isEqualTo(second.path("usage"));
        assertThat(first.path("stop_reason").asText()).isEqualTo("end_turn");
    }

    @Test
    void structuredOutputIsJsonOfItsSchema() throws Exception {
        String schema = "{'type':'object','properties':{'city':{'type':'string'},'days':{'type':'integer'}}}";
        JsonNode chat = json(post(
                "/v1/chat/completions",
                format(
                        CHAT,
                        "'response_format':{'type':'json_schema'," + "'json_schema':{'name':'n','schema':" + schema
                                + "}}"),
                ""));
        assertThat(JSON.readTree(chat.at("/choices/0/message/content").asText()))
                .isEqualTo(JSON.readTree("{\"city\":\"Tromsø\",\"days\":7}"));
        JsonNode object =
                json(post("/v1/chat/completions", format(CHAT, "'response_format':{'type':'json_object'}"), ""));
        assertThat(JSON.readTree(object.at("/choices/0/message/content").asText())
                        .path("text")
                        .asText())
                .startsWith("Prompt ");
        JsonNode response = json(post(
                "/v1/responses",
                format(
                        "{'model':'stub-1','input':'Where?'}".replace('\'', '"'),
                        "'text':{'format':{'type':'json_schema','name':'n','schema':" + schema + "}}"),
                ""));
        assertThat(JSON.readTree(response.at("/output/0/content/0/text").asText())
                        .path("days")
                        .asInt())
                .isEqualTo(7);
    }

    private static String format(String body, String member) {
        return body.replaceFirst("\\{", "{" + member.replace('\'', '"') + ",");
    }

    @Test
    void geminiIsAnsweredWholeStreamedAndWithATool() throws Exception {
        String prompt = "{'contents':[{'role':'user','parts':[{'text':'Hello'}]}]}".replace('\'', '"');
        JsonNode whole = json(post("/v1beta/models/stub-1:generateContent", prompt, ""));
        String text = whole.at("/candidates/0/content/parts/0/text").asText();
        assertThat(text).startsWith("Prompt ");
        assertThat(whole.at("/candidates/0/finishReason").asText()).isEqualTo("STOP");
        assertThat(whole.at("/usageMetadata/promptTokenCount").asInt()).isPositive();
        StringBuilder streamed = new StringBuilder();
        List<JsonNode> events = events(post("/v1beta/models/stub-1:streamGenerateContent?alt=sse", prompt, ""));
        events.forEach(event ->
                streamed.append(event.at("/candidates/0/content/parts/0/text").asText()));
        assertThat(streamed).hasToString(text);
        assertThat(events.getLast().at("/candidates/0/finishReason").asText()).isEqualTo("STOP");
        assertThat(json(post("/v1beta/models/stub-1:countTokens", prompt, ""))
                        .path("totalTokens")
                        .asInt())
                .isPositive();
        assertThat(json(get("/v1beta/models")).path("models")).hasSize(2);
        String schema = "'generationConfig':{'responseJsonSchema':{'properties':{'days':{'type':'integer'}}}}";
        assertThat(json(post("/v1beta/models/stub-1:generateContent", format(prompt, schema), ""))
                        .at("/candidates/0/content/parts/0/text")
                        .asText())
                .isEqualTo("{\"days\":7}");

        String tools = "{'tools':[{'functionDeclarations':[{'name':'other'},{'name':'shell','parametersJsonSchema':{"
                + "'properties':{'command':{'type':'STRING'},'timeout':{'type':'NUMBER'}},'required':['command']}}]}],"
                + "'contents':[{'role':'user','parts':[{'text':'The weather?'}]}%s]}";
        JsonNode call = json(post(
                        "/v1beta/models/stub-1:generateContent",
                        tools.formatted("").replace('\'', '"'),
                        ""))
                .at("/candidates/0/content/parts/1/functionCall");
        assertThat(call.path("name").asText()).isEqualTo("shell");
        assertThat(call.path("args")).isEqualTo(JSON.readTree("{\"command\":\"echo Tromsø\"}"));
        String result = ",{'role':'model','parts':[{'functionCall':{'name':'shell','args':{}}}]},{'role':'user',"
                + "'parts':[{'functionResponse':{'name':'shell','response':{'output':'rain'}}}]}";
        assertThat(json(post(
                                "/v1beta/models/stub-1:generateContent",
                                tools.formatted(result).replace('\'', '"'),
                                ""))
                        .at("/candidates/0/content/parts/0/text")
                        .asText())
                .isEqualTo("The tool answered: rain");
    }

    @Test
    void responsesComeOverWebSocket() throws Exception {
        BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        WebSocket socket = http.newWebSocketBuilder()
                .buildAsync(
                        URI.create(stub.baseUrl().replace("http", "ws") + "/v1/responses"), new WebSocket.Listener() {
                            @Override
                            public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                                from.request(1);
                                messages.add(data.toString());
                                return null;
                            }
                        })
                .join();
        for (String generate : new String[] {"false", "true"}) {
            socket.sendText(
                    "{\"type\":\"response.create\",\"generate\":" + generate + "," + RESPONSES.substring(1), true);
            JsonNode event = JSON.readTree(messages.take());
            assertThat(event.path("type").asText()).isEqualTo("response.created");
            while (!event.path("type").asText().equals("response.completed")) {
                event = JSON.readTree(messages.take());
            }
            assertThat(event.at("/response/output")).hasSize(generate.equals("true") ? 1 : 0);
        }
        socket.sendText("{\"type\":\"response.create\"}", true);
        assertThat(messages.take()).startsWith("{\"type\":\"error\",\"status\":400,\"error\":{");
        socket.abort();
    }

    @Test
    void streamAddsUpToTheWholeMessage() throws Exception {
        JsonNode whole = json(post("/v1/messages", MESSAGES, ""));
        List<JsonNode> events = events(post("/v1/messages", streamed(MESSAGES), "events=20"));

        StringBuilder text = new StringBuilder();
        for (JsonNode event : events) {
            text.append(event.path("delta").path("text").asText(""));
        }
        assertThat(text.toString())
                .isEqualTo(whole.path("content").path(0).path("text").asText());
        assertThat(events.stream().filter(e -> e.path("type").asText().equals("content_block_delta")))
                .hasSize(20);
        assertThat(events.getFirst().path("message").path("usage").path("input_tokens"))
                .isEqualTo(whole.path("usage").path("input_tokens"));
        assertThat(events.getLast().path("type").asText()).isEqualTo("message_stop");
        assertThat(events.get(events.size() - 2).path("usage").path("output_tokens"))
                .isEqualTo(whole.path("usage").path("output_tokens"));
    }

    @Test
    void chatStreamHasAllChoicesAndRequestedUsage() throws Exception {
        String body = CHAT.replaceFirst(
                "\\{", "{\"stream\":true,\"n\":2,\"logprobs\":true,\"stream_options\":{\"include_usage\":true},");
        HttpResponse<byte[]> response = post("/v1/chat/completions", body, "");
        List<JsonNode> chunks = events(response);

        String[] text = {"", ""};
        for (JsonNode chunk : chunks) {
            for (JsonNode choice : chunk.path("choices")) {
                text[choice.path("index").asInt()] +=
                        choice.path("delta").path("content").asText("");
            }
        }
        JsonNode whole = json(post("/v1/chat/completions", CHAT, ""));
        assertThat(text)
                .containsOnly(whole.path("choices")
                        .path(0)
                        .path("message")
                        .path("content")
                        .asText());
        assertThat(chunks.getLast().path("choices")).isEmpty();
        assertThat(chunks.getLast().path("usage").path("completion_tokens").asInt())
                .isEqualTo(2 * whole.path("usage").path("completion_tokens").asInt());
        assertThat(new String(response.body(), StandardCharsets.UTF_8)).endsWith("data: [DONE]\n\n");
    }

    @Test
    void responsesStreamIsNumberedAndEndsWithTheStoredObject() throws Exception {
        List<JsonNode> events = events(post("/v1/responses", streamed(RESPONSES), ""));

        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).path("sequence_number").asInt()).isEqualTo(i);
        }
        JsonNode last = events.getLast();
        assertThat(last.path("type").asText()).isEqualTo("response.completed");
        String id = last.path("response").path("id").asText();
        assertThat(json(get("/v1/responses/" + id))).isEqualTo(last.path("response"));
    }

    @Test
    void backgroundResponseIsPolled() throws Exception {
        JsonNode queued = json(post("/v1/responses", RESPONSES.replaceFirst("\\{", "{\"background\":true,"), ""));
        String path = "/v1/responses/" + queued.path("id").asText();

        assertThat(queued.path("status").asText()).isEqualTo("queued");
        assertThat(json(get(path)).path("status").asText()).isEqualTo("in_progress");
        assertThat(json(get(path)).path("status").asText()).isEqualTo("completed");
    }

    @Test
    void unstoredResponseIsNotFound() throws Exception {
        JsonNode response = json(post("/v1/responses", RESPONSES.replaceFirst("\\{", "{\"store\":false,"), ""));

        assertThat(get("/v1/responses/" + response.path("id").asText()).statusCode())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/messages|{'max_tokens':99,'tools':[{'name':'get_weather','input_schema':{'properties':{'city':{'type':'string'}}}}],"
                        + "'messages':[{'role':'user','content':'The weather?'}]}|get_weather",
                "/v1/chat/completions|{'tools':[{'type':'function','function':{'name':'get_weather','parameters':{}}}],"
                        + "'messages':[{'role':'user','content':'The weather?'}]}|tool_calls",
                "/v1/responses|{'tools':[{'type':'function','name':'get_weather','parameters':{}}],'input':'The weather?'}|function_call",
            })
    void weatherPromptCallsTheTool(String path, String body, String expected) throws Exception {
        String json = body.replace('\'', '"');

        assertThat(text(post(path, json, ""))).contains(expected);
        assertThat(text(post(path, streamed(json), ""))).contains(expected);
    }

    @Test
    void toolResultIsAnsweredInText() throws Exception {
        String body = """
                {"model":"m","max_tokens":99,"tools":[{"name":"get_weather","input_schema":{}}],"messages":[
                 {"role":"user","content":"The weather?"},
                 {"role":"assistant","content":[{"type":"tool_use","id":"t","name":"get_weather","input":{}}]},
                 {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"snow"}]}]}
                """;
        JsonNode message = json(post("/v1/messages", body, ""));

        assertThat(message.path("content").path(0).path("text").asText()).isEqualTo("The tool answered: snow");
        assertThat(message.path("stop_reason").asText()).isEqualTo("end_turn");
    }

    @Test
    void batchHasOneResultPerRequest() throws Exception {
        String requests = "{\"requests\":[{\"custom_id\":\"a\",\"params\":" + MESSAGES
                + "},{\"custom_id\":\"b\",\"params\":" + MESSAGES + "}]}";
        String id = json(post("/v1/messages/batches", requests, "")).path("id").asText();
        JsonNode batch = json(get("/v1/messages/batches/" + id));
        String[] lines = text(http.send(
                        HttpRequest.newBuilder(
                                        URI.create(batch.path("results_url").asText()))
                                .build(),
                        BodyHandlers.ofByteArray()))
                .split("\n");

        assertThat(batch.path("processing_status").asText()).isEqualTo("ended");
        assertThat(lines).hasSize(2);
        assertThat(MAPPER.readTree(lines[1]).path("custom_id").asText()).isEqualTo("b");
    }

    @Test
    void countTokensAgreesWithTheAnswersUsage() throws Exception {
        assertThat(json(post("/v1/messages/count_tokens", MESSAGES, "")).path("input_tokens"))
                .isEqualTo(
                        json(post("/v1/messages", MESSAGES, "")).path("usage").path("input_tokens"));
    }
}
