package dev.stillgate.loadtests.stub;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Options of one request, from the header {@code x-stub}: a comma-separated list of {@code option} and {@code
 * option=number}.
 *
 * <table>
 * <caption>Options</caption>
 * <tr><td>status=N</td><td>respond with this error in the provider's format; 429, 503 and 529 have
 * retry-after</td></tr>
 * <tr><td>retry-after=S</td><td>seconds in that header field, default 1</td></tr>
 * <tr><td>once</td><td>ignore all options if x-stainless-retry-count is above 0, that is in a retry</td></tr>
 * <tr><td>delay=MS</td><td>wait before the response head</td></tr>
 * <tr><td>pace=MS</td><td>wait between events of a stream</td></tr>
 * <tr><td>events=N</td><td>number of text events in a stream</td></tr>
 * <tr><td>size=N</td><td>number of bytes of output text</td></tr>
 * <tr><td>prose=N</td><td>at least N words of English text that depends on the prompt</td></tr>
 * <tr><td>code</td><td>a code block and a code span after the prose</td></tr>
 * <tr><td>refuse</td><td>the output ends as one that the provider refuses or filters</td></tr>
 * <tr><td>cut=N</td><td>stop after N events of a stream, or in the middle of a JSON body, and close</td></tr>
 * <tr><td>reset</td><td>close with RST: at the cut, or before the head without a cut</td></tr>
 * <tr><td>hang</td><td>send nothing more instead of closing: at the cut, or before the head without a cut</td></tr>
 * <tr><td>error-event=N</td><td>after N events send the provider's error event, then end the body cleanly</td></tr>
 * <tr><td>garbage</td><td>send bytes that are not HTTP, then close</td></tr>
 * <tr><td>no-usage</td><td>omit all usage fields</td></tr>
 * <tr><td>short-content-length</td><td>send ten bytes less than Content-Length, then close; a stream, which has no
 * length, ends as with unterminated-chunk</td></tr>
 * <tr><td>unterminated-chunk</td><td>chunked body without its last chunk, then close</td></tr>
 * <tr><td>until-close</td><td>a body that ends with the connection</td></tr>
 * <tr><td>extra-bytes</td><td>unsolicited bytes after the end of the response</td></tr>
 * <tr><td>gzip</td><td>Content-Encoding gzip, even if the client does not accept it</td></tr>
 * <tr><td>fixed</td><td>a constant JSON response without parsing the body, for benchmarks</td></tr>
 * </table>
 */
record StubOptions(Map<String, Integer> words) {
    private static final int MAX_LENGTH = 512;
    private static final Set<String> WITH_NUMBER =
            Set.of("status", "retry-after", "delay", "pace", "events", "size", "prose", "cut", "error-event");
    private static final Set<String> ALONE = Set.of(
            "once",
            "code",
            "refuse",
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
    static final StubOptions NORMAL = new StubOptions(Map.of());
    /** The options of the benchmarks, cached because every request has them. */
    private static final StubOptions FIXED = new StubOptions(Map.of("fixed", 1));

    /** Parses the header field; throws {@link IllegalArgumentException} naming an unknown or invalid option. */
    static StubOptions parse(@Nullable String header) {
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
                throw new IllegalArgumentException("x-stub: unknown option '" + part.strip() + "'");
            }
            words.put(
                    word,
                    equals < 0 ? 1 : number(word, part.substring(equals + 1).strip()));
        }
        return new StubOptions(words);
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
