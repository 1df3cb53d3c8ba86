package dev.stillgate.proxy.dialect;

import dev.stillgate.proxy.dialect.provider.Dialect;
import dev.stillgate.proxy.dialect.request.CloudCall.Cloud;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The APIs that the gateway reads: those listed in {@code META-INF/services}, in that order. The first one of a provider
 * writes the errors of operations that none of them reads, and the first one that is a {@linkplain Dialect#isDefault
 * default} those of unknown paths.
 */
public final class Dialects {
    static final List<Dialect> ALL = ServiceLoader.load(Dialect.class, Dialects.class.getClassLoader()).stream()
            .map(ServiceLoader.Provider::get)
            .toList();

    /** Reader of responses that are of no API. */
    private static final Dialect OTHER =
            ALL.stream().filter(Dialect::isDefault).findFirst().orElseThrow();

    private static final Map<Operation, Dialect> BY_OPERATION = new HashMap<>();
    private static final IdentityHashMap<Provider, Dialect> BY_PROVIDER = new IdentityHashMap<>();

    static {
        for (Dialect dialect : ALL) {
            dialect.operations().forEach(operation -> BY_OPERATION.put(operation, dialect));
            BY_PROVIDER.putIfAbsent(dialect.provider(), dialect);
        }
    }

    private Dialects() {}

    /** Returns the API of an operation; for one that no API reads, one that finds nothing in its responses. */
    public static Dialect of(Operation operation) {
        return BY_OPERATION.getOrDefault(operation, OTHER);
    }

    /** Returns the API that writes the errors of a provider. */
    public static Dialect of(Provider provider) {
        return Objects.requireNonNull(BY_PROVIDER.get(provider));
    }

    /**
     * Returns the provider whose errors the client of an unknown path expects, by the path or else by the header fields.
     *
     * @param headers the header fields; null if they were not read
     */
    public static Provider likely(String path, @Nullable Headers headers) {
        for (Dialect dialect : ALL) {
            if (dialect.isLikely(path) || dialect.likelyCloud(path) != null) {
                return dialect.provider();
            }
        }
        for (Dialect dialect : ALL) {
            for (String field : dialect.clientFields()) {
                if (headers != null && headers.first(field) != null) {
                    return dialect.provider();
                }
            }
        }
        return OTHER.provider();
    }

    /** Returns the cloud whose clients use a path, known or not, so that they can read errors; null for other paths. */
    public static @Nullable Cloud likelyCloud(String path) {
        for (Dialect dialect : ALL) {
            Cloud cloud = dialect.likelyCloud(path);
            if (cloud != null) {
                return cloud;
            }
        }
        return null;
    }

    /** Returns these names of header fields, with those that describe the software of the clients of an API. */
    public static Set<String> withSoftwareFields(String... names) {
        Set<String> all = new HashSet<>(List.of(names));
        ALL.forEach(dialect -> all.addAll(dialect.softwareFields()));
        return all;
    }

    /** Returns whether a path is known and names a resource in whose name an escaped slash is allowed. */
    public static boolean isResource(String path) {
        return ALL.stream().anyMatch(dialect -> dialect.isResource(path));
    }
}
