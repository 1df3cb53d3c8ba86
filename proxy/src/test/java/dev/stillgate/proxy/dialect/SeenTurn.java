package dev.stillgate.proxy.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView.Chat;
import dev.stillgate.spi.BodyView.PartKind;
import dev.stillgate.spi.ContextHashes;
import dev.stillgate.spi.Operation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The assistant's turn as a client sees it, assembled from the events like the providers' SDKs do, and the prompt in
 * which a client sends it back.
 */
public final class SeenTurn {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Operation operation;
    private final ArrayNode blocks = JSON.createArrayNode();
    private final Map<Integer, StringBuilder> inputs = new HashMap<>();
    private final StringBuilder content = new StringBuilder();
    private final StringBuilder refusal = new StringBuilder();
    private final Map<Integer, ObjectNode> calls = new HashMap<>();
    private String responseId = "";
    private long otherChars;
    private long toolChars;

    private SeenTurn(Operation operation) {
        this.operation = operation;
    }

    public static SeenTurn of(Operation operation, boolean sse, String body) {
        SeenTurn turn = new SeenTurn(operation);
        if (!sse) {
            turn.whole(Fixtures.read(body));
            return turn;
        }
        for (String line : body.split("\r\n|\n|\r")) {
            if (line.startsWith("data: {")) {
                turn.event(Fixtures.read(line.substring(6)));
            }
        }
        return turn;
    }

    private static boolean isMessages(Operation operation) {
        return operation == Operation.MESSAGES;
    }

    private boolean isResponses() {
        return operation == Operation.RESPONSES || operation == Operation.STORED_RESPONSE;
    }

    private void whole(JsonNode answer) {
        if (isMessages(operation)) {
            answer.path("content").forEach(blocks::add);
            answer.path("content").forEach(block -> toolChars += chars(block.path("input")));
        } else if (isResponses()) {
            responseId = answer.path("id").asText("");
            answer.path("output").forEach(this::item);
        } else {
            answer.path("choices").forEach(choice -> choice(choice, "message"));
        }
    }

    private void event(JsonNode event) {
        if (isMessages(operation)) {
            messages(event);
        } else if (isResponses()) {
            if (event.path("response").has("id")) {
                responseId = event.path("response").path("id").asText();
            }
            if (event.path("type").asText().equals("response.output_item.done")) {
                item(event.path("item"));
            }
        } else {
            event.path("choices").forEach(choice -> choice(choice, "delta"));
        }
    }

    private void item(JsonNode item) {
        blocks.add(item);
        toolChars += chars(item.path("arguments")) + chars(item.path("input")) + chars(item.path("code"));
    }

    private void messages(JsonNode event) {
        JsonNode delta = event.path("delta");
        int index = event.path("index").asInt();
        switch (event.path("type").asText()) {
            case "content_block_start" -> blocks.add(event.path("content_block").deepCopy());
            case "content_block_delta" -> {
                ObjectNode block = (ObjectNode) blocks.get(index);
                switch (delta.path("type").asText()) {
                    case "text_delta" -> append(block, "text", delta);
                    case "thinking_delta" -> append(block, "thinking", delta);
                    case "signature_delta" -> block.set("signature", delta.path("signature"));
                    case "input_json_delta" -> {
                        String part = delta.path("partial_json").asText();
                        toolChars += part.length();
                        inputs.computeIfAbsent(index, absent -> new StringBuilder())
                                .append(part);
                        JsonNode input = parsed(inputs.get(index).toString());
                        if (input != null) {
                            block.set("input", input);
                        }
                    }
                    default -> {}
                }
            }
            default -> {}
        }
    }

    private static JsonNode parsed(String json) {
        try {
            return json.isEmpty() ? null : JSON.readTree(json);
        } catch (java.io.IOException unfinished) {
            return null;
        }
    }

    private static void append(ObjectNode block, String field, JsonNode delta) {
        block.put(field, block.path(field).asText() + delta.path(field).asText());
    }

    private void choice(JsonNode choice, String field) {
        JsonNode message = choice.path(field);
        String text = message.path("content").asText("");
        String refused = message.path("refusal").asText("");
        message.path("tool_calls").forEach(call -> call(call));
        toolChars += chars(message.path("function_call").path("arguments"));
        if (choice.path("index").asInt() == 0) {
            content.append(text);
            refusal.append(refused);
        } else {
            otherChars += text.length() + refused.length();
        }
    }

    private void call(JsonNode call) {
        int index = call.path("index").asInt(calls.size());
        ObjectNode known = calls.computeIfAbsent(index, absent -> JSON.createObjectNode());
        if (call.has("id")) {
            known.set("id", call.get("id"));
        }
        argument(known, call, "function", "arguments");
        argument(known, call, "custom", "input");
    }

    private void argument(ObjectNode known, JsonNode call, String object, String field) {
        if (call.path(object).isObject()) {
            String more = call.path(object).path(field).asText("");
            known.withObject("/" + object)
                    .put(field, known.path(object).path(field).asText("") + more);
            toolChars += more.length();
        }
    }

    private static long chars(JsonNode node) {
        return node.isTextual()
                ? node.asText().length()
                : node.isMissingNode() ? 0 : node.toString().length();
    }

    /** Returns the number of characters in the texts of the turn and of all other choices. */
    public long textChars() {
        long chars = otherChars + content.length() + refusal.length();
        for (JsonNode block : blocks) {
            chars += chars(block.path("text"));
            for (JsonNode part : block.path("content")) {
                boolean text = part.path("type").asText().matches("output_text|refusal");
                chars += text ? chars(part.path("text")) + chars(part.path("refusal")) : 0;
            }
        }
        return chars;
    }

    public long toolChars() {
        return toolChars;
    }

    /** Returns the prompt that continues after the turn. */
    byte[] next() {
        ObjectNode prompt = JSON.createObjectNode().put("model", "m");
        ArrayNode messages = prompt.putArray(isResponses() ? "input" : "messages");
        messages.addObject().put("role", "user").put("content", "Go on.");
        if (isMessages(operation)) {
            messages.addObject().put("role", "assistant").set("content", blocks);
        } else if (isResponses()) {
            messages.addAll(blocks);
            if (!responseId.isEmpty()) {
                prompt.put("previous_response_id", responseId);
            }
        } else {
            ObjectNode message = messages.addObject().put("role", "assistant").put("content", content.toString());
            message.put("refusal", refusal.toString());
            calls.values().forEach(message.withArray("tool_calls")::add);
        }
        return prompt.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the context hashes of the parts of that prompt. */
    public Set<Long> hashesOfNext(ContextHashes hashes) {
        byte[] body = next();
        Set<Long> found = new LinkedHashSet<>();
        Operation asked = operation == Operation.STORED_RESPONSE
                ? Operation.RESPONSES
                : operation == Operation.STORED_CHAT_COMPLETION ? Operation.CHAT_COMPLETIONS : operation;
        try {
            Chat chat = (Chat) new RequestReader().read(asked, "application/json", body, 0, body.length);
            chat.parts((message, role, kind, id, text) -> {
                if (role.equals("assistant")) {
                    found.add(hash(hashes, kind, id, text));
                }
                return true;
            });
            String previous = chat.previousResponse();
            found.add(previous == null ? ContextHashes.NONE : hashes.ofId(previous));
        } catch (MalformedBody e) {
            throw new AssertionError(new String(body, StandardCharsets.UTF_8), e);
        }
        found.remove(ContextHashes.NONE);
        return found;
    }

    private static long hash(ContextHashes hashes, PartKind kind, String id, CharSequence text) {
        return switch (kind) {
            case TEXT -> hashes.ofText(text);
            case SIGNATURE -> hashes.ofId(text);
            case TOOL_CALL, MEDIA -> id == null ? ContextHashes.NONE : hashes.ofId(id);
            default -> ContextHashes.NONE;
        };
    }

    /** Returns the texts of the turn, for test reports. */
    public List<String> texts() {
        List<String> texts = new ArrayList<>();
        blocks.forEach(block -> texts.add(block.toString()));
        texts.add(content.toString());
        return texts;
    }
}
