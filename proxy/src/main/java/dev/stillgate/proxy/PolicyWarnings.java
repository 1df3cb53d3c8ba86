package dev.stillgate.proxy;

import dev.stillgate.proxy.config.ConfigNode;
import dev.stillgate.proxy.config.Policy;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.Problem;
import dev.stillgate.proxy.dialect.PathTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What in a valid policy can have no effect, as far as the engine itself can tell. */
final class PolicyWarnings {
    private final Policy policy;
    private final ConfigNode root;
    private final List<Problem> warnings = new ArrayList<>();

    private PolicyWarnings(PolicyLoader.Loaded loaded) {
        this.policy = loaded.policy();
        this.root = loaded.root();
    }

    static List<Problem> of(PolicyLoader.Loaded loaded) {
        PolicyWarnings found = new PolicyWarnings(loaded);
        found.upstreams();
        found.routes();
        found.filters();
        return found.warnings;
    }

    private void warn(String at, String message) {
        warnings.add(new Problem(root.below(at).at(), message));
    }

    private void upstreams() {
        Set<String> used = policy.routes().stream().map(Policy.Route::upstream).collect(Collectors.toSet());
        for (int i = 0; i < policy.upstreams().size(); i++) {
            String name = policy.upstreams().get(i).name();
            if (!used.contains(name)) {
                warn("upstreams[" + i + "].name", "no route leads to the upstream \"" + name + "\"");
            }
        }
    }

    private void routes() {
        for (int i = 0; i < policy.routes().size(); i++) {
            List<String> opaque = policy.routes().get(i).opaque();
            for (int j = 0; j < opaque.size(); j++) {
                String why = ineffective(policy.routes().get(i), opaque, j);
                if (why != null) {
                    warn("routes[" + i + "].opaque[" + j + "]", "the opaque path \"" + opaque.get(j) + "\" " + why);
                }
            }
        }
    }

    /** Returns why an opaque path of a route lets nothing through that would not pass without it, null when it does. */
    private @Nullable String ineffective(Policy.Route route, List<String> opaque, int index) {
        String path = opaque.get(index);
        for (Policy.Route other : policy.routes()) {
            if (other.path().length() > route.path().length() && covers(other.path(), path)) {
                return "is never matched: the longer route \"" + other.path() + "\" takes it";
            }
        }
        for (int k = 0; k < opaque.size(); k++) {
            if (k != index && covers(opaque.get(k), path)) {
                return "is within \"" + opaque.get(k) + "\" already";
            }
        }
        boolean dialect =
                List.of("GET", "POST", "DELETE").stream().anyMatch(method -> PathTable.match(method, path) != null);
        return dialect ? "is one that the gateway reads: as opaque it counts for other methods only" : null;
    }

    private static boolean covers(String pattern, String path) {
        return pattern.endsWith("/") ? path.startsWith(pattern) : path.equals(pattern);
    }

    private void filters() {
        for (int i = 0; i < policy.filters().size(); i++) {
            Policy.FilterEntry filter = policy.filters().get(i);
            if (filter.mode() == Policy.Mode.OFF) {
                warn("filters[" + i + "].mode", "the filter " + filter.name() + " is off: it is never asked");
            }
        }
        boolean bites = policy.filters().stream().anyMatch(filter -> filter.mode() == Policy.Mode.ENFORCE);
        if (!bites) {
            warn("filters", "no filter enforces: every request of a known path is let through");
        }
    }
}
