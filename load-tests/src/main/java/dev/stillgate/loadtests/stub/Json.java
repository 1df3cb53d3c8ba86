package dev.stillgate.loadtests.stub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** JSON trees written the short way: {@code object("type", "text", "text", words)}. */
final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Json() {}

    /** Alternating names and values; a null value becomes JSON null. */
    static ObjectNode object(@Nullable Object... pairs) {
        ObjectNode node = NODES.objectNode();
        for (int i = 0; i < pairs.length; i += 2) {
            node.set(String.valueOf(pairs[i]), value(pairs[i + 1]));
        }
        return node;
    }

    static ArrayNode array(@Nullable Object... values) {
        ArrayNode node = NODES.arrayNode();
        for (Object value : values) {
            node.add(value(value));
        }
        return node;
    }

    static ArrayNode array(Collection<?> values) {
        return array(values.toArray());
    }

    static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(JsonNode node) {
        return new String(bytes(node), java.nio.charset.StandardCharsets.UTF_8);
    }

    /** Throws {@link IOException} when the bytes are no JSON object. */
    static JsonNode read(byte[] bytes) throws IOException {
        JsonNode node = MAPPER.readTree(bytes);
        if (node == null || !node.isObject()) {
            throw new IOException("the body must be a JSON object");
        }
        return node;
    }

    /** Length in UTF-16 units of every string and name below the node: the stub's measure of a prompt. */
    static int textLength(JsonNode node) {
        if (node.isTextual()) {
            return node.textValue().length();
        }
        int sum = 0;
        for (Iterator<JsonNode> each = node.elements(); each.hasNext(); ) {
            sum += textLength(each.next());
        }
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            sum += names.next().length();
        }
        return sum;
    }

    private static JsonNode value(@Nullable Object value) {
        return switch (value) {
            case null -> NODES.nullNode();
            case JsonNode node -> node;
            case String text -> NODES.textNode(text);
            case Integer number -> NODES.numberNode(number);
            case Long number -> NODES.numberNode(number);
            case Double number -> NODES.numberNode(number);
            case Boolean flag -> NODES.booleanNode(flag);
            case Collection<?> many -> array(many);
            default -> throw new IllegalArgumentException("no JSON form for " + value.getClass());
        };
    }
}
