package dev.stillgate.proxy.dialect.request;

import dev.stillgate.proxy.dialect.coding.MediaType;
import dev.stillgate.proxy.dialect.coding.Multipart;
import dev.stillgate.proxy.json.JsonFields;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.proxy.json.NameCache;
import dev.stillgate.proxy.json.TextCache;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import org.jspecify.annotations.Nullable;

/**
 * Reads request bodies as the model does, strictly (see {@link JsonTape}): what two readers could read differently is
 * malformed. Reusable, by one event loop; a view is valid until the next call, and while nobody writes to its bytes.
 * Reading a prompt allocates nothing in steady state.
 *
 * <p>A JSON body must be an object, and its {@code Content-Type} absent or {@code application/json}, in UTF-8 if it
 * says so: under another type a body may be read as something else. The keys of a prompt must have values of the types
 * that the provider documents, see {@link JsonFields}.
 */
public final class RequestReader {
    private final JsonTape tape;
    private final NameCache models = new NameCache();
    private final TextCache systems = new TextCache();
    private final MessagesChat messages;
    private final CompletionsChat completions;
    private final ResponsesChat responses;
    private final MessageBatch messageBatch;
    private final FileBatch fileBatch;

    public RequestReader() {
        tape = new JsonTape();
        messages = new MessagesChat(models, systems, tape);
        completions = new CompletionsChat(models, systems, tape);
        responses = new ResponsesChat(models, systems, tape);
        messageBatch = new MessageBatch(tape, messages);
        fileBatch = new FileBatch(tape, completions, responses);
    }

    /**
     * Reads a body.
     *
     * @param operation what the path asks for; a body that it does not read is opaque
     * @param provider the provider of the path
     * @param contentType the value of {@code Content-Type}, null when absent
     * @param buf the body after decoding, from {@code off}, of {@code len} bytes
     * @throws MalformedBody when it is not one that is read in one way only
     */
    public BodyView read(
            Operation operation, Provider provider, @Nullable String contentType, byte[] buf, int off, int len)
            throws MalformedBody {
        return switch (operation) {
            case MESSAGES, COUNT_TOKENS -> {
                parse(contentType, buf, off, len);
                yield checked(messages, off);
            }
            case CHAT_COMPLETIONS -> {
                parse(contentType, buf, off, len);
                yield checked(completions, off);
            }
            case RESPONSES -> {
                parse(contentType, buf, off, len);
                yield checked(responses, off);
            }
            case MESSAGE_BATCH -> {
                parse(contentType, buf, off, len);
                yield messageBatch.read(off);
            }
            case FILE_UPLOAD -> file(contentType, buf, off, len);
            case MESSAGE_BATCH_RESULTS, STORED_CHAT_COMPLETION, STORED_RESPONSE, FILE_CONTENT, CONTROL, OPAQUE ->
                len == 0 ? BodyView.None.INSTANCE : new BodyView.Opaque(len);
        };
    }

    /**
     * Returns the change by which the body that was read last asks for the usage of its stream.
     *
     * @param view what {@link #read} returned
     * @return null when it asks already, or is no prompt that could
     */
    public @Nullable BodyEdit usageEdit(BodyView view) {
        return view instanceof CompletionsChat chat ? chat.usageEdit() : null;
    }

    private void parse(@Nullable String contentType, byte[] buf, int off, int len) throws MalformedBody {
        if (!MediaType.isJson(contentType)) {
            throw new MalformedBody("content-type", "the body must be application/json", -1);
        }
        tape.parse(buf, off, len);
        if (tape.kind(tape.root()) != JsonTape.OBJECT) {
            throw new MalformedBody("json-syntax", "the body must be a JSON object", 0);
        }
    }

    private JsonChat checked(JsonChat chat, int off) throws MalformedBody {
        chat.fields().check(tape, tape.root(), off);
        return chat.at(tape, tape.root());
    }

    /** A file for another purpose than a batch is opaque, as is one without: the provider of batches wants it named. */
    private BodyView file(@Nullable String contentType, byte[] buf, int off, int len) throws MalformedBody {
        Multipart form = new Multipart(contentType, buf, off, len);
        if (!"batch".equals(form.purpose())) {
            return new BodyView.Opaque(len);
        }
        if (form.fileStart() < 0) {
            throw new MalformedBody("multipart", "a batch without a file", -1);
        }
        return fileBatch.read(buf, form.fileStart(), form.fileEnd(), off);
    }
}
