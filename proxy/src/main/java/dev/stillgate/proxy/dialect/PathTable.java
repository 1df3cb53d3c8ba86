package dev.stillgate.proxy.dialect;

import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import org.jspecify.annotations.Nullable;

/**
 * The paths of the dialects. What is not here belongs to no dialect and is refused unless a route lists it, so that no
 * other path leads to the model unread: the older {@code /v1/complete} and {@code /v1/completions}, {@code
 * /v1/responses/compact}, {@code /v1/conversations}, {@code /v1/threads}, {@code /v1/assistants}, {@code /v1/uploads}
 * (a file of batch requests in pieces), {@code /v1/realtime}, {@code /v1/evals} and whatever comes next. Paths are
 * compared exactly: a trailing slash, an escape or another case is another path.
 */
public final class PathTable {
    private static final int MAX_ID = 128;

    private static final Match MESSAGES = new Match(Provider.ANTHROPIC, Operation.MESSAGES);
    private static final Match COUNT_TOKENS = new Match(Provider.ANTHROPIC, Operation.COUNT_TOKENS);
    private static final Match MESSAGE_BATCH = new Match(Provider.ANTHROPIC, Operation.MESSAGE_BATCH);
    private static final Match BATCH_RESULTS = new Match(Provider.ANTHROPIC, Operation.MESSAGE_BATCH_RESULTS);
    private static final Match ANTHROPIC_CONTROL = new Match(Provider.ANTHROPIC, Operation.CONTROL);
    private static final Match CHAT = new Match(Provider.OPENAI, Operation.CHAT_COMPLETIONS);
    private static final Match STORED_CHAT = new Match(Provider.OPENAI, Operation.STORED_CHAT_COMPLETION);
    private static final Match RESPONSES = new Match(Provider.OPENAI, Operation.RESPONSES);
    private static final Match STORED_RESPONSE = new Match(Provider.OPENAI, Operation.STORED_RESPONSE);
    private static final Match FILE_UPLOAD = new Match(Provider.OPENAI, Operation.FILE_UPLOAD);
    private static final Match FILE_CONTENT = new Match(Provider.OPENAI, Operation.FILE_CONTENT);
    private static final Match OPENAI_CONTROL = new Match(Provider.OPENAI, Operation.CONTROL);

    private PathTable() {}

    /** What a method and path ask for. */
    public record Match(Provider provider, Operation operation) {}

    /**
     * Returns what is asked for, or null where the path is of no dialect or does not take the method. Allocates nothing.
     *
     * @param method the method, in upper case
     * @param path the path without the query, in normal form
     */
    public static @Nullable Match match(String method, String path) {
        if (!path.startsWith("/v1/")) {
            return null;
        }
        Verb verb = Verb.of(method);
        if (verb == null) {
            return null;
        }
        return switch (path.length() > 4 ? path.charAt(4) : 0) {
            case 'm' -> messages(verb, path);
            case 'c' -> chat(verb, path);
            case 'r' -> responses(verb, path);
            case 'f' -> files(verb, path);
            case 'b' -> batches(verb, path, "/v1/batches", OPENAI_CONTROL, OPENAI_CONTROL, null);
            default -> null;
        };
    }

    private static @Nullable Match messages(Verb verb, String path) {
        return switch (path) {
            case "/v1/messages" -> verb == Verb.POST ? MESSAGES : null;
            case "/v1/messages/count_tokens" -> verb == Verb.POST ? COUNT_TOKENS : null;
            default -> batches(verb, path, "/v1/messages/batches", MESSAGE_BATCH, ANTHROPIC_CONTROL, BATCH_RESULTS);
        };
    }

    private static @Nullable Match batches(
            Verb verb, String path, String collection, Match create, Match control, @Nullable Match results) {
        if (path.equals(collection)) {
            return verb == Verb.POST ? create : verb == Verb.GET ? control : null;
        }
        return switch (below(path, collection)) {
            case "" -> verb == Verb.GET || (verb == Verb.DELETE && results != null) ? control : null;
            case "/cancel" -> verb == Verb.POST ? control : null;
            case "/results" -> verb == Verb.GET ? results : null;
            default -> null;
        };
    }

    private static @Nullable Match chat(Verb verb, String path) {
        if (path.equals("/v1/chat/completions")) {
            return verb == Verb.POST ? CHAT : verb == Verb.GET ? STORED_CHAT : null;
        }
        return switch (below(path, "/v1/chat/completions")) {
            case "" -> verb == Verb.GET ? STORED_CHAT : OPENAI_CONTROL;
            case "/messages" -> verb == Verb.GET ? STORED_CHAT : null;
            default -> null;
        };
    }

    private static @Nullable Match responses(Verb verb, String path) {
        if (path.equals("/v1/responses")) {
            return verb == Verb.POST ? RESPONSES : null;
        }
        return switch (below(path, "/v1/responses")) {
            case "" -> verb == Verb.GET ? STORED_RESPONSE : verb == Verb.DELETE ? OPENAI_CONTROL : null;
            case "/cancel" -> verb == Verb.POST ? STORED_RESPONSE : null;
            case "/input_items" -> verb == Verb.GET ? OPENAI_CONTROL : null;
            default -> null;
        };
    }

    private static @Nullable Match files(Verb verb, String path) {
        if (path.equals("/v1/files")) {
            return verb == Verb.POST ? FILE_UPLOAD : verb == Verb.GET ? OPENAI_CONTROL : null;
        }
        return switch (below(path, "/v1/files")) {
            case "" -> verb == Verb.GET || verb == Verb.DELETE ? OPENAI_CONTROL : null;
            case "/content" -> verb == Verb.GET ? FILE_CONTENT : null;
            default -> null;
        };
    }

    /** Returns what follows {@code collection/{id}}: empty, a sub-resource with its slash, or "?" for no such path. */
    private static String below(String path, String collection) {
        int start = collection.length() + 1;
        if (path.length() <= start || !path.startsWith(collection) || path.charAt(start - 1) != '/') {
            return "?";
        }
        int end = start;
        while (end < path.length() && isIdCharacter(path.charAt(end))) {
            end++;
        }
        if (end == start || end - start > MAX_ID) {
            return "?";
        }
        for (String sub : SUB_RESOURCES) {
            if (path.length() - end == sub.length() && path.endsWith(sub)) {
                return sub;
            }
        }
        return "?";
    }

    private static final String[] SUB_RESOURCES = {"", "/cancel", "/content", "/input_items", "/messages", "/results"};

    private static boolean isIdCharacter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    }

    private enum Verb {
        GET,
        POST,
        DELETE;

        static @Nullable Verb of(String method) {
            return switch (method) {
                case "GET" -> GET;
                case "POST" -> POST;
                case "DELETE" -> DELETE;
                default -> null;
            };
        }
    }
}
