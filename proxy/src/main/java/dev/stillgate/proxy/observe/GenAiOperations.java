package dev.stillgate.proxy.observe;

import dev.stillgate.spi.Operation;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values of {@code gen_ai.operation.name} in OpenTelemetry's GenAI conventions, for operations that run a model. Where
 * the conventions have no value, the name of the operation stands.
 */
public final class GenAiOperations {
    private static final String CHAT = "chat";
    private static final String GENERATE = "generate_content";
    private static final Map<Operation, String> NAMES = Map.ofEntries(
            Map.entry(Operation.MESSAGES, CHAT),
            Map.entry(Operation.CHAT_COMPLETIONS, CHAT),
            Map.entry(Operation.RESPONSES, CHAT),
            Map.entry(Operation.GENERATE_CONTENT, GENERATE),
            Map.entry(Operation.EMBEDDINGS, "embeddings"),
            Map.entry(Operation.IMAGE_GENERATION, GENERATE),
            Map.entry(Operation.IMAGE_EDIT, GENERATE),
            Map.entry(Operation.SPEECH, GENERATE),
            Map.entry(Operation.TRANSCRIPTION, api(Operation.TRANSCRIPTION)),
            Map.entry(Operation.TRANSLATION, api(Operation.TRANSLATION)),
            Map.entry(Operation.MODERATION, api(Operation.MODERATION)),
            Map.entry(Operation.REALTIME, api(Operation.REALTIME)));
    private static final Map<String, String> BY_API = new HashMap<>();

    static {
        NAMES.forEach((operation, name) -> BY_API.put(api(operation), name));
    }

    private GenAiOperations() {}

    /** Returns the names by operation; operations that run no model are absent. */
    static Map<Operation, String> names() {
        return NAMES;
    }

    /** Returns the name of an operation in the access log and in the label {@code api}. */
    public static String api(Operation operation) {
        return operation.name().toLowerCase(Locale.ROOT);
    }

    /** Returns the name for an operation as in the access log; null if it runs no model. */
    public static @Nullable String ofApi(String api) {
        return BY_API.get(api);
    }

    /** Returns the value of {@code gen_ai.provider.name} for an operation as in the access log. */
    public static String provider(String api) {
        return switch (api) {
            case "messages" -> "anthropic";
            case GENERATE -> "gcp.gemini";
            default -> "openai";
        };
    }
}
