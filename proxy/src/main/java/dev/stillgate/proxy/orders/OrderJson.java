package dev.stillgate.proxy.orders;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.stillgate.proxy.orders.SharedRecords.Stored;
import dev.stillgate.spi.orders.Order;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reader and writer of an order's JSON, without its rank and time, which stand beside it in the journal and in the store. An
 * end that moves with the time is written as a duration.
 */
public final class OrderJson {
    /** Version of the records that this gateway understands. */
    static final int VERSION = 1;

    static final int MOST_ACCOUNTS = 100_000;

    /** Maximum size of a record on the disk: each erased account in it may have become longer, and each number. */
    static final int MOST_KEPT_BYTES = 3 * SharedRecords.MOST_BYTES;

    private static final int MOST_NAME = 64;
    private static final int MOST_ID = 1_000;
    private static final int MOST_TEXT = 16_384;
    private static final int DEEPEST = 8;
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST + 2)
                    .maxStringLength(MOST_TEXT)
                    .maxNameLength(MOST_ID)
                    .maxNumberLength(30)
                    .build())
            .build();

    /** Parser of records of newer versions, which may have larger parts. */
    private static final JsonFactory ANY = new JsonFactory();

    /** A record that cannot be read as an order. */
    public static final class MalformedOrderException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedOrderException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    private OrderJson() {}

    /** Returns the record of an order. */
    public static Stored stored(Order order) {
        return new Stored(order.rank(), order.time(), write(order));
    }

    /** Returns the JSON of an order. */
    private static String write(Order order) {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeNumberField("version", VERSION);
            json.writeStringField("id", order.id());
            json.writeStringField("filter", order.filter());
            text(json, "by", order.by());
            text(json, "why", order.why());
            json.writeStringField("action", order.action());
            json.writeStringField("subject", order.subject());
            json.writeStringField("slot", order.slot());
            list(json, "accounts", order.accounts());
            list(json, "except", order.except());
            if (order.withdraws()) {
                json.writeBooleanField("withdraws", true);
            }
            json.writeNumberField(
                    order.fixedEnd() ? "until" : "for", order.end().millis());
            json.writeNumberField("needs", order.needs());
            json.writeStringField("agreement", order.agreement());
            if (!order.details().isEmpty()) {
                json.writeFieldName("details");
                value(json, order.details());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    private static void text(JsonGenerator json, String name, @Nullable String text) throws IOException {
        if (text != null) {
            json.writeStringField(name, text);
        }
    }

    private static void list(JsonGenerator json, String name, List<String> texts) throws IOException {
        if (!texts.isEmpty()) {
            json.writeFieldName(name);
            value(json, texts);
        }
    }

    private static void value(JsonGenerator json, Object value) throws IOException {
        switch (value) {
            case String text -> json.writeString(text);
            case Boolean truth -> json.writeBoolean(truth);
            case Integer number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            case Double number -> json.writeNumber(number);
            case Map<?, ?> map -> {
                json.writeStartObject();
                for (Map.Entry<?, ?> entry : new TreeMap<>(map).entrySet()) { // one text for equal orders
                    json.writeFieldName(String.valueOf(entry.getKey()));
                    value(json, entry.getValue());
                }
                json.writeEndObject();
            }
            case Collection<?> items -> {
                json.writeStartArray();
                for (Object item : items) {
                    value(json, item);
                }
                json.writeEndArray();
            }
            default ->
                throw new IllegalArgumentException(
                        "an order's details cannot have a " + value.getClass().getName());
        }
    }

    /**
     * Reads a record.
     *
     * @return the order; null if the record is of a newer version
     * @throws MalformedOrderException if the record cannot be read as an order
     */
    public static @Nullable Order read(Stored record) throws MalformedOrderException {
        return read(record, SharedRecords.MOST_BYTES);
    }

    /** Returns whether a record's body has at most some bytes in UTF-8. */
    static boolean fits(String body, int most) {
        return body.length() <= most / 3 || body.getBytes(StandardCharsets.UTF_8).length <= most;
    }

    static @Nullable Order read(Stored record, int most) throws MalformedOrderException {
        String body = record.body();
        if (!fits(body, most)) {
            throw new MalformedOrderException("longer than " + most + " bytes", null);
        }
        if (body.indexOf('\n') >= 0) {
            throw new MalformedOrderException("more than one line", null);
        }
        try (JsonParser json = JSON.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT || !"version".equals(json.nextFieldName())) {
                throw malformed("expected an object that begins with its version");
            }
            json.nextToken();
            int version = json.getIntValue();
            if (version > VERSION) {
                return null;
            }
            if (version < 1) {
                throw malformed("version " + version);
            }
            Order order = new Fields().read(json).order(record.rank(), record.time());
            if (json.nextToken() != null) {
                throw malformed("text after the object");
            }
            return order;
        } catch (JsonProcessingException e) {
            throw new MalformedOrderException(
                    e.getOriginalMessage() + " at character " + e.getLocation().getCharOffset(), e);
        } catch (IOException | RuntimeException e) {
            throw new MalformedOrderException(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Returns the id of a record of any version.
     *
     * @throws MalformedOrderException if it has none
     */
    static String idOf(Stored record) throws MalformedOrderException {
        String id = "";
        String body = record.body();
        try (JsonParser json = ANY.createParser(body)) {
            json.nextToken();
            String name;
            while ((name = json.nextFieldName()) != null) {
                json.nextToken();
                id = name.equals("id") ? json.getText() : id;
                json.skipChildren();
            }
            if (json.currentToken() != JsonToken.END_OBJECT
                    || json.nextToken() != null
                    || !body.startsWith("{")
                    || !body.endsWith("}")) {
                throw malformed("expected one object");
            }
        } catch (IOException e) {
            throw new MalformedOrderException(String.valueOf(e.getMessage()), e);
        }
        if (!ID.matcher(id).matches()) {
            throw new MalformedOrderException("id: expected 32 hexadecimal digits", null);
        }
        return id;
    }

    private static IOException malformed(String message) {
        return new IOException(message);
    }

    /** The fields of an order that is read. */
    private static final class Fields {
        private final Map<String, String> texts = new LinkedHashMap<>();
        private List<String> accounts = List.of();
        private List<String> except = List.of();
        private Map<String, Object> details = Map.of();
        private boolean withdraws;
        private @Nullable Long until;
        private @Nullable Long lasting;
        private int needs;
        private int values;

        private Fields read(JsonParser json) throws IOException {
            String name;
            while ((name = json.nextFieldName()) != null) {
                JsonToken token = json.nextToken();
                switch (name) {
                    case "id", "action", "slot", "filter", "by", "subject", "agreement", "why" ->
                        texts.put(name, text(json, name, token));
                    case "accounts" -> accounts = list(json, name, token);
                    case "except" -> except = list(json, name, token);
                    case "withdraws" -> withdraws = json.getBooleanValue();
                    case "until" -> until = number(json, name);
                    case "for" -> lasting = number(json, name);
                    case "needs" -> needs = json.getIntValue();
                    case "details" -> details = map(json, token, DEEPEST);
                    default -> throw malformed("unknown field " + name);
                }
            }
            if (json.currentToken() != JsonToken.END_OBJECT) {
                throw malformed("expected a field");
            }
            return this;
        }

        private static String text(JsonParser json, String name, JsonToken token) throws IOException {
            int most = switch (name) {
                case "id", "action", "slot", "filter" -> MOST_NAME;
                case "by", "subject", "accounts", "except" -> MOST_ID;
                default -> MOST_TEXT;
            };
            if (token != JsonToken.VALUE_STRING) {
                throw malformed(name + ": expected text");
            }
            if (json.getTextLength() > most) {
                throw malformed(name + ": longer than " + most + " characters");
            }
            return json.getText();
        }

        private static long number(JsonParser json, String name) throws IOException {
            long number = json.getLongValue();
            if (number < 0) {
                throw malformed(name + ": below 0");
            }
            return number;
        }

        private static List<String> list(JsonParser json, String name, JsonToken token) throws IOException {
            if (token != JsonToken.START_ARRAY) {
                throw malformed(name + ": expected a list");
            }
            List<String> list = new ArrayList<>();
            JsonToken each;
            while ((each = json.nextToken()) != JsonToken.END_ARRAY) {
                if (list.size() == MOST_ACCOUNTS) {
                    throw malformed(name + ": more than " + MOST_ACCOUNTS);
                }
                list.add(text(json, name, each));
            }
            return list;
        }

        private Map<String, Object> map(JsonParser json, JsonToken token, int levels) throws IOException {
            if (token != JsonToken.START_OBJECT) {
                throw malformed("details: expected an object");
            }
            Map<String, Object> map = new LinkedHashMap<>();
            String name;
            while ((name = json.nextFieldName()) != null) {
                map.put(name, value(json, json.nextToken(), levels - 1));
            }
            return Map.copyOf(map);
        }

        private Object value(JsonParser json, JsonToken token, int levels) throws IOException {
            if (++values > MOST_ACCOUNTS) {
                throw malformed("details: more than " + MOST_ACCOUNTS + " values");
            }
            if (levels < 0) {
                throw malformed("details: deeper than " + DEEPEST + " levels");
            }
            return switch (token) {
                case VALUE_STRING -> json.getText();
                case VALUE_TRUE, VALUE_FALSE -> json.getBooleanValue();
                case VALUE_NUMBER_INT -> json.getLongValue();
                case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
                case START_OBJECT -> map(json, token, levels);
                case START_ARRAY -> {
                    List<Object> list = new ArrayList<>();
                    JsonToken each;
                    while ((each = json.nextToken()) != JsonToken.END_ARRAY) {
                        list.add(value(json, each, levels - 1));
                    }
                    yield List.copyOf(list);
                }
                default -> throw malformed("details: unexpected " + token);
            };
        }

        private String required(String name) throws IOException {
            String text = texts.get(name);
            if (text == null) {
                throw malformed(name + ": missing");
            }
            return text;
        }

        private Order order(Order.Rank rank, long time) throws IOException {
            if (!ID.matcher(required("id")).matches()) {
                throw malformed("id: expected 32 hexadecimal digits");
            }
            if (accounts.size() + except.size() > MOST_ACCOUNTS) {
                throw malformed("accounts: more than " + MOST_ACCOUNTS + " with the exceptions");
            }
            if (needs < 1) {
                throw malformed("needs: below 1");
            }
            Long end = until;
            Long duration = lasting;
            if ((end == null) == (duration == null)) {
                throw malformed("expected either until or for");
            }
            return new Order(
                    required("id"),
                    rank,
                    time,
                    required("filter"),
                    texts.get("by"),
                    texts.get("why"),
                    required("action"),
                    required("subject"),
                    required("slot"),
                    accounts,
                    except,
                    withdraws,
                    end != null ? end : Math.addExact(time, duration == null ? 0 : duration),
                    end != null,
                    needs,
                    required("agreement"),
                    details);
        }
    }
}
