package dev.stillgate.proxy.backtest;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Members of one exchange-log line, with the required fields checked. Unknown fields are ignored, and bodies keep their
 * bytes. Reusable; valid until the next line is read.
 */
final class LogLine {
    /** The latest valid time: the year 2100. */
    private static final long LATEST = 4_102_444_800_000L;

    /** The maximum duration of an exchange, in milliseconds: 31 days. */
    private static final long LONGEST_OPEN = 31L * 86_400_000;

    /** The maximum length of a whole number, in digits. */
    private static final int MOST_DIGITS = 16;

    private static final int DEEPEST = 512;

    /** The limits are those of the line itself; a body is judged later, as the gateway judges it. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final Map<String, Member> members = new HashMap<>();
    private byte[] buf = new byte[0];
    private long ts;
    private long end;
    private int status;

    /**
     * Member of the line, with the range of its JSON in the line's bytes.
     *
     * @param text the text of a string or number, empty for an object or array
     */
    private record Member(JsonToken kind, String text, int start, int stop) {
        private boolean isText() {
            return kind == JsonToken.VALUE_STRING;
        }
    }

    void read(byte[] bytes, int from, int to) throws BrokenLine {
        buf = bytes;
        members.clear();
        try (JsonParser parser = JSON.createParser(bytes, from, to - from)) {
            members(parser, from, to);
        } catch (JacksonException e) {
            throw new BrokenLine(
                    "not an exchange: invalid JSON at byte " + e.getLocation().getByteOffset());
        } catch (IOException e) {
            throw new BrokenLine("not an exchange: " + e.getMessage());
        }
        ts = whole("ts");
        if (ts < 1 || ts > LATEST) {
            throw new BrokenLine("ts: expected milliseconds since the epoch");
        }
        end = end();
        status = (int) whole("status");
        if (status < 100 || status > 599) {
            throw new BrokenLine("status: expected 100 to 599");
        }
    }

    private void members(JsonParser parser, int from, int to) throws IOException {
        int first = space(from, to);
        if (first == to || buf[first] != '{') {
            throw new IOException("expected an object");
        }
        parser.nextToken();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken kind = parser.nextToken();
            int start = from + (int) parser.currentTokenLocation().getByteOffset();
            String text = kind.isScalarValue() ? parser.getText() : "";
            parser.skipChildren();
            int stop = from + (int) parser.currentLocation().getByteOffset();
            if (members.put(name, new Member(kind, text, start, stop)) != null) {
                throw new IOException("duplicate key " + name);
            }
        }
        if (space(from + (int) parser.currentLocation().getByteOffset(), to) < to) {
            throw new IOException("bytes after the JSON object");
        }
    }

    private int space(int from, int to) {
        int p = from;
        while (p < to && (buf[p] == ' ' || buf[p] == '\t' || buf[p] == '\n' || buf[p] == '\r')) {
            p++;
        }
        return p;
    }

    private @Nullable Member find(String name) {
        Member member = members.get(name);
        return member == null || member.kind == JsonToken.VALUE_NULL ? null : member;
    }

    /** Returns a whole number; -1 if it is absent, negative, of another type or too long. */
    private long whole(String name) {
        Member member = find(name);
        if (member == null || member.kind != JsonToken.VALUE_NUMBER_INT || member.text.length() > MOST_DIGITS) {
            return -1;
        }
        return Math.max(-1, Long.parseLong(member.text));
    }

    private long end() throws BrokenLine {
        if (!has("end")) {
            return ts;
        }
        long value = whole("end");
        if (value < ts || value - ts > LONGEST_OPEN) {
            throw new BrokenLine("end: expected milliseconds since the epoch, from ts to 31 days later");
        }
        return value;
    }

    byte[] bytes() {
        return buf;
    }

    /** Returns the time of the request, in milliseconds since the epoch. */
    long ts() {
        return ts;
    }

    /**
     * Returns the end of the response, in milliseconds since the epoch; the time of the request when the line has no
     * end.
     */
    long endMillis() {
        return end;
    }

    int status() {
        return status;
    }

    /** Returns the parsed value of a required string. */
    <T> T required(String name, ParsedTexts<T> cache) throws BrokenLine {
        Member member = find(name);
        if (member == null || !member.isText()) {
            throw new BrokenLine(name + ": expected a string");
        }
        return cached(name, member.text, cache);
    }

    /** Returns the parsed value of an optional string, {@code otherwise} when it is absent. */
    <T> T optional(String name, ParsedTexts<T> cache, T otherwise) throws BrokenLine {
        return has(name) ? required(name, cache) : otherwise;
    }

    /** Returns the parsed JSON of a required member of any type. */
    <T> T json(String name, ParsedTexts<T> cache) throws BrokenLine {
        if (!has(name)) {
            throw new BrokenLine(name + ": is missing");
        }
        return cached(name, new String(buf, start(name), length(name), StandardCharsets.UTF_8), cache);
    }

    private static <T> T cached(String name, String text, ParsedTexts<T> cache) throws BrokenLine {
        try {
            return cache.get(text);
        } catch (BrokenLine e) {
            throw new BrokenLine(name + ": " + e.reason());
        }
    }

    /** Returns whether a member is present and not null. */
    boolean has(String name) {
        return find(name) != null;
    }

    /** Returns the offset of a member's value, 0 when it is absent. */
    int start(String name) {
        Member member = find(name);
        return member == null ? 0 : member.start;
    }

    /** Returns the length of a member's value, 0 when it is absent. */
    int length(String name) {
        Member member = find(name);
        return member == null ? 0 : member.stop - member.start;
    }

    /** Returns a text unchanged. An empty one, or one that UTF-8 cannot encode, is invalid. */
    static String text(String text) throws BrokenLine {
        if (text.isEmpty()) {
            throw new BrokenLine("is empty");
        }
        return encodable(text);
    }

    /** Returns a text unchanged, which UTF-8 must be able to encode. */
    static String encodable(String text) throws BrokenLine {
        boolean surrogates = text.chars().anyMatch(c -> Character.isSurrogate((char) c));
        if (surrogates && !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new BrokenLine("unpaired surrogate");
        }
        return text;
    }
}
