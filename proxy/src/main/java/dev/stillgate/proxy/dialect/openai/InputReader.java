package dev.stillgate.proxy.dialect.openai;

import dev.stillgate.proxy.dialect.tokens.TextTokens;
import dev.stillgate.proxy.dialect.tokens.TokenWeights;
import dev.stillgate.proxy.json.JsonFields;
import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.proxy.json.NameCache;
import dev.stillgate.spi.BodyView;
import org.jspecify.annotations.Nullable;

/**
 * Reader of the bodies of embeddings, image generations, speech and moderations: model, streaming and an estimate of the
 * input tokens. An array of numbers is a text that the client has divided into tokens, so each number counts as one.
 * Images and sound in the body are not counted. Reusable; not thread-safe.
 */
public final class InputReader {
    private static final JsonName MODEL = new JsonName("model");
    private static final JsonName STREAM = new JsonName("stream");
    private static final JsonName STREAM_FORMAT = new JsonName("stream_format");
    private static final JsonName EVENTS = new JsonName("sse");
    private static final JsonName TEXT = new JsonName("text");
    private static final JsonName CONTENT = new JsonName("content");

    /** Keys of the text; some model servers embed {@code messages}. */
    private static final JsonName[] TEXTS = {
        new JsonName("input"), new JsonName("prompt"), new JsonName("instructions"), new JsonName("messages")
    };

    private static final JsonFields FIELDS = JsonFields.of(
            JsonFields.field("model", JsonFields.STRING),
            JsonFields.field("stream", JsonFields.BOOLEAN),
            JsonFields.field("stream_format", JsonFields.STRING),
            JsonFields.field("input", JsonFields.STRING | JsonFields.ARRAY),
            JsonFields.field("prompt", JsonFields.STRING),
            JsonFields.field("instructions", JsonFields.STRING),
            JsonFields.field("messages", JsonFields.ARRAY));

    private final NameCache models;
    private final JsonTape tape;
    private final TextTokens text = new TextTokens();
    private long tokenIds;

    public InputReader(NameCache models, JsonTape tape) {
        this.models = models;
        this.tape = tape;
    }

    /**
     * Reads the object that was parsed last.
     *
     * @param base index of the first byte of the body, from which error offsets are counted
     * @param length size of the body in bytes
     */
    public BodyView.Input read(int base, int length) throws MalformedBody {
        int root = tape.root();
        FIELDS.check(tape, root, base);
        int model = tape.find(root, MODEL);
        String name = tape.isText(model) ? models.name(tape, model) : null;
        int stream = tape.find(root, STREAM);
        boolean events = (stream != JsonTape.NONE && tape.kind(stream) == JsonTape.TRUE)
                || tape.isString(tape.find(root, STREAM_FORMAT), EVENTS);
        return new BodyView.Input(name, events, tokens(root, name), length);
    }

    private long tokens(int root, @Nullable String model) {
        text.reset(TokenWeights.PUBLIC);
        tokenIds = 0;
        for (JsonName key : TEXTS) {
            count(tape.find(root, key));
        }
        return Math.max(1, text.tokens(model) + tokenIds);
    }

    private void count(int node) {
        if (node == JsonTape.NONE) {
            return;
        }
        switch (tape.kind(node)) {
            case JsonTape.STRING -> {
                text.begin();
                text.add(tape.bytes(), tape.start(node), tape.stop(node));
            }
            case JsonTape.ARRAY -> {
                for (int element = tape.first(node); element != tape.end(node); element = tape.next(element)) {
                    count(element);
                }
            }
            case JsonTape.OBJECT -> {
                count(tape.find(node, TEXT));
                count(tape.find(node, CONTENT));
            }
            case JsonTape.TRUE, JsonTape.FALSE, JsonTape.NULL -> {}
            default -> tokenIds++;
        }
    }
}
