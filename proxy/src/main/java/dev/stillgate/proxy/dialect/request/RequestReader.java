package dev.stillgate.proxy.dialect.request;

import dev.stillgate.proxy.dialect.CloudCall;
import dev.stillgate.proxy.dialect.coding.MediaType;
import dev.stillgate.proxy.dialect.coding.Multipart;
import dev.stillgate.proxy.json.JsonFields;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.proxy.json.NameCache;
import dev.stillgate.proxy.json.TextCache;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Strict parser of request bodies into the view that filters see. Bodies that two JSON parsers could interpret
 * differently are malformed (see {@link JsonTape}). Reusable; not thread-safe. A view is valid until the next call and
 * while the input array is unchanged. Reading a prompt does not allocate in steady state.
 *
 * <p>A JSON body must be an object. Its {@code Content-Type} must be absent or {@code application/json}, with no
 * charset other than UTF-8, because an upstream may interpret other types differently. The values of known keys must
 * have the documented types, see {@link JsonFields}.
 */
public final class RequestReader {
    private final JsonTape tape;
    private final NameCache models = new NameCache();
    private final TextCache systems = new TextCache();
    private final MessagesChat messages;
    private final CompletionsChat completions;
    private final ResponsesChat responses;
    private final ContentsChat contents;
    private final MessageBatch messageBatch;
    private final FileBatch fileBatch;
    private final InputReader input;

    public RequestReader() {
        tape = new JsonTape();
        messages = new MessagesChat(models, systems, tape);
        completions = new CompletionsChat(models, systems, tape);
        responses = new ResponsesChat(models, systems, tape);
        contents = new ContentsChat(models, systems, tape);
        messageBatch = new MessageBatch(tape, messages);
        fileBatch = new FileBatch(tape, completions, responses);
        input = new InputReader(models, tape);
    }

    /** Parses a body of the provider's own API; see {@link #read(Operation, CloudCall, String, byte[], int, int)}. */
    public BodyView read(Operation operation, @Nullable String contentType, byte[] buf, int off, int len)
            throws MalformedBody {
        return read(operation, null, contentType, buf, off, len);
    }

    /**
     * Parses a body.
     *
     * @param operation the operation of the path, which determines the format of the body; may be opaque
     * @param cloud what the path of a cloud's API says; null for other paths
     * @param contentType the value of {@code Content-Type}, null if absent
     * @param buf array with the decoded body, {@code len} bytes from {@code off}
     * @throws MalformedBody if the body is invalid or ambiguous
     */
    public BodyView read(
            Operation operation, @Nullable CloudCall cloud, @Nullable String contentType, byte[] buf, int off, int len)
            throws MalformedBody {
        return switch (operation) {
            case MESSAGES, COUNT_TOKENS -> {
                parse(contentType, buf, off, len);
                checked(messages, off);
                yield cloud == null ? messages : messages.calledBy(cloud);
            }
            case CHAT_COMPLETIONS -> {
                parse(contentType, buf, off, len);
                yield checked(completions, off);
            }
            case RESPONSES -> {
                parse(contentType, buf, off, len);
                yield checked(responses, off);
            }
            case GENERATE_CONTENT, COUNT_CONTENT_TOKENS -> {
                parse(contentType, buf, off, len);
                checked(contents, off);
                yield contents.calledBy(cloud, operation == Operation.COUNT_CONTENT_TOKENS);
            }
            case MESSAGE_BATCH -> {
                parse(contentType, buf, off, len);
                yield messageBatch.read(off);
            }
            case FILE_UPLOAD -> file(contentType, buf, off, len);
            case EMBEDDINGS, IMAGE_GENERATION, SPEECH, MODERATION -> {
                if (len == 0) {
                    yield BodyView.None.INSTANCE;
                }
                parse(contentType, buf, off, len);
                yield input.read(off, len);
            }
            case MESSAGE_BATCH_RESULTS,
                    STORED_CHAT_COMPLETION,
                    STORED_RESPONSE,
                    FILE_CONTENT,
                    IMAGE_EDIT,
                    REALTIME,
                    TRANSCRIPTION,
                    TRANSLATION,
                    FILE_BATCH,
                    CONTROL,
                    OPAQUE -> len == 0 ? BodyView.None.INSTANCE : new BodyView.Opaque(len);
        };
    }

    /**
     * Returns the edit by which the most recently parsed body requests usage in its stream.
     *
     * @param view the result of {@link #read}
     * @return null if the body requests usage already, or is not a streaming Chat Completions prompt
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

    /** Parses a file upload. Files are opaque unless their {@code purpose} is {@code batch}, which OpenAI requires. */
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
