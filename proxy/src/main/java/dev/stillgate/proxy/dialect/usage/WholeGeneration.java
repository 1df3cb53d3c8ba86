package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonNumbers;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.RawObject;
import dev.stillgate.proxy.json.RawTexts;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Assembles a response of the Gemini API from the pieces of its stream. Consecutive texts of a candidate become one part.
 */
final class WholeGeneration {
    private static final JsonName CANDIDATES = new JsonName("candidates");
    private static final JsonName PROMPT_FEEDBACK = new JsonName("promptFeedback");
    private static final JsonName BLOCK_REASON = new JsonName("blockReason");
    private static final JsonName INDEX = new JsonName("index");
    private static final JsonName CONTENT = new JsonName("content");
    private static final JsonName PARTS = new JsonName("parts");
    private static final JsonName TEXT = new JsonName("text");
    private static final JsonName THOUGHT = new JsonName("thought");
    private static final String FINISH = "finishReason";
    private static final byte[] MODEL = ascii("\"model\"");

    /** All members of the pieces but the candidates; the last value of each counts. */
    private final RawObject head = new RawObject();

    private final Map<Long, Candidate> candidates = new TreeMap<>();
    private boolean blocked;

    /** One candidate. */
    private static final class Candidate {
        private final RawObject fields = new RawObject();
        private final List<byte[]> parts = new ArrayList<>();
        private @Nullable Text open;
    }

    /** A text that the next piece may continue. */
    private static final class Text {
        private final RawObject fields = new RawObject();
        private final RawTexts pieces = new RawTexts();
        private final boolean thought;

        private Text(boolean thought) {
            this.thought = thought;
        }
    }

    /** Returns whether an object is a piece of a stream. */
    static boolean isPiece(JsonTape tape, int object) {
        return tape.find(object, CANDIDATES) != JsonTape.NONE || tape.find(object, PROMPT_FEEDBACK) != JsonTape.NONE;
    }

    void piece(JsonTape tape, int piece) {
        if (tape.kind(piece) != JsonTape.OBJECT) {
            return;
        }
        for (int key = tape.first(piece); key != tape.end(piece); key = tape.next(tape.value(key))) {
            if (!tape.is(key, CANDIDATES)) {
                head.put(tape.string(key), tape, tape.value(key));
            }
        }
        blocked |= tape.isText(tape.find(tape.find(piece, PROMPT_FEEDBACK), BLOCK_REASON));
        int list = tape.find(piece, CANDIDATES);
        if (list == JsonTape.NONE || tape.kind(list) != JsonTape.ARRAY) {
            return;
        }
        for (int candidate = tape.first(list); candidate != tape.end(list); candidate = tape.next(candidate)) {
            long index = Math.max(0, JsonNumbers.whole(tape, tape.find(candidate, INDEX)));
            candidate(tape, candidate, candidates.computeIfAbsent(index, absent -> new Candidate()));
        }
    }

    private static void candidate(JsonTape tape, int node, Candidate candidate) {
        if (tape.kind(node) != JsonTape.OBJECT) {
            return;
        }
        for (int key = tape.first(node); key != tape.end(node); key = tape.next(tape.value(key))) {
            if (!tape.is(key, CONTENT)) {
                candidate.fields.put(tape.string(key), tape, tape.value(key));
            }
        }
        int parts = tape.find(tape.find(node, CONTENT), PARTS);
        if (parts == JsonTape.NONE || tape.kind(parts) != JsonTape.ARRAY) {
            return;
        }
        for (int part = tape.first(parts); part != tape.end(parts); part = tape.next(part)) {
            part(tape, part, candidate);
        }
    }

    private static void part(JsonTape tape, int part, Candidate candidate) {
        if (tape.kind(part) != JsonTape.OBJECT) {
            return;
        }
        int text = tape.find(part, TEXT);
        if (!tape.isText(text)) {
            close(candidate);
            candidate.parts.add(Arrays.copyOfRange(tape.bytes(), tape.start(part), tape.stop(part)));
            return;
        }
        int flag = tape.find(part, THOUGHT);
        boolean thought = flag != JsonTape.NONE && tape.kind(flag) == JsonTape.TRUE;
        Text open = candidate.open;
        if (open == null || open.thought != thought) {
            close(candidate);
            open = new Text(thought);
            candidate.open = open;
        }
        open.pieces.add(TEXT.text, tape, text);
        if (tape.size(part) > (flag == JsonTape.NONE ? 1 : 2)) { // a signature ends the text
            open.fields.putAll(tape, part);
            close(candidate);
        }
    }

    private static void close(Candidate candidate) {
        Text open = candidate.open;
        candidate.open = null;
        if (open != null) {
            open.pieces.putInto(open.fields, "");
            if (open.thought) {
                open.fields.put(THOUGHT.text, ascii("true"));
            }
            candidate.parts.add(open.fields.json());
        }
    }

    boolean isWhole() {
        return blocked
                || (!candidates.isEmpty()
                        && candidates.values().stream().allMatch(candidate -> candidate.fields.has(FINISH)));
    }

    byte[] json() {
        List<byte[]> all = new ArrayList<>();
        candidates.forEach((index, candidate) -> {
            close(candidate);
            RawObject content = new RawObject();
            content.put(PARTS.text, list(candidate.parts));
            content.put("role", MODEL);
            candidate.fields.put(CONTENT.text, content.json());
            candidate.fields.put(INDEX.text, ascii(Long.toString(index)));
            all.add(candidate.fields.json());
        });
        if (!all.isEmpty()) {
            head.put(CANDIDATES.text, list(all));
        }
        return head.json();
    }

    private static byte[] list(List<byte[]> elements) {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        json.write('[');
        for (byte[] element : elements) {
            if (json.size() > 1) {
                json.write(',');
            }
            json.writeBytes(element);
        }
        json.write(']');
        return json.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
