package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.chain.AdminPages;
import dev.stillgate.spi.AdminView;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Why accounts stand where they do, in the words of the filters: what they show on the admin pages {@code accounts} and
 * {@code clusters}. Of maps and records the keys {@code evidence}, {@code cluster} and {@code reasons}, and of clusters
 * {@code id}, {@code accounts}, {@code since} and {@code reasons}, are read; a filter that has none of them says nothing.
 */
final class Explanations {
    private static final Logger log = LoggerFactory.getLogger(Explanations.class);
    private final Map<String, AdminView> accounts;
    private final Map<String, AdminView> clusters;

    Explanations(AdminPages pages) {
        accounts = pages.parts("accounts");
        clusters = pages.parts("clusters");
    }

    /** Why an account stands where it does. */
    record Why(@Nullable Number evidence, @Nullable String cluster, List<String> reasons) {
        /** No filter says. */
        static final Why UNKNOWN = new Why(null, null, List.of());
    }

    /** A cluster as the report has it. */
    record Cluster(
            String id, List<String> accounts, @Nullable Object since, List<String> reasons) {}

    /** Asks the filters about an account; the first that knows of evidence or reasons is believed. */
    Why of(String account) {
        for (Map.Entry<String, AdminView> part : accounts.entrySet()) {
            try {
                Object shown = part.getValue().of(account);
                if (shown != null && (field(shown, "evidence") != null || field(shown, "reasons") != null)) {
                    Object cluster = field(shown, "cluster");
                    return new Why(
                            field(shown, "evidence") instanceof Number number ? number : null,
                            cluster == null ? null : cluster.toString(),
                            texts(field(shown, "reasons")));
                }
            } catch (RuntimeException | LinkageError failure) {
                log.warn("filter {} fails at showing what it knows", part.getKey(), failure);
            }
        }
        return Why.UNKNOWN;
    }

    /** Returns all clusters that the filters know now, in their order. */
    List<Cluster> clusters() {
        List<Cluster> found = new ArrayList<>();
        for (Map.Entry<String, AdminView> part : clusters.entrySet()) {
            try {
                if (part.getValue().all() instanceof Collection<?> all) {
                    all.forEach(shown -> found.add(cluster(shown)));
                }
            } catch (RuntimeException | LinkageError failure) {
                log.warn("filter {} fails at showing its clusters", part.getKey(), failure);
            }
        }
        return found;
    }

    private static Cluster cluster(Object shown) {
        return new Cluster(
                Objects.toString(field(shown, "id")),
                texts(field(shown, "accounts")),
                field(shown, "since"),
                texts(field(shown, "reasons")));
    }

    private static List<String> texts(@Nullable Object list) {
        return list instanceof Collection<?> items
                ? items.stream().map(Objects::toString).toList()
                : List.of();
    }

    private static @Nullable Object field(Object of, String name) {
        if (of instanceof Map<?, ?> map) {
            return map.get(name);
        }
        if (!(of instanceof Record)) {
            return null;
        }
        try {
            Method accessor = of.getClass().getDeclaredMethod(name);
            accessor.setAccessible(true);
            return accessor.invoke(of);
        } catch (NoSuchMethodException absent) {
            return null;
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalArgumentException(name + " cannot be read: " + e.getCause(), e);
        }
    }
}
