package dev.stillgate.proxy.dialect.openai;

import dev.stillgate.proxy.dialect.request.JsonChat;
import dev.stillgate.proxy.dialect.responses.ResponsesChat;
import dev.stillgate.proxy.json.JsonFields;
import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView;
import java.util.Arrays;

/**
 * Prompts of an uploaded OpenAI batch file, with one JSON request per line: {@code
 * {"custom_id","method","url","body"}}. Only lines for Chat Completions and Responses are accepted, because prompts of
 * other paths would pass unread. Not thread-safe.
 */
public final class FileBatch implements BodyView.Batch {
    private static final JsonName URL = new JsonName("url");
    private static final JsonName BODY = new JsonName("body");
    private static final JsonName CHAT_URL = new JsonName("/v1/chat/completions");
    private static final JsonName RESPONSES_URL = new JsonName("/v1/responses");
    private static final JsonFields LINE_FIELDS =
            JsonFields.of(JsonFields.field("url", JsonFields.ANY), JsonFields.field("body", JsonFields.ANY));
    private static final int KEEP = 1 << 12;

    private final JsonTape tape;
    private final CompletionsChat completions;
    private final ResponsesChat responses;
    private byte[] buf = new byte[0];
    private int[] lines = new int[64];
    private int size;

    public FileBatch(JsonTape tape, CompletionsChat completions, ResponsesChat responses) {
        this.tape = tape;
        this.completions = completions;
        this.responses = responses;
    }

    /**
     * Validates all lines of a batch file and sets this to it.
     *
     * @param base index of the first byte of the request body, from which error offsets are counted
     */
    public FileBatch read(byte[] document, int start, int end, int base) throws MalformedBody {
        buf = document;
        size = 0;
        if (lines.length > KEEP) {
            lines = new int[64];
        }
        for (int p = start; p < end; ) {
            int lineEnd = p;
            while (lineEnd < end && document[lineEnd] != '\n') {
                lineEnd++;
            }
            int stop = lineEnd > p && document[lineEnd - 1] == '\r' ? lineEnd - 1 : lineEnd;
            if (stop > p) {
                line(p, stop, base);
            }
            p = lineEnd + 1;
        }
        if (size == 0) {
            throw new MalformedBody("batch", "a batch file without a request", start - base);
        }
        return this;
    }

    private void line(int start, int stop, int base) throws MalformedBody {
        try {
            tape.parse(buf, start, stop - start);
        } catch (MalformedBody e) {
            throw new MalformedBody(e.kind(), e.code(), "a line that is not JSON", start + e.offset() - base);
        }
        int url = tape.find(tape.root(), URL);
        int body = tape.find(tape.root(), BODY);
        if (body == JsonTape.NONE || tape.kind(body) != JsonTape.OBJECT) {
            throw new MalformedBody("batch", "a batch line without a body", start - base);
        }
        if (!tape.isString(url, CHAT_URL) && !tape.isString(url, RESPONSES_URL)) {
            throw new MalformedBody("batch-url", "a batch line for an unsupported path", start - base);
        }
        LINE_FIELDS.check(tape, tape.root(), base);
        chat(url).fields().check(tape, body, base);
        if (2 * size == lines.length) {
            lines = Arrays.copyOf(lines, 2 * lines.length);
        }
        lines[2 * size] = start;
        lines[2 * size + 1] = stop;
        size++;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Chat item(int index) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException(index);
        }
        try {
            tape.parse(buf, lines[2 * index], lines[2 * index + 1] - lines[2 * index]);
        } catch (MalformedBody e) {
            throw new IllegalStateException("a validated line is no longer valid JSON", e);
        }
        return chat(tape.find(tape.root(), URL)).at(tape, tape.find(tape.root(), BODY));
    }

    private JsonChat chat(int url) {
        return tape.isString(url, CHAT_URL) ? completions : responses;
    }
}
