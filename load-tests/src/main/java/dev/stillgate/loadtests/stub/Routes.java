package dev.stillgate.loadtests.stub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.stillgate.loadtests.json.JsonBuffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Dispatches requests by path to the APIs of the providers. */
final class Routes {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String CONTENTS = "/v1beta/models/";
    private static final String EPOCH = "2026-01-01T00:00:00Z";
    private final AtomicLong sequence = new AtomicLong();
    private final BoundedStore<StoredResponse> responses = new BoundedStore<>();
    private final BoundedStore<Batch> batches = new BoundedStore<>();
    private final byte[] fixedMessage;
    private final byte[] fixedCompletion;
    private final byte[] fixedResponse;

    /** A response stored for {@code GET /v1/responses/{id}}; {@code polls} counts the requests for a background one. */
    private record StoredResponse(ResponsesWriter writer, boolean background, AtomicInteger polls) {}

    private record Batch(JsonNode requests, AtomicInteger polls) {}

    Routes() {
        Prompt prompt = Prompt.ofMessages(JsonNodeFactory.instance.objectNode());
        ModelOutput output = ModelOutput.of(prompt, StubOptions.NORMAL, "fixed");
        fixedMessage =
                new MessagesWriter(prompt, output, "fixed", true).message().copy();
        fixedCompletion =
                new ChatWriter(prompt, output, "fixed", true).completion().copy();
        fixedResponse = new ResponsesWriter(prompt, output, "fixed", true)
                .response("completed")
                .copy();
    }

    /** Deletes stored responses and batches. */
    void clear() {
        responses.clear();
        batches.clear();
    }

    StubResponse respond(StubRequest call, StubOptions options) {
        boolean anthropic = call.anthropic();
        if (call.key().startsWith("invalid")) {
            return ErrorBodies.of(anthropic, 401, "invalid x-api-key", -1);
        }
        int status = options.number("status", 0);
        if (status != 0) {
            return ErrorBodies.of(anthropic, status, "Asked for by x-stub", options.number("retry-after", 1));
        }
        try {
            StubResponse response = call.method().equals("POST") ? post(call, options) : get(call);
            return response == null ? ErrorBodies.of(anthropic, 404, "No such path: " + call.path(), -1) : response;
        } catch (IOException e) {
            return ErrorBodies.of(anthropic, 400, "The body could not be read as a JSON object", -1);
        }
    }

    private @Nullable StubResponse post(StubRequest call, StubOptions options) throws IOException {
        boolean fixed = options.has("fixed");
        return switch (call.path()) {
            case "/v1/messages" -> fixed ? StubResponse.Body.json(fixedMessage) : messages(read(call), options);
            case "/v1/chat/completions" -> fixed ? StubResponse.Body.json(fixedCompletion) : chat(read(call), options);
            case "/v1/responses" -> fixed ? StubResponse.Body.json(fixedResponse) : responses(read(call), options);
            case "/v1/messages/count_tokens" -> {
                int tokens = Prompt.ofMessages(read(call)).inputTokens();
                yield json(JsonBuffer.of("{'input_tokens':?}", tokens));
            }
            case "/v1/messages/batches" -> createBatch(call);
            case String path
            when path.startsWith(CONTENTS) && path.contains(":") ->
                contents(call, path.substring(CONTENTS.length()).split(":", 2), options);
            default -> converted(call, new InputWriter(!options.has("no-usage")));
        };
    }

    private static @Nullable StubResponse converted(StubRequest call, InputWriter writer) throws IOException {
        return switch (call.path()) {
            case "/v1/embeddings" -> writer.embeddings(read(call));
            case "/v1/images/generations" -> writer.image(read(call));
            case "/v1/images/edits" -> writer.edit(call);
            case "/v1/audio/transcriptions" -> writer.transcript(call);
            case "/v1/audio/translations" -> writer.translation();
            case "/v1/audio/speech" -> writer.speech(read(call));
            case "/v1/moderations" -> writer.moderation(read(call));
            default -> null;
        };
    }

    private @Nullable StubResponse get(StubRequest call) {
        String path = call.path();
        if (!call.method().equals("GET")) {
            return null;
        }
        if (path.equals("/v1/models")) {
            return json(models(call.anthropic()));
        }
        if (path.equals("/v1beta/models")) {
            return json(JsonBuffer.of("{'models':[{'name':'models/stub-1'},{'name':'models/stub-2'}]}"));
        }
        if (path.startsWith("/v1/responses/")) {
            return storedResponse(call, path.substring("/v1/responses/".length()));
        }
        if (path.startsWith("/v1/messages/batches/")) {
            return batch(call, path.substring("/v1/messages/batches/".length()));
        }
        return null;
    }

    private StubResponse messages(JsonNode body, StubOptions options) {
        Prompt prompt = Prompt.ofMessages(body);
        if (noSuchModel(prompt)) {
            return ErrorBodies.of(true, 404, "model: " + prompt.model(), -1);
        }
        if (!body.path("messages").isArray() || !body.path("max_tokens").isInt()) {
            return ErrorBodies.of(true, 400, "messages and max_tokens: Field required", -1);
        }
        String id = nextId();
        MessagesWriter writer =
                new MessagesWriter(prompt, ModelOutput.of(prompt, options, id), id, !options.has("no-usage"));
        return prompt.flag("stream") ? writer.stream() : json(writer.message());
    }

    private StubResponse chat(JsonNode body, StubOptions options) {
        Prompt prompt = Prompt.ofChat(body);
        if (noSuchModel(prompt)) {
            return ErrorBodies.of(false, 404, "The model `" + prompt.model() + "` does not exist", -1);
        }
        if (!body.path("messages").isArray()) {
            return ErrorBodies.of(false, 400, "Missing required parameter: 'messages'.", -1);
        }
        String id = nextId();
        ChatWriter writer = new ChatWriter(prompt, ModelOutput.of(prompt, options, id), id, !options.has("no-usage"));
        return prompt.flag("stream") ? writer.stream() : json(writer.completion());
    }

    private StubResponse responses(JsonNode body, StubOptions options) {
        Prompt prompt = Prompt.ofResponses(body);
        if (noSuchModel(prompt)) {
            return ErrorBodies.of(false, 404, "The model `" + prompt.model() + "` does not exist", -1);
        }
        if (!body.has("input")) {
            return ErrorBodies.of(false, 400, "Missing required parameter: 'input'.", -1);
        }
        String id = nextId();
        ModelOutput output = body.path("generate").asBoolean(true)
                ? ModelOutput.of(prompt, options, id)
                : new ModelOutput(List.of(), ModelOutput.Stop.END, prompt.inputTokens(), 0);
        ResponsesWriter writer = new ResponsesWriter(prompt, output, id, !options.has("no-usage"));
        boolean background = prompt.flag("background");
        if (body.path("store").asBoolean(true)) {
            responses.put(writer.id(), new StoredResponse(writer, background, new AtomicInteger()));
        }
        if (prompt.flag("stream")) {
            return writer.stream();
        }
        return json(writer.response(background ? "queued" : writer.finalStatus()));
    }

    private @Nullable StubResponse contents(StubRequest call, String[] target, StubOptions options) throws IOException {
        Prompt prompt = Prompt.ofContents(read(call), target[0]);
        String id = nextId();
        ContentsWriter writer = new ContentsWriter(prompt, ModelOutput.of(prompt, options, id), id);
        return switch (target[1]) {
            case "generateContent" -> json(writer.response());
            case "streamGenerateContent" -> writer.stream();
            case "countTokens" -> json(JsonBuffer.of("{'totalTokens':?}", prompt.inputTokens()));
            default -> null;
        };
    }

    /** Returns a stored response; a background one is in progress in the first poll and finished in the second. */
    private StubResponse storedResponse(StubRequest call, String id) {
        StoredResponse stored = responses.get(id);
        if (stored == null) {
            return ErrorBodies.of(false, 404, "Response with id '" + id + "' not found.", -1);
        }
        if (call.query().contains("stream=true")) {
            return stored.writer().stream();
        }
        boolean early = stored.background() && stored.polls().getAndIncrement() == 0;
        return json(
                stored.writer().response(early ? "in_progress" : stored.writer().finalStatus()));
    }

    private StubResponse createBatch(StubRequest call) throws IOException {
        JsonNode requests = read(call).path("requests");
        if (!requests.isArray() || requests.isEmpty()) {
            return ErrorBodies.of(true, 400, "requests: Field required", -1);
        }
        String id = "msgbatch_" + nextId();
        Batch batch = new Batch(requests, new AtomicInteger());
        batches.put(id, batch);
        return json(batchObject(call, id, batch, false));
    }

    /** Returns a batch, which has ended by the first poll, or its results. */
    private StubResponse batch(StubRequest call, String rest) {
        String id = rest.endsWith("/results") ? rest.substring(0, rest.length() - "/results".length()) : rest;
        Batch batch = batches.get(id);
        if (batch == null) {
            return ErrorBodies.of(true, 404, "No such batch: " + id, -1);
        }
        return rest.endsWith("/results") ? results(batch) : json(batchObject(call, id, batch, true));
    }

    private StubResponse results(Batch batch) {
        JsonBuffer lines = new JsonBuffer(4096);
        for (JsonNode request : batch.requests()) {
            String id = nextId();
            Prompt prompt = Prompt.ofMessages(request.path("params"));
            ModelOutput output = ModelOutput.of(prompt, StubOptions.NORMAL, id);
            lines.fill(
                    "{'custom_id':?,'result':{'type':'succeeded','message':?}}\n",
                    request.get("custom_id"),
                    new MessagesWriter(prompt, output, id, true).message());
        }
        return new StubResponse.Body(200, "application/x-jsonl", lines.copy(), -1);
    }

    private static JsonBuffer batchObject(StubRequest call, String id, Batch batch, boolean ended) {
        int size = batch.requests().size();
        JsonBuffer object = JsonBuffer.of(
                "{'id':?,'type':'message_batch','processing_status':?,'request_counts':{'processing':?,'succeeded':?,"
                        + "'errored':0,'canceled':0,'expired':0},",
                id,
                ended ? "ended" : "in_progress",
                ended ? 0 : size,
                ended ? size : 0);
        return object.fill(
                "'created_at':?,'expires_at':'2026-01-02T00:00:00Z','ended_at':?,'archived_at':null,"
                        + "'cancel_initiated_at':null,'results_url':?}",
                EPOCH,
                ended ? EPOCH : null,
                ended ? "http://" + call.authority() + "/v1/messages/batches/" + id + "/results" : null);
    }

    private static JsonBuffer models(boolean anthropic) {
        List<JsonBuffer> data = new ArrayList<>();
        for (String name : new String[] {"stub-1", "stub-2"}) {
            data.add(
                    anthropic
                            ? JsonBuffer.of(
                                    "{'type':'model','id':?,'display_name':?,'created_at':?}", name, name, EPOCH)
                            : JsonBuffer.of("{'id':?,'object':'model','created':1767225600,'owned_by':'stub'}", name));
        }
        return anthropic
                ? JsonBuffer.of("{'data':?,'has_more':false,'first_id':'stub-1','last_id':'stub-2'}", data)
                : JsonBuffer.of("{'object':'list','data':?}", data);
    }

    private static boolean noSuchModel(Prompt prompt) {
        return prompt.model().startsWith("no-such");
    }

    private static JsonNode read(StubRequest call) throws IOException {
        JsonNode body = MAPPER.readTree(call.body());
        if (body == null || !body.isObject()) {
            throw new IOException("the body must be a JSON object");
        }
        return body;
    }

    private static StubResponse json(JsonBuffer json) {
        return StubResponse.Body.json(json);
    }

    private String nextId() {
        return String.format("%08d", sequence.incrementAndGet());
    }

    static byte[] garbage() {
        return "\u0016\u0003\u0001 this is not HTTP \u0000\u0000\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
    }
}
