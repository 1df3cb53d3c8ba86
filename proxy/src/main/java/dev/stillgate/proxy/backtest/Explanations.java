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
 * Reasons for standings and clusters, read from the filters' admin views {@code accounts} and {@code clusters}. A view
 * consists of maps or records. The keys {@code evidence}, {@code cluster} and {@code reasons} are read from accounts;
 * {@code id}, {@code accounts}, {@code since} and {@code reasons} from clusters. Other views are ignored.
 */
final class Explanations {
    private static final Logger log = LoggerFactory.getLogger(Explanations.class);
    private final Map<String, AdminView> accounts;
    private final Map<String, AdminView> clusters;

    Explanations(AdminPages pages) {
        accounts = pages.parts("accounts");
        clusters = pages.parts("clusters");
    }

    /** The reason for an account's standing. */
    record Reason(@Nullable Number evidence, @Nullable String cluster, List<String> reasons) {
        /** No filter gives a reason. */
        static final Reason UNKNOWN = new Reason(null, null, List.of());
    }

    /** A cluster as written to the report. */
    record Cluster(
            String id, List<String> accounts, @Nullable Object since, List<String> reasons) {}

    /** Returns the reason given by the first filter that knows evidence or reasons for an account. */
    Reason of(String account) {
        for (Map.Entry<String, AdminView> part : accounts.entrySet()) {
            try {
                Object shown = part.getValue().of(account);
                if (shown != null && (field(shown, "evidence") != null || field(shown, "reasons") != null)) {
                    Object cluster = field(shown, "cluster");
                    return new Reason(
                            field(shown, "evidence") instanceof Number number ? number : null,
                            cluster == null ? null : cluster.toString(),
                            texts(field(shown, "reasons")));
                }
            } catch (RuntimeException | LinkageError failure) {
                log.warn("filter {} fails to show an account", part.getKey(), failure);
            }
        }
        return Reason.UNKNOWN;
    }

    /** Returns all clusters that the filters know now, in the order of the filters. */
    List<Cluster> clusters() {
        List<Cluster> found = new ArrayList<>();
        for (Map.Entry<String, AdminView> part : clusters.entrySet()) {
            try {
                if (part.getValue().all() instanceof Collection<?> all) {
                    all.forEach(shown -> found.add(cluster(shown)));
                }
            } catch (RuntimeException | LinkageError failure) {
                log.warn("filter {} fails to show its clusters", part.getKey(), failure);
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
