package dev.stillgate.proxy.dialect.openai;

import dev.stillgate.proxy.dialect.coding.Multipart;
import dev.stillgate.proxy.dialect.provider.ApiError;
import dev.stillgate.proxy.dialect.provider.ApiPath;
import dev.stillgate.proxy.dialect.provider.Dialect;
import dev.stillgate.proxy.dialect.request.BodyParser;
import dev.stillgate.proxy.dialect.responses.OpenAiErrors;
import dev.stillgate.proxy.dialect.responses.ResponsesChat;
import dev.stillgate.proxy.dialect.stream.ProseBlocks;
import dev.stillgate.proxy.dialect.stream.ProseField;
import dev.stillgate.proxy.dialect.stream.ProseReader;
import dev.stillgate.proxy.dialect.stream.ResponseField;
import dev.stillgate.proxy.dialect.stream.UsageEventGate;
import dev.stillgate.proxy.dialect.tokens.TokenWeights;
import dev.stillgate.proxy.json.JsonPaths;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** OpenAI's Chat Completions, and its APIs of files, batches and inputs. */
public final class ChatCompletions implements Dialect {
    @Override
    public Provider provider() {
        return Provider.OPENAI;
    }

    @Override
    public Set<Operation> operations() {
        return Set.of(
                Operation.CHAT_COMPLETIONS,
                Operation.STORED_CHAT_COMPLETION,
                Operation.FILE_UPLOAD,
                Operation.FILE_CONTENT,
                Operation.FILE_BATCH,
                Operation.EMBEDDINGS,
                Operation.IMAGE_GENERATION,
                Operation.IMAGE_EDIT,
                Operation.TRANSCRIPTION,
                Operation.TRANSLATION,
                Operation.SPEECH,
                Operation.MODERATION,
                Operation.REALTIME);
    }

    @Override
    public List<ApiPath> paths() {
        return List.of(
                new ApiPath("POST", "/v1/chat/completions", Operation.CHAT_COMPLETIONS),
                new ApiPath("GET", "/v1/chat/completions", Operation.STORED_CHAT_COMPLETION),
                new ApiPath("GET", "/v1/chat/completions/{id}", Operation.STORED_CHAT_COMPLETION),
                new ApiPath("POST", "/v1/chat/completions/{id}", Operation.STORED_CHAT_COMPLETION),
                new ApiPath("DELETE", "/v1/chat/completions/{id}", Operation.CONTROL),
                new ApiPath("GET", "/v1/chat/completions/{id}/messages", Operation.STORED_CHAT_COMPLETION),
                new ApiPath("POST", "/v1/files", Operation.FILE_UPLOAD),
                new ApiPath("GET", "/v1/files", Operation.FILE_BATCH),
                new ApiPath("GET", "/v1/files/{id}", Operation.FILE_BATCH),
                new ApiPath("DELETE", "/v1/files/{id}", Operation.CONTROL),
                new ApiPath("GET", "/v1/files/{id}/content", Operation.FILE_CONTENT),
                new ApiPath("POST", "/v1/batches", Operation.FILE_BATCH),
                new ApiPath("GET", "/v1/batches", Operation.FILE_BATCH),
                new ApiPath("GET", "/v1/batches/{id}", Operation.FILE_BATCH),
                new ApiPath("POST", "/v1/batches/{id}/cancel", Operation.FILE_BATCH),
                new ApiPath("POST", "/v1/embeddings", Operation.EMBEDDINGS),
                new ApiPath("POST", "/v1/images/generations", Operation.IMAGE_GENERATION),
                new ApiPath("POST", "/v1/images/edits", Operation.IMAGE_EDIT),
                new ApiPath("POST", "/v1/audio/transcriptions", Operation.TRANSCRIPTION),
                new ApiPath("POST", "/v1/audio/translations", Operation.TRANSLATION),
                new ApiPath("POST", "/v1/audio/speech", Operation.SPEECH),
                new ApiPath("POST", "/v1/moderations", Operation.MODERATION),
                new ApiPath("GET", "/v1/realtime", Operation.REALTIME));
    }

    @Override
    public boolean isDefault() {
        return true;
    }

    @Override
    public List<String> softwareFields() {
        return List.of("openai-beta");
    }

    @Override
    public BodyReader bodies(BodyParser parser) {
        CompletionsChat chat = new CompletionsChat(parser);
        FileBatch batch = new FileBatch(parser.tape, chat, new ResponsesChat(parser));
        InputReader input = new InputReader(parser.models, parser.tape);
        return (operation, cloud, contentType, buf, off, len) -> switch (operation.kind()) {
            case CHAT -> parser.read(chat, contentType, buf, off, len);
            case UPLOAD -> file(batch, contentType, buf, off, len);
            case INPUT -> {
                if (len == 0) {
                    yield BodyView.None.INSTANCE;
                }
                parser.parse(contentType, buf, off, len);
                yield input.read(off, len);
            }
            default -> BodyParser.unread(len);
        };
    }

    /** Parses a file upload. Files are opaque unless their {@code purpose} is {@code batch}, which OpenAI requires. */
    private static BodyView file(FileBatch batch, @Nullable String contentType, byte[] buf, int off, int len)
            throws MalformedBody {
        Multipart form = new Multipart(contentType, buf, off, len);
        if (!"batch".equals(form.purpose())) {
            return new BodyView.Opaque(len);
        }
        if (form.fileStart() < 0) {
            throw new MalformedBody("multipart", "a batch without a file", -1);
        }
        return batch.read(buf, form.fileStart(), form.fileEnd(), off);
    }

    @Override
    public TokenWeights weights() {
        return TokenWeights.PUBLIC;
    }

    @Override
    public JsonPaths<ResponseField> response(Operation operation, boolean sse) {
        if (operation == Operation.EMBEDDINGS) {
            return ChatPaths.EMBEDDINGS;
        }
        return switch (operation.kind()) {
            case CHAT -> ChatPaths.CHAT;
            case STORED -> ChatPaths.STORED;
            case FILE -> ChatPaths.LINE;
            case JOB -> ChatPaths.BATCH;
            case INPUT, UPLOADED_INPUT -> sse ? ChatPaths.CONVERTED_EVENT : ChatPaths.CONVERTED;
            default -> JsonPaths.of();
        };
    }

    @Override
    public UsageEventGate.Matcher usageEvents() {
        return new UsageEvents();
    }

    @Override
    public JsonPaths<ProseField> prose(Operation operation, boolean sse) {
        return switch (operation.kind()) {
            case CHAT -> sse ? CompletionsProse.CHUNK : CompletionsProse.COMPLETION;
            case STORED -> sse ? CompletionsProse.CHUNK : CompletionsProse.STORED;
            case FILE -> FileProse.LINE;
            default -> throw Dialect.noProse(operation);
        };
    }

    @Override
    public ProseReader proseReader(Operation operation, boolean sse, ProseBlocks blocks) {
        return operation == Operation.FILE_CONTENT ? new FileProse(blocks) : new CompletionsProse(blocks);
    }

    @Override
    public boolean namesRetry(int status, long seconds) {
        return OpenAiErrors.namesRetry(status, seconds);
    }

    @Override
    public void error(ApiError error, StringBuilder json) {
        OpenAiErrors.write(error, json);
    }

    @Override
    public void errorEvent(ApiError error, StringBuilder event) {
        event.append("data: ");
        OpenAiErrors.write(error, event);
    }
}
