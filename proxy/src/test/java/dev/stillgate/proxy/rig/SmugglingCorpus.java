package dev.stillgate.proxy.rig;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The payloads of {@code src/test/resources/smuggling}, whose README describes the format, and the responses of {@code
 * src/test/resources/answers}.
 */
public final class SmugglingCorpus {
    /** A smuggled request, which must never reach an upstream. */
    public static final String SMUGGLED = "GET /v1/models/smuggled HTTP/1.1\r\nHost: h\r\n\r\n";

    private static final List<String> FAMILIES =
            List.of("lengths", "codings", "chunks", "lines", "hosts", "connection");
    private static final String MARK = "===";

    private SmugglingCorpus() {}

    /** The expected treatment of a payload. */
    public enum Right {
        REFUSED,
        SERVED,
        LAST,
        DENIED,
        FAREWELL,
        OPEN,
        EITHER,
        CUT
    }

    /**
     * One payload.
     *
     * @param source the CVE or RFC section it is from
     */
    public record Payload(String family, String name, String source, Right right, byte[] bytes) {
        @Override
        public String toString() {
            return family + ": " + name;
        }
    }

    /** Reads all requests. */
    public static List<Payload> all() {
        return read("smuggling", FAMILIES);
    }

    /** Reads all responses. */
    public static List<Payload> answers() {
        return read("answers", List.of("heads", "bodies"));
    }

    private static List<Payload> read(String directory, List<String> families) {
        List<Payload> all = new ArrayList<>();
        for (String family : families) {
            String text = resource("/" + directory + "/" + family + ".http");
            String entries = text.substring(MARK.length(), text.length() - 1);
            for (String entry : entries.split("\n" + MARK, -1)) {
                all.add(payload(family, entry));
            }
        }
        return all;
    }

    private static String resource(String name) {
        try (InputStream in = SmugglingCorpus.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Payload payload(String family, String entry) {
        List<String> lines = new ArrayList<>(List.of(entry.split("\n", -1)));
        String[] title = lines.removeFirst().split("\\|");
        StringBuilder bytes = new StringBuilder();
        for (String line : lines) {
            String wire = begun(line);
            boolean joined = wire.endsWith("\\") && !wire.endsWith("\\\\");
            bytes.append(unescaped(joined ? wire.substring(0, wire.length() - 1) : wire))
                    .append(joined ? "" : "\r\n");
        }
        return new Payload(
                family,
                title[1].strip(),
                title[2].strip(),
                Right.valueOf(title[0].strip().toUpperCase(Locale.ROOT)),
                bytes.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String begun(String line) {
        return switch (line) {
            case "@get" -> "GET /v1/models HTTP/1.1\\r\\nHost: h";
            case "@blob" -> "POST /v1/blobs/1 HTTP/1.1\\r\\nHost: h";
            case "@chat" -> "POST /v1/messages HTTP/1.1\\r\\nHost: h\\r\\nContent-Type: application/json";
            case "@smuggled" -> "GET /v1/models/smuggled HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n\\";
            default -> line;
        };
    }

    private static String unescaped(String line) {
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < line.length()) {
            char c = line.charAt(at++);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            char kind = line.charAt(at++);
            switch (kind) {
                case 'r' -> out.append('\r');
                case 'n' -> out.append('\n');
                case 't' -> out.append('\t');
                case '0' -> out.append('\0');
                case '\\' -> out.append('\\');
                case 'x' -> {
                    out.append((char) Integer.parseInt(line.substring(at, at + 2), 16));
                    at += 2;
                }
                case '{' -> {
                    int end = closing(line, at);
                    int star = line.lastIndexOf('*', end);
                    String text = unescaped(line.substring(at, star));
                    out.repeat(text, Integer.parseInt(line.substring(star + 1, end)));
                    at = end + 1;
                }
                default -> throw new IllegalArgumentException("no such escape: " + line);
            }
        }
        return out.toString();
    }

    /** Returns the index of the closing brace that matches the one before {@code from}. */
    private static int closing(String line, int from) {
        int open = 1;
        for (int i = from; i < line.length(); i++) {
            open += line.charAt(i) == '}' ? -1 : line.startsWith("\\{", i) ? 1 : 0;
            if (open == 0) {
                return i;
            }
        }
        throw new IllegalArgumentException("no closing brace: " + line);
    }
}
