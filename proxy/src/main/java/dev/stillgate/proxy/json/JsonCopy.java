package dev.stillgate.proxy.json;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Copies a provider's JSON into one line, with its texts or with hashes in their place. With hashes, a text stays only
 * under a key that is known to say what a thing is, and not what somebody wrote; whatever is new is hashed. What a tool is
 * called with is one text, however it is built. Reusable, by one thread.
 */
public final class JsonCopy {
    private static final Set<String> KEPT = Set.of(
            "anthropic_version",
            "call_id",
            "detail",
            "effort",
            "finish_reason",
            "id",
            "item_id",
            "media_type",
            "mode",
            "model",
            "name",
            "object",
            "phase",
            "previous_response_id",
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
    private static final String CALLED_WITH = "input";
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final JsonTape tape = new JsonTape();
    private final @Nullable TextHash hash;

    /**
     * A copier.
     *
     * @param hash what stands in the place of texts, null for the texts
     */
    public JsonCopy(@Nullable TextHash hash) {
        this.hash = hash;
    }

    /** Appends a document; false, and nothing, when it is not one. */
    public boolean append(byte[] json, int from, int length, ByteArrayOutputStream out) {
        try {
            tape.parse(json, from, length);
        } catch (MalformedBody broken) {
            return false;
        }
        if (hash == null) {
            for (int i = from; i < from + length; i++) {
                out.write(json[i] == '\n' || json[i] == '\r' ? ' ' : json[i]); // never within a string
            }
        } else {
            value(tape.root(), hash, false, out);
        }
        return true;
    }

    private void value(int node, TextHash by, boolean kept, ByteArrayOutputStream out) {
        switch (tape.kind(node)) {
            case JsonTape.OBJECT -> object(node, by, out);
            case JsonTape.ARRAY -> {
                out.write('[');
                for (int item = tape.first(node); item != tape.end(node); item = tape.next(item)) {
                    comma(item != tape.first(node), out);
                    value(item, by, kept, out);
                }
                out.write(']');
            }
            case JsonTape.STRING -> {
                if (kept) {
                    out.write(tape.bytes(), tape.start(node) - 1, tape.stop(node) - tape.start(node) + 2);
                } else {
                    text(by.of(tape.string(node)), out);
                }
            }
            default -> out.write(tape.bytes(), tape.start(node), tape.stop(node) - tape.start(node));
        }
    }

    private void object(int node, TextHash by, ByteArrayOutputStream out) {
        out.write('{');
        for (int key = tape.first(node); key != tape.end(node); key = tape.next(tape.value(key))) {
            comma(key != tape.first(node), out);
            out.write(tape.bytes(), tape.start(key) - 1, tape.stop(key) - tape.start(key) + 2);
            out.write(':');
            int value = tape.value(key);
            String name = tape.string(key);
            if (name.equals(CALLED_WITH) && tape.kind(value) == JsonTape.OBJECT) {
                String written = new String(
                        tape.bytes(), tape.start(value), tape.stop(value) - tape.start(value), StandardCharsets.UTF_8);
                out.writeBytes("{\"hashed\":".getBytes(StandardCharsets.US_ASCII));
                text(by.of(written), out);
                out.write('}');
            } else {
                value(value, by, KEPT.contains(name), out);
            }
        }
        out.write('}');
    }

    private static void comma(boolean needed, ByteArrayOutputStream out) {
        if (needed) {
            out.write(',');
        }
    }

    /** Appends a text as a JSON string of ASCII. */
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
