package dev.stillgate.proxy.dialect.prose;

import dev.stillgate.proxy.json.JsonPaths;
import dev.stillgate.spi.Operation;

/** Factory of the {@link ProseReader} and its paths for the responses to an operation. */
final class ProseReaders {
    private ProseReaders() {}

    /** Creates a reader; {@code sse} tells whether the response is an event stream. */
    static ProseReader of(Operation operation, boolean sse, ProseBlocks blocks) {
        return switch (operation) {
            case MESSAGES -> new MessagesProse(blocks, sse);
            case MESSAGE_BATCH_RESULTS -> new MessagesProse(blocks, false);
            case CHAT_COMPLETIONS, STORED_CHAT_COMPLETION -> new CompletionsProse(blocks);
            case RESPONSES, STORED_RESPONSE -> new ResponsesProse(blocks, sse);
            case GENERATE_CONTENT -> new CandidatesProse(blocks, sse);
            case FILE_CONTENT -> new FileProse(blocks);
            default -> throw new IllegalArgumentException("responses to " + operation + " have no prose");
        };
    }

    /** Returns the paths of the root of a response; for streams of each event, for JSON lines of each line. */
    static JsonPaths<ProseField> paths(Operation operation, boolean sse) {
        return switch (operation) {
            case MESSAGES -> sse ? MessagesProse.EVENT : MessagesProse.MESSAGE;
            case MESSAGE_BATCH_RESULTS -> MessagesProse.LINE;
            case CHAT_COMPLETIONS -> sse ? CompletionsProse.CHUNK : CompletionsProse.COMPLETION;
            case STORED_CHAT_COMPLETION -> sse ? CompletionsProse.CHUNK : CompletionsProse.STORED;
            case RESPONSES -> sse ? ResponsesProse.EVENT : ResponsesProse.RESPONSE;
            case STORED_RESPONSE -> sse ? ResponsesProse.EVENT : ResponsesProse.STORED;
            case GENERATE_CONTENT -> sse ? CandidatesProse.PIECE : CandidatesProse.RESPONSE;
            case FILE_CONTENT -> FileProse.LINE;
            default -> throw new IllegalArgumentException("responses to " + operation + " have no prose");
        };
    }
}
