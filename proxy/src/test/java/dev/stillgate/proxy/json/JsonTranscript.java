package dev.stillgate.proxy.json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Sink that records its calls, with positions counted from the start of the document. */
final class JsonTranscript extends JsonSink<String> {
    final List<String> events = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private int pieceStart;

    /** Reads a document in pieces, each in an array of its own, and returns the events and how the document ended. */
    static List<String> of(JsonPaths<String> paths, byte[] document, int... cuts) {
        JsonTranscript transcript = new JsonTranscript();
        JsonReader<String> reader = new JsonReader<>(transcript);
        reader.reset(paths, false);
        int from = 0;
        for (int cut : cuts) {
            transcript.read(reader, document, from, cut);
            from = cut;
        }
        transcript.read(reader, document, from, document.length);
        return transcript.end(reader);
    }

    /** Reads a document line by line, and returns the events and how the document ended. */
    static List<String> ofLines(JsonPaths<String> paths, byte[] document) {
        JsonTranscript transcript = new JsonTranscript();
        JsonReader<String> reader = new JsonReader<>(transcript);
        reader.reset(paths, true);
        int p = reader.read(document, 0, document.length);
        while (p < document.length) {
            reader.lineEnd(p);
            p = reader.read(document, p + 1, document.length);
        }
        return transcript.end(reader);
    }

    private List<String> end(JsonReader<String> reader) {
        endPiece();
        String end = reader.isCompleteWithoutTrailingBytes() ? "done" : reader.isComplete() ? "ended" : "incomplete";
        events.add(reader.hasErrors() ? end + " with errors" : end);
        return events;
    }

    private void read(JsonReader<String> reader, byte[] document, int from, int to) {
        byte[] piece = new byte[to - from + 2];
        System.arraycopy(document, from, piece, 1, to - from);
        pieceStart = from - 1;
        reader.read(piece, 1, piece.length - 1);
    }

    /** Lists the text so far, of which each piece may be reported on its own. */
    private void endPiece() {
        if (!text.isEmpty()) {
            events.add("text " + text);
            text.setLength(0);
        }
    }

    private void add(String event) {
        endPiece();
        events.add(event);
    }

    static String string(byte[] buf, int from, int to) {
        return new String(buf, from, to - from, StandardCharsets.ISO_8859_1);
    }

    @Override
    public void enter(String field, int at) {
        add("enter " + field + " " + (pieceStart + at));
    }

    @Override
    public void leave(String field, int end) {
        add("leave " + field + " " + (pieceStart + end));
    }

    @Override
    public void number(String field, long value, int from, int to) {
        add("number " + field + " " + value + " " + (pieceStart + from) + " " + (pieceStart + to));
    }

    @Override
    public void shortString(String field, byte[] buf, int from, int to) {
        add("short " + field + " " + string(buf, from, to));
    }

    @Override
    public void beginText(String field, byte first, int at) {
        add("begin " + field + " " + (char) first + " " + (pieceStart + at));
    }

    @Override
    public void text(String field, byte[] buf, int from, int to) {
        text.append(string(buf, from, to));
    }

    @Override
    public void endText(String field, int at) {
        add("end " + field + " " + (pieceStart + at));
    }

    @Override
    public void presence(String field, byte first, boolean empty) {
        add("presence " + field + " " + (char) first + (empty ? " empty" : ""));
    }
}
