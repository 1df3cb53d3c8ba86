package dev.stillgate.proxy.dialect;

import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Table of the API methods and paths that the dialects support. All other paths are rejected unless a route lists them,
 * so no prompt reaches a model unread. Among these are the older {@code /v1/complete} and {@code /v1/completions},
 * {@code /v1/responses/compact}, {@code /v1/conversations}, {@code /v1/threads}, {@code /v1/assistants}, {@code
 * /v1/uploads} (a file of batch requests in pieces), the paths below {@code /v1/realtime} and {@code /v1/evals}. Paths
 * are compared exactly: a trailing slash, an escape or another case makes a different path. The paths of clouds are in
 * {@link CloudPaths}, those of the Gemini API in {@link GeminiPaths}. A route knows {@code /v1/realtime} only if it allows
 * such sessions ({@code upgrade: [realtime]}).
 *
 * <p>The operation of a path follows from the provider's published response schema. It is {@link Operation#CONTROL}
 * only if the response has no {@code content}, {@code choices}, {@code output} or conversation item.
 */
public final class PathTable {
    private static final int MAX_ID = 128;
    private static final String ID = "{id}";

    /** The supported methods and paths, with {@code {id}} as the placeholder of an id. */
    static final List<Entry> ENTRIES = List.of(
            anthropic("POST", "/v1/messages", Operation.MESSAGES),
            anthropic("POST", "/v1/messages/count_tokens", Operation.COUNT_TOKENS),
            anthropic("POST", "/v1/messages/batches", Operation.MESSAGE_BATCH),
            anthropic("GET", "/v1/messages/batches", Operation.CONTROL),
            anthropic("GET", "/v1/messages/batches/{id}", Operation.CONTROL),
            anthropic("DELETE", "/v1/messages/batches/{id}", Operation.CONTROL),
            anthropic("POST", "/v1/messages/batches/{id}/cancel", Operation.CONTROL),
            anthropic("GET", "/v1/messages/batches/{id}/results", Operation.MESSAGE_BATCH_RESULTS),
            openAi("POST", "/v1/chat/completions", Operation.CHAT_COMPLETIONS),
            openAi("GET", "/v1/chat/completions", Operation.STORED_CHAT_COMPLETION),
            openAi("GET", "/v1/chat/completions/{id}", Operation.STORED_CHAT_COMPLETION),
            openAi("POST", "/v1/chat/completions/{id}", Operation.STORED_CHAT_COMPLETION),
            openAi("DELETE", "/v1/chat/completions/{id}", Operation.CONTROL),
            openAi("GET", "/v1/chat/completions/{id}/messages", Operation.STORED_CHAT_COMPLETION),
            openAi("POST", "/v1/responses", Operation.RESPONSES),
            openAi("GET", "/v1/responses/{id}", Operation.STORED_RESPONSE),
            openAi("DELETE", "/v1/responses/{id}", Operation.CONTROL),
            openAi("POST", "/v1/responses/{id}/cancel", Operation.STORED_RESPONSE),
            openAi("GET", "/v1/responses/{id}/input_items", Operation.STORED_RESPONSE),
            openAi("POST", "/v1/files", Operation.FILE_UPLOAD),
            openAi("GET", "/v1/files", Operation.FILE_BATCH),
            openAi("GET", "/v1/files/{id}", Operation.FILE_BATCH),
            openAi("DELETE", "/v1/files/{id}", Operation.CONTROL),
            openAi("GET", "/v1/files/{id}/content", Operation.FILE_CONTENT),
            openAi("POST", "/v1/batches", Operation.FILE_BATCH),
            openAi("GET", "/v1/batches", Operation.FILE_BATCH),
            openAi("GET", "/v1/batches/{id}", Operation.FILE_BATCH),
            openAi("POST", "/v1/batches/{id}/cancel", Operation.FILE_BATCH),
            openAi("POST", "/v1/embeddings", Operation.EMBEDDINGS),
            openAi("POST", "/v1/images/generations", Operation.IMAGE_GENERATION),
            openAi("POST", "/v1/images/edits", Operation.IMAGE_EDIT),
            openAi("POST", "/v1/audio/transcriptions", Operation.TRANSCRIPTION),
            openAi("POST", "/v1/audio/translations", Operation.TRANSLATION),
            openAi("POST", "/v1/audio/speech", Operation.SPEECH),
            openAi("POST", "/v1/moderations", Operation.MODERATION),
            openAi("GET", "/v1/realtime", Operation.REALTIME));

    private static final Map<String, Methods> EXACT = new HashMap<>();
    private static final List<Collection> COLLECTIONS = new ArrayList<>();

    static {
        ENTRIES.forEach(PathTable::add);
    }

    private PathTable() {}

    /**
     * Provider and operation of a method and path.
     *
     * @param cloud what the path of a cloud's API says; null for the provider's own API
     */
    public record Match(
            Provider provider,
            Operation operation,
            @Nullable CloudCall cloud) {}

    /** One method of one path. */
    record Entry(String method, String path, Match match) {}

    private static Entry anthropic(String method, String path, Operation operation) {
        return new Entry(method, path, new Match(Provider.ANTHROPIC, operation, null));
    }

    private static Entry openAi(String method, String path, Operation operation) {
        return new Entry(method, path, new Match(Provider.OPENAI, operation, null));
    }

    private static void add(Entry entry) {
        int id = entry.path().indexOf(ID);
        if (id < 0) {
            EXACT.computeIfAbsent(entry.path(), Methods::new).add(entry);
        } else {
            String suffix = entry.path().substring(id + ID.length());
            collection(entry.path().substring(0, id)).resource(suffix).add(entry);
        }
    }

    private static Collection collection(String prefix) {
        for (Collection collection : COLLECTIONS) {
            if (collection.prefix.equals(prefix)) {
                return collection;
            }
        }
        Collection added = new Collection(prefix);
        COLLECTIONS.add(added);
        return added;
    }

    /**
     * Returns the operation of a method and path; null if it is unknown. Allocates only for the paths of clouds.
     *
     * @param method the method, in upper case
     * @param path the normalised path, without the query
     */
    public static @Nullable Match match(String method, String path) {
        Methods methods = EXACT.get(path);
        if (methods == null) {
            methods = below(path);
        }
        if (methods != null) {
            return methods.of(method);
        }
        Match gemini = GeminiPaths.match(method, path);
        return gemini != null ? gemini : CloudPaths.match(method, path);
    }

    /** Returns the methods of a path with an id, or null if the path is unknown. */
    private static @Nullable Methods below(String path) {
        for (int i = 0; i < COLLECTIONS.size(); i++) {
            Collection collection = COLLECTIONS.get(i);
            if (path.startsWith(collection.prefix)) {
                return collection.find(path);
            }
        }
        return null;
    }

    /** Paths that share a prefix before their id. */
    private static final class Collection {
        private final String prefix;
        private final List<Methods> resources = new ArrayList<>();

        Collection(String prefix) {
            this.prefix = prefix;
        }

        Methods resource(String suffix) {
            Methods existing = find(suffix, 0);
            if (existing != null) {
                return existing;
            }
            Methods added = new Methods(suffix);
            resources.add(added);
            return added;
        }

        @Nullable
        Methods find(String path) {
            int start = prefix.length();
            int end = start;
            while (end < path.length() && isIdCharacter(path.charAt(end))) {
                end++;
            }
            return end == start || end - start > MAX_ID ? null : find(path, end);
        }

        private @Nullable Methods find(String path, int from) {
            for (int i = 0; i < resources.size(); i++) {
                Methods resource = resources.get(i);
                if (path.length() - from == resource.path.length() && path.endsWith(resource.path)) {
                    return resource;
                }
            }
            return null;
        }

        private static boolean isIdCharacter(char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        }
    }

    /** The operations of one path by method. */
    private static final class Methods {
        /** The path; for a path with an id, the part after it. */
        private final String path;

        private @Nullable Match get;
        private @Nullable Match post;
        private @Nullable Match delete;

        Methods(String path) {
            this.path = path;
        }

        void add(Entry entry) {
            switch (entry.method()) {
                case "GET" -> get = entry.match();
                case "POST" -> post = entry.match();
                case "DELETE" -> delete = entry.match();
                default -> throw new IllegalArgumentException(entry.method());
            }
        }

        @Nullable
        Match of(String method) {
            return switch (method) {
                case "GET" -> get;
                case "POST" -> post;
                case "DELETE" -> delete;
                default -> null;
            };
        }
    }
}
