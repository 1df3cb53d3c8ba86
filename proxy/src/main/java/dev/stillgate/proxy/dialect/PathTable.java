package dev.stillgate.proxy.dialect;

import dev.stillgate.proxy.dialect.provider.ApiPath;
import dev.stillgate.proxy.dialect.provider.Dialect;
import dev.stillgate.proxy.dialect.provider.PathMatch;
import dev.stillgate.spi.Operation;
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
 * are compared exactly: a trailing slash, an escape or another case makes a different path. A route knows {@code
 * /v1/realtime} only if it allows such sessions ({@code upgrade: [realtime]}), and GET of {@code /v1/responses} likewise
 * ({@code upgrade: [responses]}).
 *
 * <p>The operation of a path follows from the provider's published response schema. It is {@link Operation#CONTROL}
 * only if the response has no {@code content}, {@code choices}, {@code output} or conversation item.
 */
public final class PathTable {
    private static final int MAX_ID = 128;
    private static final String ID = "{id}";

    private static final Map<String, Methods> EXACT = new HashMap<>();
    private static final List<Collection> COLLECTIONS = new ArrayList<>();

    static {
        for (Dialect dialect : Dialects.ALL) {
            for (ApiPath path : dialect.paths()) {
                methods(path.path()).add(path.method(), new PathMatch(dialect.provider(), path.operation(), null));
            }
        }
    }

    private PathTable() {}

    private static Methods methods(String path) {
        int id = path.indexOf(ID);
        return id < 0
                ? EXACT.computeIfAbsent(path, Methods::new)
                : collection(path.substring(0, id)).resource(path.substring(id + ID.length()));
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
    public static @Nullable PathMatch match(String method, String path) {
        Methods methods = EXACT.get(path);
        if (methods == null) {
            methods = below(path);
        }
        if (methods != null) {
            return methods.of(method);
        }
        for (int i = 0; i < Dialects.ALL.size(); i++) {
            PathMatch match = Dialects.ALL.get(i).match(method, path);
            if (match != null) {
                return match;
            }
        }
        return null;
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

        private @Nullable PathMatch get;
        private @Nullable PathMatch post;
        private @Nullable PathMatch delete;

        Methods(String path) {
            this.path = path;
        }

        void add(String method, PathMatch match) {
            switch (method) {
                case "GET" -> get = match;
                case "POST" -> post = match;
                case "DELETE" -> delete = match;
                default -> throw new IllegalArgumentException(method);
            }
        }

        @Nullable
        PathMatch of(String method) {
            return switch (method) {
                case "GET" -> get;
                case "POST" -> post;
                case "DELETE" -> delete;
                default -> null;
            };
        }
    }
}
