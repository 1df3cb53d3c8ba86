package dev.stillgate.proxy.dialect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.stillgate.spi.Operation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reference reading of a response by parsing it as a whole, like a client: the prose by block, its repetitions, and the
 * events without prose.
 */
public final class PlainProse {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The texts by block, joined from their pieces. */
    public final Map<String, StringBuilder> texts = new LinkedHashMap<>();

    /** The repetitions of block texts. */
    public final Map<String, List<String>> repeats = new LinkedHashMap<>();

    /** The events without prose and sequence numbers; events with neither are unchanged. */
    public final List<String> events = new ArrayList<>();

    public final StringBuilder comments = new StringBuilder();
    public final List<Long> numbers = new ArrayList<>();

    private final Set<String> refused = new HashSet<>();

    /** The number of blocks of a streamed candidate that have ended, by its index. */
    private final Map<Integer, Integer> ended = new HashMap<>();

    private final boolean sse;
    private boolean annotates;
    private int documents;
    private boolean touched;

    private PlainProse(boolean sse) {
        this.sse = sse;
    }

    public static PlainProse read(Operation operation, boolean sse, byte[] body) {
        PlainProse plain = new PlainProse(sse);
        String text = new String(body, StandardCharsets.UTF_8);
        boolean lines = operation == Operation.FILE_CONTENT || operation == Operation.MESSAGE_BATCH_RESULTS;
        if (sse) {
            for (String event : text.split("(?<=\r\n\r\n|(?<!\r)\n\n|\r\r)")) {
                StringBuilder data = new StringBuilder();
                StringBuilder other = new StringBuilder();
                String rest = event;
                while (rest.startsWith(":")) { // a comment passes at once, before an inserted event
                    String line = rest.replaceFirst("(?s)^([^\r\n]*(\r\n|\n|\r)?).*", "$1");
                    plain.comments.append(line);
                    rest = rest.substring(line.length());
                }
                event = rest;
                for (String line : event.split("\r\n|\n|\r")) {
                    String bare = line.startsWith("\uFEFF") ? line.substring(1) : line;
                    if (bare.startsWith("data:")) {
                        data.append(bare.substring(bare.startsWith("data: ") ? 6 : 5))
                                .append('\n');
                    } else {
                        other.append(line).append('\n');
                    }
                }
                plain.event(operation, event, data.toString(), other.toString());
            }
        } else if (operation == Operation.GENERATE_CONTENT && text.startsWith("[")) {
            PlainProse pieces = new PlainProse(true);
            Fixtures.read(text).forEach(piece -> pieces.event(operation, piece.toString(), piece.toString(), ""));
            return pieces;
        } else {
            for (String line : lines ? text.split("\n") : new String[] {text}) {
                plain.event(operation, line, line, "");
                plain.documents++;
            }
        }
        return plain;
    }

    private void event(Operation operation, String raw, String data, String other) {
        JsonNode tree;
        try {
            tree = JSON.readTree(data);
        } catch (JsonProcessingException e) {
            tree = null;
        }
        touched = false;
        if (tree instanceof ObjectNode root) {
            switch (operation.label()) {
                case "messages" -> messages(root);
                case "message_batch_results" -> blocks(root.path("result").path("message"));
                case "chat_completions", "stored_chat_completion" -> choices(root);
                case "responses", "stored_response" -> responses(root);
                case "generate_content" -> candidates(root);
                case "file_content" -> {
                    choices(root.path("response").path("body"));
                    output(root.path("response").path("body"));
                }
                default -> {}
            }
            if (root.path("data").isArray() && operation == Operation.STORED_CHAT_COMPLETION) {
                root.path("data").forEach(each -> {
                    choices(each);
                    documents++;
                });
            }
            if (sse && root.get("sequence_number") instanceof JsonNode number && responses(operation)) {
                numbers.add(number.asLong());
                root.put("sequence_number", -1);
                touched = true;
            }
        }
        events.add(touched ? other + tree : raw);
    }

    private static boolean responses(Operation operation) {
        return operation == Operation.RESPONSES || operation == Operation.STORED_RESPONSE;
    }

    private void more(String key, JsonNode parent, String field) {
        if (parent.get(field) instanceof TextNode text && !refused.contains(key)) {
            texts.computeIfAbsent(key, absent -> new StringBuilder()).append(text.textValue());
            mask(parent, field);
        }
    }

    private void mask(JsonNode parent, String field) {
        ((ObjectNode) parent).put(field, "§");
        touched = true;
    }

    private static boolean isSet(JsonNode node) {
        return !node.isMissingNode() && !node.isNull();
    }

    private static boolean isFull(JsonNode node) {
        return isSet(node) && !(node.isContainerNode() && node.isEmpty());
    }

    private void messages(ObjectNode root) {
        if (!sse) {
            blocks(root);
            return;
        }
        String key = root.path("index").asText();
        switch (root.path("type").asText()) {
            case "content_block_start" -> {
                JsonNode block = root.path("content_block");
                refused.remove(key);
                if (block.path("type").asText().equals("text") && !isSet(block.path("citations"))) {
                    more(key, block, "text");
                } else {
                    refused.add(key);
                }
            }
            case "content_block_delta" -> {
                JsonNode delta = root.path("delta");
                if (delta.path("type").asText().equals("citations_delta")) {
                    refused.add(key);
                } else if (delta.path("type").asText().equals("text_delta") && texts.containsKey(key)) {
                    more(key, delta, "text");
                }
            }
            default -> {}
        }
    }

    private void blocks(JsonNode message) {
        int i = 0;
        for (JsonNode block : message.path("content")) {
            if (block.path("type").asText().equals("text") && !isFull(block.path("citations"))) {
                more(documents + " " + i, block, "text");
            }
            i++;
        }
    }

    private void choices(JsonNode root) {
        for (JsonNode choice : root.path("choices")) {
            String key = documents + " " + choice.path("index").asText();
            if (isSet(choice.path("logprobs"))) {
                refused.add(key);
            }
            more(key, choice.path("delta"), "content");
            more(key, choice.path("message"), "content");
        }
    }

    private void candidates(JsonNode root) {
        int place = 0;
        for (JsonNode candidate : root.path("candidates")) {
            int index = candidate.path("index").asInt();
            boolean annotated = isFull(candidate.path("citationMetadata"))
                    || isFull(candidate.path("groundingMetadata").path("groundingSupports"));
            if (sse && annotated) {
                for (int i = 0; i <= 9; i++) {
                    refused.add(index + "#" + i);
                }
            }
            int number = 0;
            for (JsonNode part : candidate.path("content").path("parts")) {
                boolean other = part.path("thought").asBoolean()
                        || part.has("functionCall")
                        || part.has("executableCode")
                        || part.has("codeExecutionResult")
                        || part.has("inlineData");
                if (other) {
                    ended.merge(index, 1, Integer::sum);
                } else if (sse) {
                    more(index + "#" + ended.getOrDefault(index, 0), part, "text");
                } else if (!annotated) {
                    more(place + "/" + number, part, "text");
                }
                number++;
            }
            place++;
        }
    }

    private void responses(ObjectNode root) {
        if (!sse) {
            output(root);
            return;
        }
        String item = root.path("output_index").asText("0");
        String key = item + "/" + root.path("content_index").asText("0");
        switch (root.path("type").asText()) {
            case "response.output_text.delta" -> {
                if ((annotates && !texts.containsKey(key)) || isFull(root.path("logprobs"))) {
                    refused.add(key);
                }
                more(key, root, "delta");
            }
            case "response.output_text.done" -> repeat(key, root);
            case "response.content_part.done" -> part(key, root.path("part"));
            case "response.output_item.added" -> annotates |= annotates(root.path("item"));
            case "response.output_item.done" -> item(item, root.path("item"));
            case "response.completed", "response.incomplete", "response.failed" -> {
                int i = 0;
                for (JsonNode each : root.path("response").path("output")) {
                    item(Integer.toString(i++), each);
                }
            }
            default -> {}
        }
    }

    private static boolean annotates(JsonNode item) {
        return item.path("type").asText().matches("(web_search|file_search|code_interpreter).*");
    }

    private void item(String item, JsonNode node) {
        int i = 0;
        for (JsonNode part : node.path("content")) {
            part(item + "/" + i++, part);
        }
    }

    private void part(String key, JsonNode part) {
        if (part.path("type").asText().equals("output_text")) {
            repeat(key, part);
        }
    }

    private void repeat(String key, JsonNode parent) {
        if (texts.containsKey(key) && parent.get("text") instanceof TextNode text) {
            repeats.computeIfAbsent(key, absent -> new ArrayList<>()).add(text.textValue());
            mask(parent, "text");
        } else if (!refused.contains(key) && !annotates) {
            more(key, parent, "text");
        }
    }

    private void output(JsonNode root) {
        int i = 0;
        annotates = false;
        for (JsonNode item : root.path("output")) {
            annotates |= annotates(item);
            int j = 0;
            for (JsonNode part : item.path("content")) {
                boolean prose = part.path("type").asText().equals("output_text")
                        && !isFull(part.path("annotations"))
                        && !isFull(part.path("logprobs"))
                        && !annotates;
                if (prose) {
                    more(documents + " " + i + "/" + j, part, "text");
                }
                j++;
            }
            i++;
        }
    }
}
