package dev.stillgate.proxy.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.json.JsonValues;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.BodyView.Chat;
import dev.stillgate.spi.BodyView.PartKind;
import dev.stillgate.spi.Operation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reference reader of requests with Jackson in its strictest mode, for comparison with the gateway's reader. */
final class OtherReader {
    private static final ObjectMapper STRICT = new ObjectMapper(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNumberLength(1 << 20)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private OtherReader() {}

    /** Returns the document; null if Jackson rejects it. */
    static JsonNode parse(byte[] body) {
        try {
            return STRICT.readTree(body);
        } catch (JacksonException refused) {
            return null;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Converts a document to the types of {@link JsonValues}. */
    static Object plain(JsonNode node) {
        if (node.isObject()) {
            Map<String, Object> members = new LinkedHashMap<>();
            for (Iterator<Map.Entry<String, JsonNode>> it = node.properties().iterator(); it.hasNext(); ) {
                Map.Entry<String, JsonNode> member = it.next();
                if (!member.getValue().isNull()) {
                    members.put(member.getKey(), plain(member.getValue()));
                }
            }
            return members;
        }
        if (node.isArray()) {
            List<Object> elements = new ArrayList<>();
            for (JsonNode element : node) {
                if (!element.isNull()) {
                    elements.add(plain(element));
                }
            }
            return elements;
        }
        if (node.isNumber()) {
            return node.isIntegralNumber() && node.canConvertToLong()
                    ? (Object) node.longValue()
                    : (Object) node.doubleValue();
        }
        return node.isTextual() ? node.textValue() : (Object) node.booleanValue();
    }

    /** Compares the view of the filters with the document that Jackson parsed. */
    static void compare(Operation operation, Chat chat, JsonNode root) {
        assertThat(chat.model()).isEqualTo(textOrNull(root.get("model")));
        assertThat(chat.stream()).isEqualTo(isTrue(root.get("stream")));
        assertThat(boxed(chat.temperature())).isEqualTo(boxed(decimal(root.get("temperature"))));
        assertThat(boxed(chat.topP())).isEqualTo(boxed(decimal(root.get("top_p"))));
        assertThat(chat.maxTokens()).isEqualTo(maxTokens(operation, root));
        boolean responses = operation == Operation.RESPONSES;
        assertThat(chat.previousResponse()).isEqualTo(responses ? textOrNull(root.get("previous_response_id")) : null);
        JsonNode n = operation == Operation.CHAT_COMPLETIONS ? root.get("n") : null;
        assertThat(chat.choices()).isEqualTo(n == null || n.isNull() ? 1 : whole(n));
        assertThat(chat.toolNames()).isEqualTo(toolNames(root.get("tools"), operation));
        JsonNode turns = root.get(responses ? "input" : "messages");
        boolean array = turns != null && turns.isArray();
        boolean text = responses && turns != null && turns.isTextual();
        assertThat(chat.messageCount()).isEqualTo(array ? turns.size() : text ? 1 : 0);
        Map<Integer, String> texts = texts(chat);
        if (text) {
            assertThat(texts).isEqualTo(Map.of(0, turns.textValue()));
        } else if (array) {
            for (int i = 0; i < turns.size(); i++) {
                String expected = plainText(turns.get(i));
                if (expected != null) {
                    assertThat(texts.getOrDefault(i, "")).isEqualTo(expected);
                }
            }
        }
    }

    private static Map<Integer, String> texts(Chat chat) {
        Map<Integer, String> texts = new TreeMap<>();
        BodyView.PartVisitor visitor = (message, role, kind, id, text) -> {
            if (kind == PartKind.TEXT || kind == PartKind.TOOL_RESULT) {
                texts.merge(message, text.toString(), String::concat);
            }
            return true;
        };
        chat.parts(visitor);
        return texts;
    }

    /** Returns the text of a turn; null if it has other content. */
    private static String plainText(JsonNode turn) {
        if (!turn.isObject() || !turn.has("role") || !turn.has("content") || turn.has("refusal")) {
            return null;
        }
        JsonNode content = turn.get("content");
        if (content.isTextual()) {
            return content.textValue();
        }
        StringBuilder all = new StringBuilder();
        for (JsonNode block : content) {
            if (!block.isObject()
                    || !"text".equals(textOrNull(block.get("type")))
                    || textOrNull(block.get("text")) == null) {
                return null;
            }
            all.append(block.get("text").textValue());
        }
        return content.isArray() ? all.toString() : null;
    }

    private static List<String> toolNames(JsonNode tools, Operation operation) {
        List<String> names = new ArrayList<>();
        if (tools != null && tools.isArray()) {
            for (JsonNode tool : tools) {
                JsonNode function = tool.get("function");
                String name = operation == Operation.CHAT_COMPLETIONS && function != null
                        ? textOrNull(function.get("name"))
                        : null;
                name = name != null ? name : textOrNull(tool.get("name"));
                name = name != null ? name : textOrNull(tool.get("type"));
                if (name != null) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    private static long maxTokens(Operation operation, JsonNode root) {
        return switch (operation.label()) {
            case "messages" -> whole(root.get("max_tokens"));
            case "chat_completions" -> {
                long tokens = whole(root.get("max_completion_tokens"));
                yield tokens != Chat.ABSENT ? tokens : whole(root.get("max_tokens"));
            }
            default -> whole(root.get("max_output_tokens"));
        };
    }

    private static long whole(JsonNode node) {
        double value = decimal(node);
        return value >= 0 && value <= 1L << 53 && value % 1 == 0 ? (long) value : Chat.ABSENT;
    }

    private static double decimal(JsonNode node) {
        return node != null && node.isNumber() ? node.doubleValue() : Double.NaN;
    }

    /** Boxes a number, so that NaN equals itself; minus zero becomes zero. */
    private static Double boxed(double number) {
        return number + 0.0;
    }

    private static boolean isTrue(JsonNode node) {
        return node != null && node.isBoolean() && node.booleanValue();
    }

    private static String textOrNull(JsonNode node) {
        return node != null && node.isTextual() ? node.textValue() : null;
    }
}
