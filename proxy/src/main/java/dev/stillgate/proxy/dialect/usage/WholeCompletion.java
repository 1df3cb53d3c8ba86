package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonNumbers;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.RawObject;
import dev.stillgate.proxy.json.RawTexts;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Assembles a chat completion from the chunks of its stream. */
final class WholeCompletion {
    private static final JsonName CHOICES = new JsonName("choices");
    private static final JsonName USAGE = new JsonName("usage");
    private static final JsonName INDEX = new JsonName("index");
    private static final JsonName DELTA = new JsonName("delta");
    private static final JsonName FINISH = new JsonName("finish_reason");
    private static final JsonName TOOL_CALLS = new JsonName("tool_calls");
    private static final JsonName FUNCTION = new JsonName("function");
    private static final String[] HEAD = {"id", "created", "model", "service_tier", "system_fingerprint"};
    private static final String[] PIECES = {"content", "refusal", "reasoning_content"};
    private static final String[] CALL = {"id", "type"};

    private final RawObject head = new RawObject();
    private final Map<Long, Choice> choices = new TreeMap<>();

    /** One choice. */
    private static final class Choice {
        private final RawObject fields = new RawObject();
        private final RawTexts texts = new RawTexts();
        private final Map<Long, Call> calls = new TreeMap<>();
        private final RawObject message = new RawObject();
    }

    /** One tool call. */
    private static final class Call {
        private final RawObject fields = new RawObject();
        private final RawTexts texts = new RawTexts();

        private byte[] json() {
            RawObject function = new RawObject();
            texts.putInto(function, "");
            fields.put("function", function.json());
            return fields.json();
        }
    }

    void chunk(JsonTape tape) {
        int root = tape.root();
        for (String name : HEAD) {
            int value = tape.find(root, new JsonName(name));
            boolean blank = tape.isText(value) && tape.start(value) == tape.stop(value); // in a leading empty chunk
            if (value != JsonTape.NONE && !blank && !head.has(name)) {
                head.put(name, tape, value);
            }
        }
        int usage = tape.find(root, USAGE);
        if (usage != JsonTape.NONE && tape.kind(usage) == JsonTape.OBJECT) {
            head.put("usage", tape, usage);
        }
        int choiceArray = tape.find(root, CHOICES);
        if (tape.kind(choiceArray) != JsonTape.ARRAY) {
            return;
        }
        for (int choice = tape.first(choiceArray); choice != tape.end(choiceArray); choice = tape.next(choice)) {
            long index = JsonNumbers.whole(tape, tape.find(choice, INDEX));
            choice(tape, choice, choices.computeIfAbsent(index, absent -> new Choice()));
        }
    }

    private static void choice(JsonTape tape, int node, Choice choice) {
        int finish = tape.find(node, FINISH);
        if (tape.isText(finish)) {
            choice.fields.put("finish_reason", tape, finish);
        }
        int delta = tape.find(node, DELTA);
        for (String piece : PIECES) {
            choice.texts.add(piece, tape, tape.find(delta, new JsonName(piece)));
        }
        int calls = tape.find(delta, TOOL_CALLS);
        if (calls == JsonTape.NONE || tape.kind(calls) != JsonTape.ARRAY) {
            return;
        }
        for (int call = tape.first(calls); call != tape.end(calls); call = tape.next(call)) {
            long index = JsonNumbers.whole(tape, tape.find(call, INDEX));
            call(tape, call, choice.calls.computeIfAbsent(index, absent -> new Call()));
        }
    }

    private static void call(JsonTape tape, int node, Call call) {
        for (String name : CALL) {
            int value = tape.find(node, new JsonName(name));
            if (tape.isText(value)) {
                call.fields.put(name, tape, value);
            }
        }
        int function = tape.find(node, FUNCTION);
        call.texts.add("name", tape, tape.find(function, new JsonName("name")));
        call.texts.add("arguments", tape, tape.find(function, new JsonName("arguments")));
    }

    boolean isWhole() {
        return head.has("id")
                && !choices.isEmpty()
                && choices.values().stream().allMatch(choice -> choice.fields.has("finish_reason"));
    }

    byte[] json() {
        head.put("object", ascii("\"chat.completion\""));
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        choices.forEach((index, choice) -> {
            json.writeBytes(ascii(json.size() == 0 ? "[" : ","));
            choice.fields.put("index", ascii(Long.toString(index)));
            choice.message.put("role", ascii("\"assistant\""));
            choice.texts.putInto(choice.message, "");
            byte[] calls = calls(choice);
            if (calls != null) {
                choice.message.put("tool_calls", calls);
            }
            choice.fields.put("message", choice.message.json());
            json.writeBytes(choice.fields.json());
        });
        json.write(']');
        head.put("choices", json.toByteArray());
        return head.json();
    }

    private static byte @Nullable [] calls(Choice choice) {
        if (choice.calls.isEmpty()) {
            return null;
        }
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        choice.calls.values().forEach(call -> {
            json.writeBytes(ascii(json.size() == 0 ? "[" : ","));
            json.writeBytes(call.json());
        });
        json.write(']');
        return json.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
