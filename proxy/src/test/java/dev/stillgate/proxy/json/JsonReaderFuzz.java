package dev.stillgate.proxy.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Fuzz target for the incremental reader. Its events do not depend on where the document is split, or whether it is
 * read line by line. If the tape accepts the document, the events are those of the tape. Where the reader skips nothing, it
 * accepts what the tape accepts.
 */
public final class JsonReaderFuzz {
    /** Number of followed objects and arrays around the innermost value. */
    private static final int LEVELS = 4;

    /** A document of these is read with all checks, unless one of {@link #UNCHECKED} is in it. */
    private static final String[] TOKENS = {
        "{", "}", "[", "]", ",", ":", "\"object\"", "\"list\"", "\"number\"", "\"presence\"", "1", "true"
    };

    /** Starts of containers that are not followed, and literals of which the reader knows only the characters. */
    private static final Pattern UNCHECKED =
            Pattern.compile("\"object\":\\[|\"list\":\\{|\"(number|presence)\":[\\[{]|[\\[,]\\[|[1e]true|true1");

    static final JsonPaths<String> PATHS = paths();

    private JsonReaderFuzz() {}

    private static JsonPaths<String> paths() {
        JsonPaths<String> values = JsonPaths.of(
                JsonPaths.number("number", "number"),
                JsonPaths.shortString("short", "short"),
                JsonPaths.text("text", "text"),
                JsonPaths.json("json", "json"),
                JsonPaths.presence("presence", "presence"));
        JsonPaths<String> level = values;
        for (int i = 1; i < LEVELS; i++) {
            level = JsonPaths.reported(
                            "object" + i,
                            JsonPaths.object("object", level),
                            JsonPaths.list("list", "list" + i, level),
                            JsonPaths.list("plain", level))
                    .with(values);
        }
        return level;
    }

    /** The input is the positions of two splits, followed by the document. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 2) {
            return;
        }
        byte[] document = Arrays.copyOfRange(data, 2, data.length);
        check(document, data[0] & 0xff, data[1] & 0xff);
        checkTokens(document);
    }

    private static void check(byte[] document, int one, int other) {
        List<String> events = JsonTranscript.of(PATHS, document);
        int[] cuts = {one * document.length / 256, other * document.length / 256};
        Arrays.sort(cuts);
        compare(events, JsonTranscript.of(PATHS, document, cuts), document);
        checkLines(events, document);
        JsonTape tape = new JsonTape();
        try {
            tape.parse(document, 0, document.length);
        } catch (MalformedBody invalid) {
            return;
        }
        if (tape.kind(tape.root()) == JsonTape.OBJECT) {
            compare(TapeTranscript.of(PATHS, tape), events, document);
        }
    }

    private static void checkLines(List<String> events, byte[] document) {
        List<String> ofLines = JsonTranscript.ofLines(PATHS, document);
        if (!isStringSplit(document)) {
            compare(withoutLineEnds(events), ofLines, document);
        } else if (events.size() > 1 && !ofLines.getLast().endsWith("with errors")) {
            throw new IllegalStateException("unnoticed line end in a string: " + ofLines);
        }
    }

    /** Returns whether a string continues in the next line. */
    private static boolean isStringSplit(byte[] document) {
        boolean inString = false;
        for (int i = 0; i < document.length; i++) {
            if (inString && document[i] == '\\') {
                i++;
            } else if (document[i] == '"') {
                inString = !inString;
            }
            if (inString && i < document.length && (document[i] == '\n' || document[i] == '\r')) {
                return true;
            }
        }
        return false;
    }

    /** Returns the events without the line ends of texts, which are not part of any line. */
    private static List<String> withoutLineEnds(List<String> events) {
        return events.stream()
                .map(event -> event.startsWith("text ") ? event.replaceAll("[\r\n]", "") : event)
                .filter(event -> !event.equals("text "))
                .toList();
    }

    /** Reads each byte as a token, so that both readers know what is valid. */
    private static void checkTokens(byte[] data) {
        StringBuilder tokens = new StringBuilder("{");
        int depth = 1;
        for (byte b : data) {
            String token = TOKENS[Math.floorMod(b, TOKENS.length)];
            tokens.append(token);
            depth += token.equals("{") || token.equals("[") ? 1 : 0;
        }
        if (depth > LEVELS || UNCHECKED.matcher(tokens).find()) {
            return;
        }
        byte[] document = tokens.toString().getBytes(StandardCharsets.US_ASCII);
        boolean done = JsonTranscript.of(PATHS, document).getLast().equals("done");
        String code = "";
        try {
            new JsonTape().parse(document, 0, document.length);
        } catch (MalformedBody invalid) {
            code = invalid.code();
        }
        if (!code.equals("json-duplicate-key") && done != code.isEmpty()) {
            throw new IllegalStateException("tape: " + code + ", reader: " + done + ", of " + tokens);
        }
    }

    private static void compare(List<String> expected, List<String> events, byte[] document) {
        if (!expected.equals(events)) {
            throw new IllegalStateException("expected " + expected + "\nbut was " + events + "\nof "
                    + new String(document, StandardCharsets.ISO_8859_1));
        }
    }
}
