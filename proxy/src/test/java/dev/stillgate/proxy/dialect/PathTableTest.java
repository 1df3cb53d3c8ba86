package dev.stillgate.proxy.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.dialect.provider.ApiPath;
import dev.stillgate.proxy.dialect.provider.Dialect;
import dev.stillgate.proxy.dialect.provider.PathMatch;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Usage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The paths of the three API references and the gateway's treatment of their responses, one row per method and path. A
 * new path of {@link PathTable} needs a row here; its response schema decides whether it is metered, tapped and paced.
 */
class PathTableTest {
    /** The model output in each response schema that can contain any. */
    private static final String OUTPUT = "MODEL";

    /**
     * The columns are method, path, the provider's response schema, operation, whether the response may contain model
     * output, and whether the gateway meters, taps and paces it. The operation is {@code no-route} for a documented
     * path that the table lacks, so that requests are rejected unless a route lists the path.
     */
    private static final String TABLE = """
        # Anthropic: Messages, count_tokens, batches, models, files (files: the same paths as OpenAI's)
        POST   /v1/messages                        Message                MESSAGES                output metered tapped paced
        POST   /v1/messages/count_tokens           MessageTokensCount     COUNT_TOKENS            -      metered -      -
        POST   /v1/messages/batches                MessageBatch           MESSAGE_BATCH           -      -       -      -
        GET    /v1/messages/batches                MessageBatchList       CONTROL                 -      -       -      -
        GET    /v1/messages/batches/{id}           MessageBatch           CONTROL                 -      -       -      -
        DELETE /v1/messages/batches/{id}           Deleted                CONTROL                 -      -       -      -
        POST   /v1/messages/batches/{id}/cancel    MessageBatch           CONTROL                 -      -       -      -
        GET    /v1/messages/batches/{id}/results   MessageBatchResults    MESSAGE_BATCH_RESULTS   output metered tapped paced
        GET    /v1/models                          Models                 no-route                -      -       -      -
        GET    /v1/models/{id}                     Model                  no-route                -      -       -      -
        DELETE /v1/models/{id}                     Deleted                no-route                -      -       -      -
        POST   /v1/complete                        -                      no-route                output -       -      -
        # OpenAI: chat completions, with the stored ones
        POST   /v1/chat/completions                ChatCompletion         CHAT_COMPLETIONS        output metered tapped paced
        GET    /v1/chat/completions                ChatCompletionList     STORED_CHAT_COMPLETION  output metered tapped paced
        GET    /v1/chat/completions/{id}           ChatCompletion         STORED_CHAT_COMPLETION  output metered tapped paced
        POST   /v1/chat/completions/{id}           ChatCompletion         STORED_CHAT_COMPLETION  output metered tapped paced
        DELETE /v1/chat/completions/{id}           Deleted                CONTROL                 -      -       -      -
        GET    /v1/chat/completions/{id}/messages  ChatMessageList        STORED_CHAT_COMPLETION  output metered tapped paced
        POST   /v1/completions                     -                      no-route                output -       -      -
        # OpenAI: responses
        POST   /v1/responses                       Response               RESPONSES               output metered tapped paced
        GET    /v1/responses                       -                      no-route                output -       -      -
        GET    /v1/responses/{id}                  Response               STORED_RESPONSE         output metered tapped paced
        DELETE /v1/responses/{id}                  Deleted                CONTROL                 -      -       -      -
        POST   /v1/responses/{id}/cancel           Response               STORED_RESPONSE         output metered tapped paced
        GET    /v1/responses/{id}/input_items      ResponseItemList       STORED_RESPONSE         output metered tapped paced
        POST   /v1/responses/input_tokens          -                      no-route                -      -       -      -
        POST   /v1/responses/compact               -                      no-route                output -       -      -
        # OpenAI: conversations
        POST   /v1/conversations                   -                      no-route                -      -       -      -
        GET    /v1/conversations/{id}              -                      no-route                -      -       -      -
        POST   /v1/conversations/{id}              -                      no-route                -      -       -      -
        DELETE /v1/conversations/{id}              -                      no-route                -      -       -      -
        GET    /v1/conversations/{id}/items        -                      no-route                output -       -      -
        POST   /v1/conversations/{id}/items        -                      no-route                output -       -      -
        GET    /v1/conversations/{id}/items/{id}   -                      no-route                output -       -      -
        DELETE /v1/conversations/{id}/items/{id}   -                      no-route                -      -       -      -
        # OpenAI: batches and files
        POST   /v1/batches                         Batch                  FILE_BATCH              -      -       -      -
        GET    /v1/batches                         BatchList              FILE_BATCH              -      -       -      -
        GET    /v1/batches/{id}                    Batch                  FILE_BATCH              -      -       -      -
        POST   /v1/batches/{id}/cancel             Batch                  FILE_BATCH              -      -       -      -
        POST   /v1/files                           File                   FILE_UPLOAD             -      -       -      -
        GET    /v1/files                           FileList               FILE_BATCH              -      -       -      -
        GET    /v1/files/{id}                      File                   FILE_BATCH              -      -       -      -
        DELETE /v1/files/{id}                      Deleted                CONTROL                 -      -       -      -
        GET    /v1/files/{id}/content              BatchOutput            FILE_CONTENT            output metered tapped paced
        # OpenAI: converted inputs
        POST   /v1/embeddings                      Embeddings             EMBEDDINGS              -      metered -      -
        POST   /v1/images/generations              Images                 IMAGE_GENERATION        -      metered -      -
        POST   /v1/images/edits                    Images                 IMAGE_EDIT              -      metered -      -
        POST   /v1/images/variations               -                      no-route                -      -       -      -
        POST   /v1/audio/transcriptions            Transcription          TRANSCRIPTION           -      metered -      -
        POST   /v1/audio/translations              Translation            TRANSLATION             -      -       -      -
        POST   /v1/audio/speech                    Sound                  SPEECH                  -      -       -      -
        POST   /v1/moderations                     Moderation             MODERATION              -      -       -      -
        # OpenAI: sessions, whose events are read by frames
        GET    /v1/realtime                        Switch                 REALTIME                -      -       -      -
        POST   /v1/realtime/client_secrets         -                      no-route                -      -       -      -
        POST   /v1/realtime/calls                  -                      no-route                output -       -      -
        """;

    private static final String COMPLETION = """
        {"id":"c-1","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant",\
        "content":"MODEL","refusal":null},"logprobs":null,"finish_reason":"stop"}],\
        "usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}\
        """;
    private static final String ITEM = """
        {"id":"msg_1","type":"message","role":"assistant","status":"completed",\
        "content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"MODEL"}]}\
        """;
    private static final String RESPONSE = """
        {"id":"resp_1","object":"response","model":"m","status":"completed","output":[%s],\
        "usage":{"input_tokens":3,"output_tokens":2,"total_tokens":5}}\
        """.formatted(ITEM);
    private static final String MESSAGE = """
        {"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"MODEL"}],\
        "stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":2}}\
        """;

    /** Returns a response of a schema, with all fields that can contain model output. */
    private static final Map<String, String> REPLIES = Map.ofEntries(
            Map.entry("Message", MESSAGE),
            Map.entry("MessageTokensCount", "{\"input_tokens\":3}"),
            Map.entry("MessageBatch", "{\"id\":\"b\",\"type\":\"message_batch\",\"results_url\":null}"),
            Map.entry("MessageBatchList", "{\"data\":[{\"id\":\"b\",\"type\":\"message_batch\"}],\"has_more\":false}"),
            Map.entry(
                    "MessageBatchResults",
                    "{\"custom_id\":\"a\",\"result\":{\"type\":\"succeeded\",\"message\":" + MESSAGE + "}}\n"),
            Map.entry("ChatCompletion", COMPLETION),
            Map.entry("ChatCompletionList", "{\"object\":\"list\",\"data\":[" + COMPLETION + "],\"has_more\":false}"),
            Map.entry("ChatMessageList", """
                {"object":"list","data":[{"id":"c-1-0","role":"user","content":"CALLER","content_parts":null},\
                {"id":"c-1-1","role":"assistant","content":"MODEL","refusal":null}],"has_more":false}\
                """),
            Map.entry("Response", RESPONSE),
            Map.entry("ResponseItemList", """
                {"object":"list","data":[{"id":"msg_0","type":"message","role":"user",\
                "content":[{"type":"input_text","text":"CALLER"}]},%s],"has_more":false}\
                """.formatted(ITEM)),
            Map.entry("Deleted", "{\"id\":\"x\",\"object\":\"x.deleted\",\"deleted\":true}"),
            Map.entry("Batch", "{\"id\":\"b\",\"object\":\"batch\",\"output_file_id\":\"file-1\"}"),
            Map.entry("BatchList", "{\"object\":\"list\",\"data\":[{\"id\":\"b\",\"object\":\"batch\"}]}"),
            Map.entry("File", "{\"id\":\"file-1\",\"object\":\"file\",\"filename\":\"a.jsonl\"}"),
            Map.entry("FileList", "{\"object\":\"list\",\"data\":[{\"id\":\"file-1\",\"object\":\"file\"}]}"),
            Map.entry("Embeddings", """
                {"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.1,-2e-3]}],"model":"m",\
                "usage":{"prompt_tokens":3,"total_tokens":3}}\
                """),
            Map.entry("Images", """
                {"created":1,"data":[{"b64_json":"iVBORw0KGgo="}],\
                "usage":{"input_tokens":3,"output_tokens":272,"total_tokens":275}}\
                """),
            Map.entry("Transcription", """
                {"text":"words","usage":{"type":"tokens","input_tokens":14,"output_tokens":2,"total_tokens":16}}\
                """),
            Map.entry("Translation", "{\"text\":\"words\"}"),
            Map.entry("Switch", ""),
            Map.entry("Sound", "ID3\u0004 sound"),
            Map.entry("Moderation", "{\"id\":\"modr-1\",\"model\":\"m\",\"results\":[{\"flagged\":false}]}"),
            Map.entry("Models", "{\"data\":[{\"id\":\"m\",\"type\":\"model\"}]}"),
            Map.entry("Model", "{\"id\":\"m\",\"type\":\"model\"}"),
            Map.entry(
                    "BatchOutput",
                    "{\"custom_id\":\"a\",\"response\":{\"body\":" + COMPLETION
                            + "}}\n{\"custom_id\":\"b\",\"response\":" + "{\"body\":" + RESPONSE + "}}\n"));

    /** Operations whose responses have no usage in JSON; speech has it in events only, a batch in its files. */
    private static final Set<Operation> UNCOUNTED =
            Set.of(Operation.TRANSLATION, Operation.SPEECH, Operation.MODERATION, Operation.FILE_BATCH);

    /** One line of the table. */
    record Row(
            String method,
            String path,
            String reply,
            String operation,
            boolean output,
            boolean metered,
            boolean tapped,
            boolean paced) {
        static Row of(String line) {
            String[] c = line.strip().split(" +");
            assertThat(c).as(line).hasSize(8);
            return new Row(
                    c[0],
                    c[1],
                    c[2],
                    c[3].toLowerCase(Locale.ROOT),
                    c[4].equals("output"),
                    c[5].equals("metered"),
                    c[6].equals("tapped"),
                    c[7].equals("paced"));
        }

        boolean isRouted() {
            return !operation.equals("no-route");
        }

        Operation asked() {
            return Operation.of(operation);
        }

        String body() {
            String body = REPLIES.get(reply);
            if (body == null) {
                throw new IllegalStateException("unknown response schema " + reply);
            }
            return body;
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    static List<Row> rows() {
        return TABLE.lines().filter(line -> !line.startsWith("#")).map(Row::of).toList();
    }

    static List<Row> routed() {
        return rows().stream().filter(Row::isRouted).toList();
    }

    @Test
    @DisplayName("engine A1: every path of the table has one row, and every routed row is in the table")
    void everyPathHasRow() {
        List<String> known = new ArrayList<>();
        for (Dialect dialect : Dialects.ALL) {
            for (ApiPath path : dialect.paths()) {
                if (Operation.values().contains(path.operation())) { // else of a provider that only tests have
                    known.add(path.method() + " " + path.path() + " " + path.operation());
                }
            }
        }
        assertThat(routed().stream().map(row -> row + " " + row.operation()))
                .containsExactlyInAnyOrderElementsOf(known);
        assertThat(rows().stream().map(Row::toString)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("rows")
    @DisplayName("engine A1: a response that can contain model output is metered, tapped and paced, or has no route")
    void responseWithOutputIsMeteredTappedAndPaced(Row row) {
        assertThat(row.output())
                .isEqualTo(REPLIES.getOrDefault(row.reply(), row.output() ? OUTPUT : "")
                        .contains(OUTPUT));
        if (row.isRouted()) {
            assertThat(List.of(row.tapped(), row.paced())).containsOnly(row.output());
            assertThat(row.metered() || UNCOUNTED.contains(row.asked()))
                    .isEqualTo(row.asked().reportsUsage());
        }
        PathMatch match = PathTable.match(row.method(), row.path().replace("{id}", "abc_1-Z"));
        assertThat(match == null ? "no-route" : match.operation().label()).isEqualTo(row.operation());
        if (match != null) {
            Provider provider = row.path().startsWith("/v1/messages") ? Provider.ANTHROPIC : Provider.OPENAI;
            assertThat(match.provider()).isEqualTo(provider);
        }
    }

    @ParameterizedTest
    @MethodSource("routed")
    @DisplayName("engine A1: the response of each path is metered, tapped and paced as its row says")
    void responseIsTreatedAsRowSays(Row row) {
        byte[] body = row.body().getBytes(StandardCharsets.UTF_8);
        UsageReader reader = new UsageReader().reset(row.asked(), false);
        reader.feed(body, 0, body.length);
        assertThat(!reader.usage().equals(Usage.NONE)).as("metered").isEqualTo(row.metered());
        assertThat(row.asked().carriesResponses()).as("paced").isEqualTo(row.paced());
        if (row.tapped()) {
            String passed = edited(row.asked(), row.body());
            assertThat(passed).as("tapped").isEqualTo(row.body().replace(OUTPUT, "MARKED"));
        }
    }

    /** Returns a response after a tap has replaced the texts of the model and of the client. */
    private static String edited(Operation operation, String body) {
        ByteArrayOutputStream passed = new ByteArrayOutputStream();
        ResponseEditor.Out out = new ResponseEditor.Out() {
            @Override
            public void write(byte[] bytes, int from, int to) {
                passed.write(bytes, from, to - from);
            }

            @Override
            public void last() {
                // not checked here
            }
        };
        ResponseEditor editor =
                new ResponseEditor(operation, false, new ReplacingTap(0, OUTPUT, "MARKED", "CALLER", "X"));
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        editor.read(bytes, 0, bytes.length, out);
        editor.end(out);
        return passed.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /v1/messages",
                "PUT /v1/messages",
                "post /v1/messages",
                "HEAD /v1/responses/resp_1",
                "POST /v1/messages/",
                "POST /v1/Messages",
                "POST /v1//messages",
                "POST /v1/messages/batches/b/results",
                "POST /v1/messages/batches/b",
                "GET /v1/messages/batches/",
                "GET /v1/messages/batches//results",
                "GET /v1/messages/batches/a%2fb",
                "GET /v1/messages/batches/../b",
                "GET /v1/messages/batches/b/results/1",
                "GET /v1/messages/batchesX/b",
                "GET /v1/messages/count_tokens",
                "DELETE /v1/chat/completions",
                "PUT /v1/chat/completions/c",
                "GET /v1/responses",
                "POST /v1/responses/resp_1",
                "POST /v1/responses/compact",
                "POST /v1/responses/resp_1/content",
                "POST /v1/files/file-1/content",
                "GET /v1/batches/b/results",
                "DELETE /v1/batches/b",
                "POST /v1/complete",
                "POST /v1/completions",
                "POST /v1/conversations",
                "POST /v1/threads",
                "POST /v1/uploads",
                "GET /v1/embeddings",
                "POST /v1/embeddings/",
                "POST /v1/images",
                "POST /v1/images/variations",
                "GET /v1/audio/transcriptions",
                "POST /v1/audio/voices",
                "POST /v1/",
                "POST /v1",
                "POST ",
                "POST /v2/messages",
                "GET /v1/models",
                "GET /v1/responses/resp_1/input_items/",
                "POST /v1/responses/resp_1/input_items",
                "GET /v1/files/file-1/results",
            })
    void otherPathsAreUnknown(String line) {
        String[] parts = line.split(" ", 2);
        assertThat(PathTable.match(parts[0], parts[1])).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 128, 129})
    void idLengthIsLimited(int length) {
        assertThat(PathTable.match("GET", "/v1/responses/" + "a".repeat(length)) != null)
                .isEqualTo(length <= 128);
    }
}
