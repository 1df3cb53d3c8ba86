package dev.stillgate.loadtests.stub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The paths of the two providers, each giving an {@link Answer}. */
final class Routes {
    private static final String EPOCH = "2026-01-01T00:00:00Z";
    private final AtomicLong sequence = new AtomicLong();
    private final Shelf<StoredResponse> responses = new Shelf<>();
    private final Shelf<Batch> batches = new Shelf<>();
    private final byte[] fixedMessage;
    private final byte[] fixedCompletion;
    private final byte[] fixedResponse;

    /** A response kept for {@code GET /v1/responses/{id}}; {@code looks} counts the polls of a background one. */
    private record StoredResponse(ResponsesWire wire, boolean background, AtomicInteger looks) {}

    private record Batch(JsonNode requests, AtomicInteger looks) {}

    Routes() {
        Prompt prompt = Prompt.ofMessages(Json.object());
        Saying saying = Saying.to(prompt, Behaviour.NORMAL, "fixed");
        fixedMessage = Json.bytes(new MessagesWire(prompt, saying, "fixed", true).message());
        fixedCompletion = Json.bytes(new ChatWire(prompt, saying, "fixed", true).completion());
        fixedResponse = Json.bytes(new ResponsesWire(prompt, saying, "fixed", true).response("completed"));
    }

    /** Forgets stored responses and batches. */
    void clear() {
        responses.clear();
        batches.clear();
    }

    Answer answer(Call call, Behaviour behaviour) {
        boolean anthropic = call.anthropic();
        if (call.key().startsWith("invalid")) {
            return Failure.of(anthropic, 401, "invalid x-api-key", -1);
        }
        int status = behaviour.number("status", 0);
        if (status != 0) {
            return Failure.of(anthropic, status, "Asked for by x-stub", behaviour.number("retry-after", 1));
        }
        try {
            Answer answer = call.method().equals("POST") ? post(call, behaviour) : get(call);
            return answer == null ? Failure.of(anthropic, 404, "No such path: " + call.path(), -1) : answer;
        } catch (IOException e) {
            return Failure.of(anthropic, 400, "The body could not be read as a JSON object", -1);
        }
    }

    private @Nullable Answer post(Call call, Behaviour behaviour) throws IOException {
        boolean fixed = behaviour.has("fixed");
        return switch (call.path()) {
            case "/v1/messages" -> fixed ? Answer.Body.json(200, fixedMessage) : messages(read(call), behaviour);
            case "/v1/chat/completions" -> fixed ? Answer.Body.json(200, fixedCompletion) : chat(read(call), behaviour);
            case "/v1/responses" -> fixed ? Answer.Body.json(200, fixedResponse) : responses(read(call), behaviour);
            case "/v1/messages/count_tokens" -> {
                int tokens = Prompt.ofMessages(read(call)).inputTokens();
                yield json(Json.object("input_tokens", tokens));
            }
            case "/v1/messages/batches" -> createBatch(call);
            default -> null;
        };
    }

    private @Nullable Answer get(Call call) {
        String path = call.path();
        if (!call.method().equals("GET")) {
            return null;
        }
        if (path.equals("/v1/models")) {
            return json(models(call.anthropic()));
        }
        if (path.startsWith("/v1/responses/")) {
            return storedResponse(call, path.substring("/v1/responses/".length()));
        }
        if (path.startsWith("/v1/messages/batches/")) {
            return batch(call, path.substring("/v1/messages/batches/".length()));
        }
        return null;
    }

    private Answer messages(JsonNode body, Behaviour behaviour) {
        Prompt prompt = Prompt.ofMessages(body);
        if (noSuchModel(prompt)) {
            return Failure.of(true, 404, "model: " + prompt.model(), -1);
        }
        if (!body.path("messages").isArray() || !body.path("max_tokens").isInt()) {
            return Failure.of(true, 400, "messages and max_tokens: Field required", -1);
        }
        String id = nextId();
        MessagesWire wire = new MessagesWire(prompt, Saying.to(prompt, behaviour, id), id, !behaviour.has("no-usage"));
        return prompt.flag("stream") ? wire.stream() : json(wire.message());
    }

    private Answer chat(JsonNode body, Behaviour behaviour) {
        Prompt prompt = Prompt.ofChat(body);
        if (noSuchModel(prompt)) {
            return Failure.of(false, 404, "The model `" + prompt.model() + "` does not exist", -1);
        }
        if (!body.path("messages").isArray()) {
            return Failure.of(false, 400, "Missing required parameter: 'messages'.", -1);
        }
        String id = nextId();
        ChatWire wire = new ChatWire(prompt, Saying.to(prompt, behaviour, id), id, !behaviour.has("no-usage"));
        return prompt.flag("stream") ? wire.stream() : json(wire.completion());
    }

    private Answer responses(JsonNode body, Behaviour behaviour) {
        Prompt prompt = Prompt.ofResponses(body);
        if (noSuchModel(prompt)) {
            return Failure.of(false, 404, "The model `" + prompt.model() + "` does not exist", -1);
        }
        if (!body.has("input")) {
            return Failure.of(false, 400, "Missing required parameter: 'input'.", -1);
        }
        String id = nextId();
        ResponsesWire wire =
                new ResponsesWire(prompt, Saying.to(prompt, behaviour, id), id, !behaviour.has("no-usage"));
        boolean background = prompt.flag("background");
        if (body.path("store").asBoolean(true)) {
            responses.put(wire.id(), new StoredResponse(wire, background, new AtomicInteger()));
        }
        if (prompt.flag("stream")) {
            return wire.stream();
        }
        return json(wire.response(background ? "queued" : wire.finalStatus()));
    }

    /** A background response is in progress on the first look and finished on the second. */
    private Answer storedResponse(Call call, String id) {
        StoredResponse stored = responses.get(id);
        if (stored == null) {
            return Failure.of(false, 404, "Response with id '" + id + "' not found.", -1);
        }
        if (call.query().contains("stream=true")) {
            return stored.wire().stream();
        }
        boolean early = stored.background() && stored.looks().getAndIncrement() == 0;
        return json(stored.wire().response(early ? "in_progress" : stored.wire().finalStatus()));
    }

    private Answer createBatch(Call call) throws IOException {
        JsonNode requests = read(call).path("requests");
        if (!requests.isArray() || requests.isEmpty()) {
            return Failure.of(true, 400, "requests: Field required", -1);
        }
        String id = "msgbatch_" + nextId();
        Batch batch = new Batch(requests, new AtomicInteger());
        batches.put(id, batch);
        return json(batchObject(call, id, batch, false));
    }

    /** A batch is in progress when created and ended on the first look. */
    private Answer batch(Call call, String rest) {
        String id = rest.endsWith("/results") ? rest.substring(0, rest.length() - "/results".length()) : rest;
        Batch batch = batches.get(id);
        if (batch == null) {
            return Failure.of(true, 404, "No such batch: " + id, -1);
        }
        return rest.endsWith("/results") ? results(batch) : json(batchObject(call, id, batch, true));
    }

    private Answer results(Batch batch) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (JsonNode request : batch.requests()) {
            String id = nextId();
            Prompt prompt = Prompt.ofMessages(request.path("params"));
            Saying saying = Saying.to(prompt, Behaviour.NORMAL, id);
            ObjectNode message = new MessagesWire(prompt, saying, id, true).message();
            ObjectNode result = Json.object("type", "succeeded", "message", message);
            lines.writeBytes(Json.bytes(Json.object("custom_id", request.get("custom_id"), "result", result)));
            lines.write('\n');
        }
        return new Answer.Body(200, "application/x-jsonl", lines.toByteArray(), -1);
    }

    private static ObjectNode batchObject(Call call, String id, Batch batch, boolean ended) {
        int size = batch.requests().size();
        ObjectNode counts = Json.object(
                "processing", ended ? 0 : size,
                "succeeded", ended ? size : 0,
                "errored", 0,
                "canceled", 0,
                "expired", 0);
        String host = call.authority();
        return Json.object(
                "id",
                id,
                "type",
                "message_batch",
                "processing_status",
                ended ? "ended" : "in_progress",
                "request_counts",
                counts,
                "created_at",
                EPOCH,
                "expires_at",
                "2026-01-02T00:00:00Z",
                "ended_at",
                ended ? EPOCH : null,
                "archived_at",
                null,
                "cancel_initiated_at",
                null,
                "results_url",
                ended ? "http://" + host + "/v1/messages/batches/" + id + "/results" : null);
    }

    private static ObjectNode models(boolean anthropic) {
        ArrayNode data = Json.array();
        for (String name : new String[] {"stub-1", "stub-2"}) {
            data.add(
                    anthropic
                            ? Json.object("type", "model", "id", name, "display_name", name, "created_at", EPOCH)
                            : Json.object("id", name, "object", "model", "created", 1_767_225_600, "owned_by", "stub"));
        }
        return anthropic
                ? Json.object("data", data, "has_more", false, "first_id", "stub-1", "last_id", "stub-2")
                : Json.object("object", "list", "data", data);
    }

    private static boolean noSuchModel(Prompt prompt) {
        return prompt.model().startsWith("no-such");
    }

    private static JsonNode read(Call call) throws IOException {
        return Json.read(call.body());
    }

    private static Answer json(ObjectNode node) {
        return Answer.Body.json(200, Json.bytes(node));
    }

    private String nextId() {
        return String.format("%08d", sequence.incrementAndGet());
    }

    static byte[] garbage() {
        return "\u0016\u0003\u0001 this is not HTTP \u0000\u0000\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
    }
}
