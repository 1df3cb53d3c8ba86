package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.json.JsonMembers;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The header fields of a log line, written as {@code [["name","value"],...]}. Immutable. */
final class LoggedHeaders implements Headers {
    private static final String EXPECTED = "expected a list such as [[\"user-agent\",\"x\"]]";

    private final String[] names;
    private final String[] values;

    private LoggedHeaders(List<String> texts) {
        names = new String[texts.size() / 2];
        values = new String[names.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = texts.get(2 * i);
            values[i] = texts.get(2 * i + 1);
        }
    }

    /** Returns a list with a single field. */
    static LoggedHeaders of(String name, String value) {
        return new LoggedHeaders(List.of(name, value));
    }

    /** Parses the JSON of a log line. */
    static LoggedHeaders read(byte[] bytes, int from, int to) throws BrokenLine {
        List<String> texts = new ArrayList<>();
        try {
            int p = expect(bytes, from, to, '[');
            boolean more = bytes[p] != ']';
            while (more) {
                p = expect(bytes, p, to, '[');
                p = text(bytes, p, to, texts);
                p = expect(bytes, p, to, ',');
                p = text(bytes, p, to, texts);
                p = expect(bytes, p, to, ']');
                more = bytes[p] == ',';
                p = more ? space(bytes, p + 1, to) : p;
            }
            expect(bytes, p, to, ']');
        } catch (MalformedBody e) {
            throw new BrokenLine(String.valueOf(e.getMessage()));
        }
        return new LoggedHeaders(texts);
    }

    /** Checks for an expected byte. Returns the index after it and any white space. */
    private static int expect(byte[] bytes, int at, int to, char what) throws BrokenLine {
        if (at >= to || bytes[at] != what) {
            throw new BrokenLine(EXPECTED);
        }
        return space(bytes, at + 1, to);
    }

    private static int text(byte[] bytes, int at, int to, List<String> texts) throws BrokenLine, MalformedBody {
        if (at >= to || bytes[at] != '"') {
            throw new BrokenLine(EXPECTED);
        }
        int stop = JsonMembers.stringEnd(bytes, at, to, at);
        texts.add(JsonMembers.text(bytes, at, stop));
        return space(bytes, stop, to);
    }

    private static int space(byte[] bytes, int at, int to) {
        int p = at;
        while (p < to && (bytes[p] == ' ' || bytes[p] == '\t')) {
            p++;
        }
        return p;
    }

    @Override
    public @Nullable String first(String name) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].equalsIgnoreCase(name)) {
                return values[i];
            }
        }
        return null;
    }

    @Override
    public void forEach(BiConsumer<String, String> consumer) {
        for (int i = 0; i < names.length; i++) {
            consumer.accept(names[i], values[i]);
        }
    }

    @Override
    public int size() {
        return names.length;
    }
}
