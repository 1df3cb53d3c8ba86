package dev.stillgate.loadtests.stub;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the caller asked the stub to do, read from the header {@code x-stub}: a comma list of words and {@code word=number}.
 *
 * <table>
 * <caption>Words</caption>
 * <tr><td>status=N</td><td>answer with this error in the provider's shape; 429, 503 and 529 carry retry-after</td></tr>
 * <tr><td>retry-after=S</td><td>the seconds of that header, default 1</td></tr>
 * <tr><td>once</td><td>the whole list holds for a first try only: ignored when x-stainless-retry-count is above 0</td></tr>
 * <tr><td>delay=MS</td><td>wait before the head</td></tr>
 * <tr><td>pace=MS</td><td>wait between events of a stream</td></tr>
 * <tr><td>events=N</td><td>this many text events in a stream</td></tr>
 * <tr><td>size=N</td><td>this many bytes of text in the answer</td></tr>
 * <tr><td>prose=N</td><td>an answer of at least N words of English, another one for every prompt</td></tr>
 * <tr><td>cut=N</td><td>stop after N events of a stream, or in the middle of a JSON body, and close</td></tr>
 * <tr><td>reset</td><td>close with RST: at the cut, or before the head when there is no cut</td></tr>
 * <tr><td>hang</td><td>stay silent instead of closing: at the cut, or before the head when there is no cut</td></tr>
 * <tr><td>error-event=N</td><td>after N events send the provider's error event, then end the body cleanly</td></tr>
 * <tr><td>garbage</td><td>bytes that are no HTTP, then close</td></tr>
 * <tr><td>no-usage</td><td>leave out every usage field</td></tr>
 * <tr><td>short-content-length</td><td>send ten bytes less than Content-Length promised, then close; a
 * stream has no length and ends like unterminated-chunk</td></tr>
 * <tr><td>unterminated-chunk</td><td>chunked body without its last chunk, then close</td></tr>
 * <tr><td>until-close</td><td>a body delimited by the end of the connection</td></tr>
 * <tr><td>extra-bytes</td><td>bytes after the end of the answer that nobody asked for</td></tr>
 * <tr><td>gzip</td><td>Content-Encoding gzip whether or not it was accepted</td></tr>
 * <tr><td>fixed</td><td>a constant JSON answer without reading the body: for benchmarks</td></tr>
 * </table>
 */
record Behaviour(Map<String, Integer> words) {
    private static final int MAX_LENGTH = 512;
    private static final Set<String> WITH_NUMBER =
            Set.of("status", "retry-after", "delay", "pace", "events", "size", "prose", "cut", "error-event");
    private static final Set<String> ALONE = Set.of(
            "once",
            "reset",
            "hang",
            "garbage",
            "no-usage",
            "short-content-length",
            "unterminated-chunk",
            "until-close",
            "extra-bytes",
            "gzip",
            "fixed");
    private static final Map<String, Integer> LIMITS =
            Map.of("status", 599, "events", 1_000_000, "size", 64 << 20, "delay", 600_000, "pace", 600_000);
    static final Behaviour NORMAL = new Behaviour(Map.of());
    /** The benchmark's list, kept ready because it comes with every request. */
    private static final Behaviour FIXED = new Behaviour(Map.of("fixed", 1));

    /** Throws {@link IllegalArgumentException} naming the word that is unknown or out of range. */
    static Behaviour parse(@Nullable String header) {
        if (header == null || header.isBlank()) {
            return NORMAL;
        }
        if (header.equals("fixed")) {
            return FIXED;
        }
        if (header.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("x-stub: longer than " + MAX_LENGTH + " characters");
        }
        Map<String, Integer> words = new TreeMap<>();
        for (String part : header.split(",", -1)) {
            int equals = part.indexOf('=');
            String word = (equals < 0 ? part : part.substring(0, equals)).strip();
            if (equals < 0 ? !ALONE.contains(word) : !WITH_NUMBER.contains(word)) {
                throw new IllegalArgumentException("x-stub: unknown word '" + part.strip() + "'");
            }
            words.put(
                    word,
                    equals < 0 ? 1 : number(word, part.substring(equals + 1).strip()));
        }
        return new Behaviour(words);
    }

    boolean has(String word) {
        return !words.isEmpty() && words.containsKey(word);
    }

    int number(String word, int otherwise) {
        return words.isEmpty() ? otherwise : words.getOrDefault(word, otherwise);
    }

    private static int number(String word, String digits) {
        int limit = LIMITS.getOrDefault(word, Integer.MAX_VALUE);
        try {
            int number = Integer.parseInt(digits);
            if (number >= (word.equals("status") ? 400 : 0) && number <= limit) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("x-stub: " + word + " needs a number, not '" + digits + "'", e);
        }
        throw new IllegalArgumentException("x-stub: " + word + "=" + digits + " is out of range");
    }
}
