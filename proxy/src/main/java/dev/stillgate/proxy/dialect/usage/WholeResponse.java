package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.proxy.json.Swar;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Assembles an event stream into the equivalent non-streaming response: ids, roles, texts, tool arguments, finish
 * reasons and usage. Does the same with the array that the Gemini API also sends as a stream. Reusable; not thread-safe.
 * Not for the request path.
 */
public final class WholeResponse {
    private static final JsonName TYPE = new JsonName("type");
    private static final JsonName RESPONSE = new JsonName("response");
    private static final JsonName CHOICES = new JsonName("choices");
    private static final JsonName COMPLETED = new JsonName("response.completed");
    private static final JsonName INCOMPLETE = new JsonName("response.incomplete");
    private static final JsonName FAILED = new JsonName("response.failed");
    private static final byte[] DATA = {'d', 'a', 't', 'a', ':'};

    private final JsonTape tape = new JsonTape();
    private WholeMessage message = new WholeMessage();
    private WholeCompletion completion = new WholeCompletion();
    private WholeGeneration generation = new WholeGeneration();
    private byte @Nullable [] response;

    /**
     * Returns the response for a complete stream; null if the stream is invalid, incomplete or of an unknown dialect.
     */
    public byte @Nullable [] of(byte[] stream) {
        message = new WholeMessage();
        completion = new WholeCompletion();
        generation = new WholeGeneration();
        response = null;
        try {
            if (isArray(stream)) {
                elements(stream);
            } else {
                events(stream);
            }
            if (response != null) {
                return response;
            }
            if (generation.isWhole()) {
                return generation.json();
            }
            return message.isWhole() ? message.json() : completion.isWhole() ? completion.json() : null;
        } catch (MalformedBody broken) {
            return null;
        }
    }

    /** Returns whether a response is a JSON array. */
    public static boolean isArray(byte[] response) {
        int at = 0;
        while (at < response.length && response[at] <= ' ' && response[at] >= 0) {
            at++;
        }
        return at < response.length && response[at] == '[';
    }

    private void elements(byte[] array) throws MalformedBody {
        tape.parse(array, 0, array.length);
        for (int piece = tape.first(tape.root()); piece != tape.end(tape.root()); piece = tape.next(piece)) {
            generation.piece(tape, piece);
        }
    }

    private void events(byte[] stream) throws MalformedBody {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        int line = 0;
        while (line < stream.length) {
            int stop = Swar.skipLine(stream, line, stream.length);
            if (stop == line) {
                event(data.toByteArray());
                data.reset();
            } else if (stop - line >= DATA.length
                    && Arrays.equals(stream, line, line + DATA.length, DATA, 0, DATA.length)) {
                data.write(stream, line + DATA.length, stop - line - DATA.length);
                data.write('\n');
            }
            boolean pair = stop + 1 < stream.length && stream[stop] == '\r' && stream[stop + 1] == '\n';
            line = stop + (pair ? 2 : 1);
        }
        event(data.toByteArray());
    }

    private void event(byte[] data) throws MalformedBody {
        int at = 0;
        while (at < data.length && data[at] == ' ') {
            at++;
        }
        if (at == data.length || data[at] != '{') {
            return; // empty, or [DONE]
        }
        tape.parse(data, at, data.length - at);
        int root = tape.root();
        int type = tape.find(root, TYPE);
        if (tape.isString(type, COMPLETED) || tape.isString(type, INCOMPLETE) || tape.isString(type, FAILED)) {
            int responseNode = tape.find(root, RESPONSE);
            response = responseNode == JsonTape.NONE
                    ? null
                    : Arrays.copyOfRange(data, tape.start(responseNode), tape.stop(responseNode));
        } else if (tape.isText(type)) {
            message.event(tape, tape.string(type));
        } else if (tape.find(root, CHOICES) != JsonTape.NONE) {
            completion.chunk(tape);
        } else if (WholeGeneration.isPiece(tape, root)) {
            generation.piece(tape, root);
        }
    }
}
