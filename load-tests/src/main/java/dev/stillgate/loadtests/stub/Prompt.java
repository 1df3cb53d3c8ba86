package dev.stillgate.loadtests.stub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stillgate.loadtests.json.JsonBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a request that determine the output, in a form common to the three APIs.
 *
 * @param lastText the text of the last user turn
 * @param tool the function to call, or null if the output is text
 * @param toolResult the result of the client's tool, or null
 * @param maxTokens the upper bound of output tokens
 * @param inputTokens a quarter of the prompt's characters, at least 1
 */
record Prompt(
        JsonNode raw,
        String model,
        String lastText,
        @Nullable Tool tool,
        @Nullable String toolResult,
        int maxTokens,
        int inputTokens) {

    /** The command of a tool that runs one. */
    private static final String COMMAND = "echo Tromsø";

    /** A function that the model may call; {@code arguments} are generated from its schema. */
    record Tool(String name, String arguments) {}

    static Prompt ofMessages(JsonNode body) {
        Turn turn = new Turn();
        for (JsonNode message : body.path("messages")) {
            turn.start(message.path("role").asText());
            turn.content(message.path("content"));
        }
        String choice = body.path("tool_choice").path("type").asText();
        boolean forced = choice.equals("any") || choice.equals("tool");
        return of(body, turn, forced, body.path("max_tokens"));
    }

    static Prompt ofChat(JsonNode body) {
        Turn turn = new Turn();
        for (JsonNode message : body.path("messages")) {
            turn.start(message.path("role").asText());
            turn.content(message.path("content"));
        }
        return of(body, turn, forcedByOpenAi(body), firstOf(body, "max_completion_tokens", "max_tokens"));
    }

    static Prompt ofResponses(JsonNode body) {
        Turn turn = new Turn();
        if (body.path("input").isTextual()) {
            turn.text = body.path("input").asText();
        }
        for (JsonNode item : body.path("input")) {
            if (item.path("type").asText().equals("function_call_output")) {
                turn.start("tool");
                turn.content(item.path("output"));
            } else {
                turn.start(item.path("role").asText());
                turn.content(item.path("content"));
            }
        }
        return of(body, turn, forcedByOpenAi(body), body.path("max_output_tokens"));
    }

    /** Reads a prompt of the Gemini API, whose path names the model. */
    static Prompt ofContents(JsonNode body, String model) {
        Turn turn = new Turn();
        for (JsonNode content : body.path("contents")) {
            JsonNode parts = content.path("parts");
            JsonNode result = parts.findPath("functionResponse");
            turn.start(result.isMissingNode() ? content.path("role").asText("user") : "tool");
            turn.content(
                    result.isMissingNode() ? parts : result.path("response").findPath("output"));
        }
        boolean forced =
                body.at("/toolConfig/functionCallingConfig/mode").asText().equals("ANY");
        return of(((ObjectNode) body).put("model", model), turn, forced, body.at("/generationConfig/maxOutputTokens"));
    }

    /** Returns a text in the format that the request asks for: as it is, or as JSON of its schema. */
    String formatted(String text) {
        JsonNode format = raw.has("response_format")
                ? raw.path("response_format")
                : raw.path("text").path("format");
        Map<String, Object> answer = switch (format.path("type").asText()) {
            case "json_schema" -> arguments(format.findPath("schema"));
            case "json_object" -> Map.of("text", text);
            default -> contentSchema().isObject() ? arguments(contentSchema()) : null;
        };
        return answer == null ? text : new JsonBuffer(256).value(answer).toString();
    }

    /** Returns the schema of a response of the Gemini API. */
    private JsonNode contentSchema() {
        return raw.at("/generationConfig/responseJsonSchema");
    }

    boolean flag(String name) {
        return raw.path(name).asBoolean(false);
    }

    private static Prompt of(JsonNode body, Turn turn, boolean forced, JsonNode ceiling) {
        int length = 0;
        for (String field : new String[] {"system", "instructions", "messages", "input", "contents", "tools"}) {
            length += textLength(body.path(field));
        }
        boolean asked = forced || turn.text.toLowerCase(Locale.ROOT).contains("weather");
        Tool tool = asked && turn.toolResult == null ? firstTool(body.path("tools")) : null;
        return new Prompt(
                body,
                body.path("model").asText("stub-1"),
                turn.text,
                tool,
                turn.toolResult,
                ceiling.asInt(Integer.MAX_VALUE),
                1 + length / 4);
    }

    private static boolean forcedByOpenAi(JsonNode body) {
        JsonNode choice = body.path("tool_choice");
        return choice.isObject() || choice.asText().equals("required");
    }

    private static JsonNode firstOf(JsonNode body, String first, String second) {
        return body.has(first) ? body.path(first) : body.path(second);
    }

    /** Returns the first tool that runs a command, or else the first. */
    private static @Nullable Tool firstTool(JsonNode tools) {
        JsonNode declarations = tools.findPath("functionDeclarations");
        Tool first = null;
        for (JsonNode tool : declarations.isArray() ? declarations : tools) {
            JsonNode function = tool.has("function") ? tool.path("function") : tool;
            JsonNode schema = firstOf(function, "input_schema", "parametersJsonSchema");
            Map<String, Object> arguments = arguments(schema.isObject() ? schema : function.path("parameters"));
            boolean runs = arguments.containsValue(COMMAND);
            if (function.has("name") && (runs || first == null)) {
                first = new Tool(
                        function.path("name").asText(),
                        new JsonBuffer(256).value(arguments).toString());
            }
            if (runs) {
                break;
            }
        }
        return first;
    }

    private static Map<String, Object> arguments(JsonNode schema) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        String required = schema.path("required").toString();
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            if (!required.isEmpty() && !required.contains('"' + property.getKey() + '"')) {
                continue;
            }
            JsonNode choices = property.getValue().path("enum");
            Object value = switch (property.getValue().path("type").asText().toLowerCase(Locale.ROOT)) {
                case "number", "integer" -> 7;
                case "boolean" -> true;
                case "array" -> List.of();
                case "object" -> arguments(property.getValue());
                default ->
                    property.getKey().matches("cmd|command")
                            ? COMMAND
                            : choices.path(0).asText("Tromsø");
            };
            arguments.put(property.getKey(), value);
        }
        return arguments;
    }

    /** Returns the total length of all strings and names below a node, in UTF-16 units. */
    private static int textLength(JsonNode node) {
        if (node.isTextual()) {
            return node.textValue().length();
        }
        int sum = 0;
        for (JsonNode element : node) {
            sum += textLength(element);
        }
        for (Map.Entry<String, JsonNode> property : node.properties()) {
            sum += property.getKey().length();
        }
        return sum;
    }

    /** The last turn of a conversation. */
    private static final class Turn {
        private String text = "";
        private @Nullable String toolResult;
        private boolean fromUser;
        private boolean fromTool;

        void start(String role) {
            fromUser = role.equals("user");
            fromTool = role.equals("tool");
            toolResult = null;
        }

        void content(JsonNode content) {
            if (content.isTextual()) {
                keep(content.asText());
                return;
            }
            for (JsonNode part : content) {
                if (part.path("type").asText().equals("tool_result")) {
                    fromTool = true;
                    content(part.path("content"));
                    fromTool = false;
                } else if (part.has("text")) {
                    keep(part.path("text").asText());
                }
            }
        }

        private void keep(String words) {
            if (fromTool) {
                toolResult = words;
            } else if (fromUser) {
                text = words;
            }
        }
    }
}
