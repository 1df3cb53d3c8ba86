package dev.stillgate.proxy.json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The events of a {@link JsonReader} as they follow from the tape of a valid document. */
final class TapeTranscript {
    private static final long MAX_NUMBER = 1L << 53;

    private final JsonTape tape;
    private final byte[] bytes;
    private final List<String> events = new ArrayList<>();
    private int textFrom;

    private TapeTranscript(JsonTape tape) {
        this.tape = tape;
        this.bytes = tape.bytes();
    }

    static List<String> of(JsonPaths<String> paths, JsonTape tape) {
        TapeTranscript transcript = new TapeTranscript(tape);
        transcript.object(tape.root(), paths);
        transcript.events.add("done");
        return transcript.events;
    }

    private void object(int object, JsonPaths<String> level) {
        if (level.meaning != null) {
            events.add("enter " + level.meaning + " " + tape.start(object));
        }
        for (int key = tape.first(object); key != tape.end(object); key = tape.next(tape.value(key))) {
            byte[] name = shortString(key).getBytes(StandardCharsets.ISO_8859_1);
            JsonPaths.Key<String> known = level.find(name, 0, name.length);
            if (known != null) {
                value(tape.value(key), known);
            }
        }
        if (level.meaning != null) {
            events.add("leave " + level.meaning + " " + tape.stop(object));
        }
    }

    /** Returns the bytes of a short string as characters. */
    private String shortString(int string) {
        boolean tooLong = tape.stop(string) - tape.start(string) > JsonShortString.MAX;
        return tooLong
                ? ""
                : new String(tape.string(string).getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private void value(int node, JsonPaths.Key<String> known) {
        boolean string = tape.kind(node) == JsonTape.STRING;
        boolean container = tape.kind(node) == JsonTape.OBJECT || tape.kind(node) == JsonTape.ARRAY;
        int start = tape.start(node);
        int stop = tape.stop(node);
        switch (known.kind) {
            case NUMBER -> number(node, known.field());
            case SHORT_STRING -> {
                if (string) {
                    events.add("short " + known.field() + " " + shortString(node));
                }
            }
            case TEXT -> {
                if (string) {
                    string(node, known.field());
                }
            }
            case JSON -> {
                if (string) {
                    string(node, known.field());
                } else if (container) {
                    events.add("begin " + known.field() + " " + (char) bytes[start] + " " + (start + 1));
                    textFrom = start + 1;
                    strings(node, known.field());
                    text(stop);
                }
            }
            case PRESENCE -> {
                boolean empty = string ? start == stop : container && tape.size(node) == 0;
                char first = string ? '"' : (char) bytes[start];
                events.add("presence " + known.field() + " " + first + (empty ? " empty" : ""));
            }
            case OBJECT, LIST -> followed(node, known);
        }
    }

    private void number(int node, String field) {
        String digits = JsonTranscript.string(bytes, tape.start(node), tape.stop(node));
        if (tape.kind(node) == JsonTape.NUMBER
                && digits.matches("[0-9]{1,16}")
                && Long.parseLong(digits) <= MAX_NUMBER) {
            events.add("number " + field + " " + digits + " " + tape.start(node) + " " + tape.stop(node));
        }
    }

    private void string(int node, String field) {
        events.add("begin " + field + " \" " + tape.start(node));
        textFrom = tape.start(node);
        text(tape.stop(node));
        events.add("end " + field + " " + tape.stop(node));
    }

    private void text(int to) {
        if (textFrom < to) {
            events.add("text " + JsonTranscript.string(bytes, textFrom, to));
        }
        textFrom = to;
    }

    /** Lists the ends of all strings and keys in a container. */
    private void strings(int node, String field) {
        switch (tape.kind(node)) {
            case JsonTape.STRING -> endOfString(node, field);
            case JsonTape.ARRAY -> {
                for (int child = tape.first(node); child != tape.end(node); child = tape.next(child)) {
                    strings(child, field);
                }
            }
            case JsonTape.OBJECT -> {
                for (int key = tape.first(node); key != tape.end(node); key = tape.next(tape.value(key))) {
                    endOfString(key, field);
                    strings(tape.value(key), field);
                }
            }
            default -> {}
        }
    }

    private void endOfString(int node, String field) {
        text(tape.stop(node) + 1);
        events.add("end " + field + " " + tape.stop(node));
    }

    private void followed(int node, JsonPaths.Key<String> known) {
        @Nullable JsonPaths<String> below = known.below;
        if (below == null
                || tape.kind(node) != (known.kind == JsonPaths.Kind.LIST ? JsonTape.ARRAY : JsonTape.OBJECT)) {
            return;
        }
        if (known.kind == JsonPaths.Kind.OBJECT) {
            object(node, below);
            return;
        }
        if (known.field != null) {
            events.add("enter " + known.field + " " + tape.start(node));
        }
        for (int element = tape.first(node); element != tape.end(node); element = tape.next(element)) {
            if (tape.kind(element) == JsonTape.OBJECT) {
                object(element, below);
            }
        }
        if (known.field != null) {
            events.add("leave " + known.field + " " + tape.stop(node));
        }
    }
}
