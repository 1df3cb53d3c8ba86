package dev.stillgate.proxy.orders;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stillgate.proxy.orders.SharedRecords.Stored;
import dev.stillgate.spi.orders.Order;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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
    private static final long MOST_TOKENS = 4L * MOST_ACCOUNTS; // names and values of details among them
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST + 2)
                            .maxStringLength(MOST_TEXT)
                            .maxNameLength(MOST_ID)
                            .maxNumberLength(30)
                            .maxTokenCount(MOST_TOKENS)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_LONG_FOR_INTS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS) // one text for equal orders
            .build();

    /** Parser of records of newer versions, which may have larger parts. */
    private static final JsonMapper ANY = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** The members of a record, in their order. */
    @JsonInclude(Include.NON_EMPTY)
    private record Body(
            int version,
            String id,
            String filter,
            @JsonInclude(Include.NON_NULL) @Nullable String by,
            @JsonInclude(Include.NON_NULL) @Nullable String why,
            String action,
            String subject,
            String slot,
            @Nullable List<String> accounts,
            @Nullable List<String> except,
            @JsonInclude(Include.NON_DEFAULT) boolean withdraws,
            @Nullable Long until,
            @JsonProperty("for") @Nullable Long lasting,
            int needs,
            String agreement,
            @Nullable Map<String, Object> details) {}

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

    private static String write(Order order) {
        long end = order.end().millis();
        boolean fixed = order.fixedEnd();
        try {
            return JSON.writeValueAsString(new Body(
                    VERSION,
                    order.id(),
                    order.filter(),
                    order.by(),
                    order.why(),
                    order.action(),
                    order.subject(),
                    order.slot(),
                    order.accounts(),
                    order.except(),
                    order.withdraws(),
                    fixed ? end : null,
                    fixed ? null : end,
                    order.needs(),
                    order.agreement(),
                    details(order.details())));
        } catch (JacksonException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns an immutable copy of an order's details.
     *
     * @throws IllegalArgumentException if a value has a type that details cannot have
     */
    private static Map<String, Object> details(Map<?, ?> details) {
        Map<String, Object> copy = new TreeMap<>();
        details.forEach((name, value) -> copy.put(String.valueOf(name), detail(value)));
        return Map.copyOf(copy);
    }

    private static Object detail(@Nullable Object value) {
        return switch (value) {
            case String text -> text;
            case Boolean truth -> truth;
            case Integer number -> number;
            case Long number -> number;
            case Double number -> number;
            case Map<?, ?> map -> details(map);
            case Collection<?> items -> items.stream().map(OrderJson::detail).toList();
            case null, default ->
                throw new IllegalArgumentException("an order's details cannot have a "
                        + (value == null ? "null" : value.getClass().getName()));
        };
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
        try {
            int version = version(body);
            if (version > VERSION) {
                return null;
            }
            if (version < 1) {
                throw malformed("version " + version);
            }
            return order(record, JSON.readValue(body, Body.class));
        } catch (JacksonException e) {
            JsonLocation at = e.getLocation();
            throw new MalformedOrderException(
                    e.getOriginalMessage() + (at == null ? "" : " at character " + at.getCharOffset()), e);
        } catch (IOException | RuntimeException e) {
            throw new MalformedOrderException(String.valueOf(e.getMessage()), e);
        }
    }

    private static int version(String body) throws IOException {
        try (JsonParser json = JSON.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT || !"version".equals(json.nextFieldName())) {
                throw malformed("expected an object that begins with its version");
            }
            json.nextToken();
            return json.getIntValue();
        }
    }

    /**
     * Returns the id of a record of any version.
     *
     * @throws MalformedOrderException if it has none
     */
    static String idOf(Stored record) throws MalformedOrderException {
        String body = record.body();
        try {
            JsonNode order = ANY.readTree(body);
            if (!order.isObject() || !body.startsWith("{") || !body.endsWith("}")) {
                throw malformed("expected one object");
            }
            String id = order.path("id").asText();
            if (!ID.matcher(id).matches()) {
                throw malformed("id: expected 32 hexadecimal digits");
            }
            return id;
        } catch (IOException e) {
            throw new MalformedOrderException(String.valueOf(e.getMessage()), e);
        }
    }

    private static IOException malformed(String message) {
        return new IOException(message);
    }

    private static Order order(Stored record, Body body) throws IOException {
        List<String> accounts = body.accounts == null ? List.of() : body.accounts;
        List<String> except = body.except == null ? List.of() : body.except;
        if (!ID.matcher(text("id", body.id, MOST_NAME)).matches()) {
            throw malformed("id: expected 32 hexadecimal digits");
        }
        if (accounts.size() + except.size() > MOST_ACCOUNTS) {
            throw malformed("accounts: more than " + MOST_ACCOUNTS + " with the exceptions");
        }
        if (Stream.concat(accounts.stream(), except.stream()).anyMatch(account -> account.length() > MOST_ID)) {
            throw malformed("accounts: longer than " + MOST_ID + " characters");
        }
        if (body.needs < 1) {
            throw malformed("needs: below 1");
        }
        Long until = body.until;
        if ((until == null) == (body.lasting == null)) {
            throw malformed("expected either until or for");
        }
        long lasting = body.lasting == null ? 0 : body.lasting;
        if (lasting < 0 || (until != null && until < 0)) {
            throw malformed("the end: below 0");
        }
        return new Order(
                body.id,
                record.rank(),
                record.time(),
                text("filter", body.filter, MOST_NAME).intern(),
                body.by == null ? null : text("by", body.by, MOST_ID),
                body.why,
                text("action", body.action, MOST_NAME).intern(),
                text("subject", body.subject, MOST_ID),
                text("slot", body.slot, MOST_NAME).intern(),
                accounts,
                except,
                body.withdraws,
                until != null ? until : Math.addExact(record.time(), lasting),
                until != null,
                body.needs,
                text("agreement", body.agreement, MOST_TEXT),
                details(body.details == null ? Map.of() : body.details));
    }

    private static String text(String name, @Nullable String text, int most) throws IOException {
        if (text == null) {
            throw malformed(name + ": missing");
        }
        if (text.length() > most) {
            throw malformed(name + ": longer than " + most + " characters");
        }
        return text;
    }
}
