package dev.stillgate.proxy.policy;

import dev.stillgate.proxy.config.ConfigNode;
import dev.stillgate.proxy.config.HealthPolicy;
import dev.stillgate.proxy.config.JwtPolicy;
import dev.stillgate.proxy.config.Policy;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.Problem;
import dev.stillgate.proxy.dialect.PathTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Warnings about parts of a valid policy that have no effect, as far as the engine itself can tell. */
public final class PolicyWarnings {
    private static final List<String> AMAZON = List.of(".amazonaws.com", ".amazonaws.com.cn", ".api.aws");

    private static final List<Api> APIS = List.of(
            new Api(
                    "Anthropic",
                    ".anthropic.com",
                    List.of("/v1/messages"),
                    List.of(Policy.Credential.X_API_KEY, Policy.Credential.BEARER)),
            new Api(
                    "OpenAI",
                    ".openai.com",
                    List.of("/v1/chat/completions", "/v1/responses"),
                    List.of(Policy.Credential.BEARER)),
            new Api("Vertex AI", "aiplatform.googleapis.com", List.of(), List.of(Policy.Credential.BEARER)),
            new Api(
                    "Amazon Bedrock",
                    ".amazonaws.com",
                    List.of(),
                    List.of(Policy.Credential.AWS_ACCESS_KEY, Policy.Credential.BEARER)),
            new Api(
                    "Gemini",
                    "generativelanguage.googleapis.com",
                    List.of(),
                    List.of(Policy.Credential.X_GOOG_API_KEY)));

    /** Claims of OpenID Connect that a customer gets for an address or a number alone. */
    private static final List<String> CONTACT_CLAIMS = List.of("email_verified", "phone_number_verified");

    private final Policy policy;
    private final ConfigNode root;
    private final List<Problem> warnings = new ArrayList<>();

    /**
     * An API of a model provider.
     *
     * @param domain the suffix of the provider's host names
     * @param paths the paths of its prompts; empty if a route alone does not tell
     * @param places the header fields in which its clients send their keys
     */
    private record Api(String name, String domain, List<String> paths, List<Policy.Credential> places) {}

    private PolicyWarnings(PolicyLoader.Loaded loaded) {
        this.policy = loaded.policy();
        this.root = loaded.root();
    }

    public static List<Problem> of(PolicyLoader.Loaded loaded) {
        PolicyWarnings found = new PolicyWarnings(loaded);
        found.upstreams();
        found.routes();
        found.credentials();
        found.claims();
        found.filters();
        return found.warnings;
    }

    private void warn(String at, String message) {
        warnings.add(new Problem(root.below(at).at(), message));
    }

    private void upstreams() {
        Set<String> leads = policy.routes().stream()
                .flatMap(route -> route.upstreams().stream())
                .collect(Collectors.toSet());
        Set<String> used = new HashSet<>(leads);
        for (Policy.Upstream upstream : policy.upstreams()) {
            HealthPolicy.Fallback fallback = upstream.fallback();
            if (fallback != null && leads.contains(upstream.name())) {
                used.add(fallback.upstream());
            }
        }
        for (int i = 0; i < policy.upstreams().size(); i++) {
            String name = policy.upstreams().get(i).name();
            if (!used.contains(name)) {
                warn("upstreams[" + i + "].name", "no route leads to the upstream \"" + name + "\"");
            }
        }
    }

    private void routes() {
        for (int i = 0; i < policy.routes().size(); i++) {
            hostField(i);
            List<String> opaque = policy.routes().get(i).opaque();
            for (int j = 0; j < opaque.size(); j++) {
                String why = ineffective(policy.routes().get(i), opaque, j);
                if (why != null) {
                    warn("routes[" + i + "].opaque[" + j + "]", "the opaque path \"" + opaque.get(j) + "\" " + why);
                }
            }
        }
    }

    /** Warns of a Host field that clients choose at a server which may have other hosts too. */
    private void hostField(int index) {
        Policy.Route route = policy.routes().get(index);
        if (route.host() != Policy.HostField.PRESERVE) {
            return;
        }
        Set<String> reachable = reachable(route);
        policy.upstreams().stream()
                .filter(upstream -> reachable.contains(upstream.name()) && !isAmazons(upstream))
                .findFirst()
                .ifPresent(upstream -> warn(
                        "routes[" + index + "].host",
                        "a client can choose the virtual host of the upstream \"" + upstream.name()
                                + "\", which is not Amazon's"));
    }

    private static boolean isAmazons(Policy.Upstream upstream) {
        return upstream.endpoints().stream()
                .allMatch(endpoint -> AMAZON.stream().anyMatch(endpoint.host()::endsWith));
    }

    /** Returns the names of the upstreams of a route, with their fallbacks. */
    private Set<String> reachable(Policy.Route route) {
        Set<String> names = new HashSet<>(route.upstreams());
        for (Policy.Upstream upstream : policy.upstreams()) {
            HealthPolicy.Fallback fallback = upstream.fallback();
            if (fallback != null && route.upstreams().contains(upstream.name())) {
                names.add(fallback.upstream());
            }
        }
        return names;
    }

    private Stream<Policy.Endpoint> endpoints(Policy.Route route) {
        return policy.upstreams().stream()
                .filter(upstream -> route.upstreams().contains(upstream.name()))
                .flatMap(upstream -> upstream.endpoints().stream());
    }

    /** Returns the reason why an opaque path of a route has no effect, null when it has one. */
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
        return dialect ? "is a path that the gateway parses: opaque applies to other methods only" : null;
    }

    /** Warns of unlisted header fields in which clients of an API send their keys; those fields are dropped. */
    private void credentials() {
        List<Policy.Credential> listed = policy.accounts().credential();
        Set<String> messages = new LinkedHashSet<>();
        for (Policy.Route route : policy.routes()) {
            List<Api> reached = reached(route);
            for (Api api : reached) {
                List<Policy.Credential> missing = api.places.stream()
                        .filter(place -> !listed.contains(place) && !isTaken(place, listed))
                        .toList();
                boolean sure = reached.size() == 1 || missing.size() == api.places.size();
                if (sure) {
                    missing.forEach(place -> messages.add(unlisted(place, api, listed)));
                }
            }
        }
        messages.forEach(message -> warn("accounts.credential", message));
    }

    private static String unlisted(Policy.Credential place, Api api, List<Policy.Credential> listed) {
        boolean passes = place == Policy.Credential.AWS_ACCESS_KEY && listed.contains(Policy.Credential.BEARER);
        return place.name().toLowerCase(Locale.ROOT).replace('_', '-') + " is not listed: "
                + (passes ? "a signed request to" : "a key that a client of") + " the " + api.name
                + (passes ? " API has no account" : " API sends there is not passed on");
    }

    /** Warns of a claim that says less than that a customer's identity has been verified. */
    private void claims() {
        JwtPolicy jwt = policy.accounts().jwt();
        String claim = jwt == null ? null : jwt.claims().verified();
        if (claim != null && CONTACT_CLAIMS.contains(claim)) {
            warn(
                    "accounts.jwt.claims.verified",
                    claim + " proves a contact, not an identity: every account that has it is spared by filters");
        }
    }

    /** Returns whether a place is read for tokens instead of keys, which the policy then says itself. */
    private static boolean isTaken(Policy.Credential place, List<Policy.Credential> listed) {
        return place == Policy.Credential.BEARER && listed.contains(Policy.Credential.JWT);
    }

    /** Returns the APIs that a route can lead to, by the host names of its endpoints, or else by its path. */
    private List<Api> reached(Policy.Route route) {
        List<Api> provider = APIS.stream()
                .filter(api ->
                        endpoints(route).anyMatch(endpoint -> endpoint.host().endsWith(api.domain)))
                .toList();
        return !provider.isEmpty()
                ? provider
                : APIS.stream()
                        .filter(api -> api.paths.stream().anyMatch(path -> covers(route.path(), path)))
                        .toList();
    }

    private static boolean covers(String pattern, String path) {
        return pattern.endsWith("/") ? path.startsWith(pattern) : path.equals(pattern);
    }

    private void filters() {
        for (int i = 0; i < policy.filters().size(); i++) {
            Policy.FilterEntry filter = policy.filters().get(i);
            if (filter.mode() == Policy.Mode.OFF) {
                warn("filters[" + i + "].mode", "the filter " + filter.name() + " is off: it is never evaluated");
            }
        }
        order();
        boolean enforced = policy.filters().stream().anyMatch(filter -> filter.mode() == Policy.Mode.ENFORCE);
        if (!enforced) {
            warn("filters", "no filter enforces: every request of a known path is let through");
        }
    }

    /** Warns of a geo-restriction whose facts the analysis of accounts, which stands before it, never sees. */
    private void order() {
        String analysis = null;
        for (int i = 0; i < policy.filters().size(); i++) {
            Policy.FilterEntry filter = policy.filters().get(i);
            if (filter.mode() == Policy.Mode.OFF) {
                continue;
            }
            if (filter.type().equals("fingerprint")) {
                analysis = filter.name();
            } else if (filter.type().equals("geo-restriction") && analysis != null) {
                warn(
                        "filters[" + i + "].name",
                        "the filter " + filter.name() + " stands after " + analysis
                                + ", which reads its country, ASN and hosting: move it before " + analysis);
            }
        }
    }
}
