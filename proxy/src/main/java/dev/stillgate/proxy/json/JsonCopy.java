package dev.stillgate.proxy.json;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Copies a JSON document onto one line and optionally replaces its strings by keyed hashes. With a hash, only strings
 * under known metadata keys such as {@code id} or {@code model}, and the reason for which a provider ended a response, are
 * kept; strings under all other keys are hashed. The
 * arguments of a tool call are hashed as one text. The pieces of a text in a stream, which is an array of events, are also
 * hashed as one: the first piece becomes the hash, the others become empty. Reusable; not thread-safe.
 */
public final class JsonCopy {
    private static final Set<String> METADATA_KEYS = Set.of(
            "anthropic_version",
            "blockReason",
            "call_id",
            "detail",
            "effort",
            "finishReason",
            "finish_reason",
            "id",
            "item_id",
            "media_type",
            "mimeType",
            "mime_type",
            "mode",
            "model",
            "modelVersion",
            "name",
            "object",
            "phase",
            "previous_response_id",
            "responseId",
            "responseMimeType",
            "role",
            "service_tier",
            "status",
            "stop_reason",
            "summary_mode",
            "system_fingerprint",
            "tool_call_id",
            "tool_choice",
            "tool_use_id",
            "truncation",
            "ttl",
            "type",
            "verbosity");
    private static final String TOOL_ARGUMENTS = "input";

    /** Keys of objects in which a provider says why a response ended, and the keys in them whose strings are kept. */
    private static final Set<String> ENDINGS = Set.of("incomplete_details", "stop_details");

    private static final Set<String> ENDING_KEYS = Set.of("category", "reason", "type");
    private static final int MAX_ENDING = 64;
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final JsonTape tape = new JsonTape();
    private final StreamTexts texts = new StreamTexts();
    private final @Nullable TextHash hash;
    private boolean stream;

    /**
     * Creates a copier.
     *
     * @param hash replaces strings; null to keep them
     */
    public JsonCopy(@Nullable TextHash hash) {
        this.hash = hash;
    }

    /** Appends a document. Returns false and appends nothing if it is invalid JSON. */
    public boolean append(byte[] json, int from, int length, ByteArrayOutputStream out) {
        try {
            tape.parse(json, from, length);
        } catch (MalformedBody broken) {
            return false;
        }
        if (hash == null) {
            for (int i = from; i < from + length; i++) {
                out.write(json[i] == '\n' || json[i] == '\r' ? ' ' : json[i]); // a valid string contains no line ends
            }
        } else {
            stream = tape.kind(tape.root()) == JsonTape.ARRAY;
            if (stream) {
                texts.collect();
                value(tape.root(), hash, false, new ByteArrayOutputStream());
                texts.write();
            }
            value(tape.root(), hash, false, out);
        }
        return true;
    }

    private void value(int node, TextHash hasher, boolean kept, ByteArrayOutputStream out) {
        switch (tape.kind(node)) {
            case JsonTape.OBJECT -> object(node, hasher, false, out);
            case JsonTape.ARRAY -> {
                out.write('[');
                int position = 0;
                for (int item = tape.first(node); item != tape.end(node); item = tape.next(item)) {
                    comma(position > 0, out);
                    int place = stream ? texts.enter(tape, item, position) : 0;
                    position++;
                    value(item, hasher, kept, out);
                    texts.leave(place);
                }
                out.write(']');
            }
            case JsonTape.STRING -> {
                if (kept) {
                    out.write(tape.bytes(), tape.start(node) - 1, tape.stop(node) - tape.start(node) + 2);
                } else {
                    String text = tape.string(node);
                    text(stream ? texts.hash(text, hasher) : hasher.of(text), out);
                }
            }
            default -> out.write(tape.bytes(), tape.start(node), tape.stop(node) - tape.start(node));
        }
    }

    private void object(int node, TextHash hasher, boolean ending, ByteArrayOutputStream out) {
        out.write('{');
        for (int key = tape.first(node); key != tape.end(node); key = tape.next(tape.value(key))) {
            comma(key != tape.first(node), out);
            out.write(tape.bytes(), tape.start(key) - 1, tape.stop(key) - tape.start(key) + 2);
            out.write(':');
            int value = tape.value(key);
            String name = tape.string(key);
            int place = stream ? texts.enter(name) : 0;
            if (name.equals(TOOL_ARGUMENTS) && tape.kind(value) == JsonTape.OBJECT) {
                String arguments = new String(
                        tape.bytes(), tape.start(value), tape.stop(value) - tape.start(value), StandardCharsets.UTF_8);
                out.writeBytes("{\"hashed\":".getBytes(StandardCharsets.US_ASCII));
                text(hasher.of(arguments), out);
                out.write('}');
            } else if (ENDINGS.contains(name) && tape.kind(value) == JsonTape.OBJECT) {
                object(value, hasher, true, out);
            } else {
                boolean kept = ending
                        ? ENDING_KEYS.contains(name) && tape.stop(value) - tape.start(value) <= MAX_ENDING
                        : METADATA_KEYS.contains(name);
                value(value, hasher, kept, out);
            }
            texts.leave(place);
        }
        out.write('}');
    }

    private static void comma(boolean needed, ByteArrayOutputStream out) {
        if (needed) {
            out.write(',');
        }
    }

    /** Appends a text as a JSON string; control and non-ASCII characters are escaped. */
    public static void text(CharSequence text, ByteArrayOutputStream out) {
        out.write('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.write('\\');
                out.write(c);
            } else if (c >= ' ' && c < 0x7f) {
                out.write(c);
            } else {
                out.write('\\');
                out.write('u');
                for (int shift = 12; shift >= 0; shift -= 4) {
                    out.write(HEX[c >>> shift & 0xf]);
                }
            }
        }
        out.write('"');
    }
}
