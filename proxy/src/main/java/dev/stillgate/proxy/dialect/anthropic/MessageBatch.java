package dev.stillgate.proxy.dialect.anthropic;

import dev.stillgate.proxy.json.JsonFields;
import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView;

/** Prompts of an Anthropic Message Batch: {@code requests[].params} of one document. Not thread-safe. */
public final class MessageBatch implements BodyView.Batch {
    private static final JsonName REQUESTS = new JsonName("requests");
    private static final JsonName PARAMS = new JsonName("params");

    private static final JsonFields BATCH_FIELDS = JsonFields.of(JsonFields.field("requests", JsonFields.ANY));
    private static final JsonFields ITEM_FIELDS = JsonFields.of(JsonFields.field("params", JsonFields.ANY));

    private final JsonTape tape;
    private final MessagesChat chat;
    private int requests;
    private int index;
    private int node;

    public MessageBatch(JsonTape tape, MessagesChat chat) {
        this.tape = tape;
        this.chat = chat;
    }

    /**
     * Validates the parsed batch and sets this to it.
     *
     * @param offset index of the first byte of the request body, from which error offsets are counted
     */
    public MessageBatch read(int offset) throws MalformedBody {
        BATCH_FIELDS.check(tape, tape.root(), offset);
        requests = tape.find(tape.root(), REQUESTS);
        if (requests == JsonTape.NONE || tape.kind(requests) != JsonTape.ARRAY) {
            throw new MalformedBody("batch", "a batch without an array of requests", -1);
        }
        rewind();
        for (int item = node; item != tape.end(requests); item = tape.next(item)) {
            int params = tape.find(item, PARAMS);
            if (params == JsonTape.NONE || tape.kind(params) != JsonTape.OBJECT) {
                throw new MalformedBody("batch", "a batch item without params", tape.start(item) - offset);
            }
            ITEM_FIELDS.check(tape, item, offset);
            chat.fields().check(tape, params, offset);
        }
        return this;
    }

    private void rewind() {
        index = 0;
        node = tape.first(requests);
    }

    @Override
    public int size() {
        return tape.size(requests);
    }

    @Override
    public Chat item(int wanted) {
        if (wanted < 0 || wanted >= size()) {
            throw new IndexOutOfBoundsException(wanted);
        }
        if (wanted < index) {
            rewind();
        }
        for (; index < wanted; index++) {
            node = tape.next(node);
        }
        return chat.at(tape, tape.find(node, PARAMS));
    }
}
