package dev.stillgate.proxy.json;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Texts of a stream, which is an array of events. Strings at the same place of several events are pieces of one text. A
 * place is a path with the type of the event and with the reported indexes, since the position in an array says little in
 * a stream. {@link JsonCopy} walks the stream twice: once to collect the texts, once to write them. Not thread-safe.
 */
final class StreamTexts {
    private static final JsonName TYPE = new JsonName("type");
    private static final JsonName TEXT = new JsonName("text");
    private static final JsonName THOUGHT = new JsonName("thought");
    private static final JsonName INDEX = new JsonName("index");

    /** The keys of events with the index of a content block, or of an item and its part. */
    private static final List<JsonName> INDEXES =
            List.of(INDEX, new JsonName("output_index"), new JsonName("content_index"), new JsonName("summary_index"));

    /** The array of the Gemini API in which consecutive elements with text, of one stream or event, are one text. */
    private static final String PARTS = ".parts";

    private final StringBuilder path = new StringBuilder();
    private final Map<String, StringBuilder> texts = new HashMap<>();
    private final Map<String, Part> lastParts = new HashMap<>();
    private boolean collecting;

    /** A part of the Gemini API, with the number of texts and other parts before it. */
    private record Part(int number, boolean text, boolean thought) {}

    /** Begins to collect the texts of another stream. */
    void collect() {
        texts.clear();
        lastParts.clear();
        collecting = true;
    }

    /** Begins the second walk. */
    void write() {
        lastParts.clear();
        collecting = false;
    }

    /** Enters a member of an object; returns the place to {@link #leave} to. */
    int enter(String key) {
        int place = path.length();
        path.append('.').append(key);
        return place;
    }

    /** Enters an element of an array, of the stream itself first; returns the place to {@link #leave} to. */
    int enter(JsonTape tape, int element, int position) {
        int place = path.length();
        if (place == 0) {
            path.append(tape.stringOrNull(tape.find(element, TYPE)));
            INDEXES.forEach(name -> path.append('#').append(JsonNumbers.whole(tape, tape.find(element, name))));
        } else if (place > PARTS.length() && path.indexOf(PARTS, place - PARTS.length()) >= 0) {
            path.append('[').append(part(tape, element, path.toString()));
        } else {
            long index = JsonNumbers.whole(tape, tape.find(element, INDEX));
            path.append('[').append(index < 0 ? position : index);
        }
        return place;
    }

    private int part(JsonTape tape, int element, String array) {
        Part last = lastParts.getOrDefault(array, new Part(0, false, false));
        int flag = tape.find(element, THOUGHT);
        boolean text = tape.isText(tape.find(element, TEXT));
        boolean thought = flag != JsonTape.NONE && tape.kind(flag) == JsonTape.TRUE;
        boolean same = text && last.text && thought == last.thought;
        Part next = new Part(same ? last.number : last.number + 1, text, thought);
        lastParts.put(array, next);
        return next.number;
    }

    void leave(int place) {
        path.setLength(place);
    }

    /** Collects a piece, or returns the hash of its whole text if the piece is the first one of it, else an empty text. */
    CharSequence hash(String piece, TextHash hash) {
        if (collecting) {
            texts.computeIfAbsent(path.toString(), absent -> new StringBuilder())
                    .append(piece);
            return "";
        }
        StringBuilder whole = texts.remove(path.toString());
        return whole == null ? "" : hash.of(whole);
    }
}
