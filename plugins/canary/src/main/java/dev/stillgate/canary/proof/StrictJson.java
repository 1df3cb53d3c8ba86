package dev.stillgate.canary.proof;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** JSON of files: every component of a record is required, and nothing else may be there. */
final class StrictJson {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    private StrictJson() {}

    /**
     * Reads a record.
     *
     * @throws IOException if the bytes are not its JSON
     */
    static <T extends Record> T read(byte[] bytes, Class<T> type) throws IOException {
        try {
            T value = JSON.readValue(bytes, type);
            if (value == null) {
                throw new IOException("expected an object");
            }
            return value;
        } catch (JacksonException e) {
            throw new IOException(e.getOriginalMessage(), e);
        }
    }

    /**
     * Reads an object of any members.
     *
     * @throws IOException if the bytes are not the JSON of an object
     */
    static JsonNode object(byte[] bytes) throws IOException {
        try {
            JsonNode value = JSON.readTree(bytes);
            if (!value.isObject()) {
                throw new IOException("expected an object");
            }
            return value;
        } catch (JacksonException e) {
            throw new IOException(e.getOriginalMessage(), e);
        }
    }

    /** Returns a value as JSON of several lines, and a line feed. */
    static String pretty(Object value) {
        return text(JSON.writerWithDefaultPrettyPrinter(), value);
    }

    /** Returns a value as JSON of one line, and a line feed. */
    static byte[] line(Object value) {
        return text(JSON.writer(), value).getBytes(StandardCharsets.UTF_8);
    }

    private static String text(ObjectWriter writer, Object value) {
        try {
            return writer.writeValueAsString(value) + "\n";
        } catch (JacksonException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
    }
}
