package dev.stillgate.proxy.policy;

import dev.stillgate.proxy.chain.ChainCompiler;
import dev.stillgate.proxy.chain.CompiledChain;
import dev.stillgate.proxy.chain.FilterCatalog;
import dev.stillgate.proxy.chain.FilterSpec;
import dev.stillgate.proxy.chain.FilterSpec.FilterMode;
import dev.stillgate.proxy.chain.FilterSpec.OnError;
import dev.stillgate.proxy.config.Binder;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.EffectiveConfig;
import dev.stillgate.proxy.config.HealthPolicy;
import dev.stillgate.proxy.config.JwtPolicy;
import dev.stillgate.proxy.config.NamedFiles;
import dev.stillgate.proxy.config.Policy;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.Position;
import dev.stillgate.proxy.config.Problem;
import dev.stillgate.proxy.config.RoutePolicy;
import dev.stillgate.proxy.config.Suggestion;
import dev.stillgate.proxy.exchange.AccountSplit;
import dev.stillgate.proxy.exchange.Destination;
import dev.stillgate.proxy.exchange.ModelTable;
import dev.stillgate.proxy.exchange.Route;
import dev.stillgate.proxy.exchange.Routes;
import dev.stillgate.proxy.exchange.ServingPolicy;
import dev.stillgate.proxy.jwt.JwtVerifier;
import dev.stillgate.proxy.jwt.JwtVerifiers;
import dev.stillgate.proxy.relay.UpstreamConnections;
import dev.stillgate.proxy.relay.UpstreamEndpoint;
import dev.stillgate.proxy.relay.UpstreamEndpoint.UpstreamProtocol;
import dev.stillgate.proxy.relay.UpstreamGroup;
import dev.stillgate.proxy.relay.UpstreamState;
import dev.stillgate.proxy.relay.UpstreamTls;
import dev.stillgate.proxy.relay.Upstreams;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.PolicyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Builder of the runtime objects of a policy: filter chain, routes and upstreams. Fails with a list of all problems.
 */
public final class PolicyBuilder {
    private final FilterCatalog catalog;
    private final ChainCompiler compiler;
    private final Upstreams upstreams;
    private final @Nullable JwtVerifiers verifiers;

    /** Creates a builder of policies to put in force, with the upstreams and the key sets of the process. */
    public PolicyBuilder(
            FilterCatalog catalog, ChainCompiler compiler, Upstreams upstreams, @Nullable JwtVerifiers verifiers) {
        this.catalog = catalog;
        this.compiler = compiler;
        this.upstreams = upstreams;
        this.verifiers = verifiers;
    }

    /**
     * Creates a builder of offline policies, without upstreams.
     *
     * @param verifiers has the stored key sets; null to build policies that judge no tokens
     */
    public PolicyBuilder(FilterCatalog catalog, ChainCompiler compiler, @Nullable JwtVerifiers verifiers) {
        this(catalog, compiler, Upstreams.unresolved(), verifiers);
    }

    /**
     * A built policy, ready to put in force.
     *
     * @param serving the part used by exchanges
     * @param chain the compiled filter chain, to close after use
     * @param upstreams the upstreams that routes lead to
     */
    public record Built(ServingPolicy serving, CompiledChain chain, List<UpstreamGroup> upstreams) {
        public Built {
            upstreams = List.copyOf(upstreams);
        }
    }

    /**
     * Builds a policy and resolves the host names of its upstreams, so that the request path never does.
     *
     * @throws ConfigException with all problems found
     */
    Built build(PolicyLoader.Loaded loaded) throws ConfigException {
        List<Problem> problems = new ArrayList<>();
        Map<String, UpstreamGroup> groups = groups(loaded, problems);
        resolve(loaded, groups, problems);
        return build(loaded, groups, specs(loaded, catalog, problems), problems);
    }

    /**
     * Builds an offline policy: no host name is resolved, no request can be sent.
     *
     * @param enforceShadows whether filters in shadow mode are switched to enforce
     * @throws ConfigException as {@link #build}
     */
    public Built buildOffline(PolicyLoader.Loaded loaded, boolean enforceShadows) throws ConfigException {
        return buildOffline(
                loaded,
                spec -> enforceShadows && spec.mode() == FilterMode.SHADOW ? withMode(FilterMode.ENFORCE, spec) : spec);
    }

    /**
     * Builds an offline policy with changed filters.
     *
     * @throws ConfigException as {@link #build}
     */
    public Built buildOffline(PolicyLoader.Loaded loaded, UnaryOperator<FilterSpec> change) throws ConfigException {
        List<Problem> problems = new ArrayList<>();
        Map<String, UpstreamGroup> groups = groups(loaded, problems);
        List<FilterSpec> specs =
                specs(loaded, catalog, problems).stream().map(change).toList();
        return build(loaded, groups, specs, problems);
    }

    /** Returns the problems with the TLS files of a policy's upstreams, and with the file of a key set. */
    public List<Problem> fileProblems(PolicyLoader.Loaded loaded) {
        List<Problem> problems = new ArrayList<>();
        groups(loaded, problems);
        verifier(loaded, problems);
        return problems;
    }

    private @Nullable JwtVerifier verifier(PolicyLoader.Loaded loaded, List<Problem> problems) {
        JwtPolicy jwt = loaded.policy().accounts().jwt();
        if (jwt == null || verifiers == null) {
            return null;
        }
        try {
            return verifiers.verifier(jwt);
        } catch (IOException e) {
            String key = "accounts.jwt.jwks." + (jwt.jwks().url() == null ? "file" : "url");
            problems.add(new Problem(loaded.root().below(key).at(), String.valueOf(e.getMessage())));
            return null;
        }
    }

    /** Returns a copy of a filter's specification with another mode. */
    public static FilterSpec withMode(FilterMode mode, FilterSpec spec) {
        return new FilterSpec(spec.name(), spec.type(), mode, spec.onError(), spec.policy());
    }

    private Built build(
            PolicyLoader.Loaded loaded,
            Map<String, UpstreamGroup> groups,
            List<FilterSpec> specs,
            List<Problem> problems)
            throws ConfigException {
        JwtVerifier verifier = verifier(loaded, problems);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        Policy policy = loaded.policy();
        Map<String, Destination> destinations = destinations(policy, groups);
        List<Route> routes = new ArrayList<>();
        for (Policy.Route route : policy.routes()) {
            Destination to = destinations.get(route.upstream());
            if (to != null) {
                routes.add(new Route(
                        route.path(),
                        to,
                        models(route, destinations),
                        route.opaque(),
                        route.upgrade().contains(Policy.Protocol.WEBSOCKET),
                        route.upgrade().contains(Policy.Protocol.REALTIME),
                        route.upgrade().contains(Policy.Protocol.RESPONSES),
                        route.host() == Policy.HostField.PRESERVE,
                        route.dropFields(),
                        route.keepAlive().toNanos()));
            }
        }
        CompiledChain chain;
        try {
            chain = compiler.compile(specs);
        } catch (PolicyException e) {
            throw new ConfigException(loaded.root().problems(e));
        }
        return new Built(
                new ServingPolicy(
                        chain.chain(),
                        new Routes(routes),
                        policy.accounts().credential(),
                        policy.accounts().required(),
                        verifier,
                        0,
                        loaded.sha256()),
                chain,
                List.copyOf(groups.values()));
    }

    /** Returns each upstream with its fallback. */
    private static Map<String, Destination> destinations(Policy policy, Map<String, UpstreamGroup> groups) {
        Map<String, Destination> destinations = new HashMap<>();
        for (Policy.Upstream upstream : policy.upstreams()) {
            UpstreamGroup group = groups.get(upstream.name());
            HealthPolicy.Fallback fallback = upstream.fallback();
            if (group != null) {
                destinations.put(
                        upstream.name(),
                        fallback == null
                                ? Destination.of(group)
                                : new Destination(group, groups.get(fallback.upstream()), fallback.statuses()));
            }
        }
        return destinations;
    }

    /** Returns the destinations of a route by model; null if the route has none. */
    private static @Nullable ModelTable models(Policy.Route route, Map<String, Destination> destinations) {
        Map<String, AccountSplit> byName = new HashMap<>();
        for (RoutePolicy.ModelRule rule : route.models()) {
            Map<Destination, Double> shares = new LinkedHashMap<>();
            Destination to = destinations.get(rule.upstream());
            if (to != null) {
                shares.put(to, 1.0);
                for (RoutePolicy.Share each : rule.split()) {
                    Destination other = destinations.get(each.upstream());
                    if (other != null) {
                        shares.put(other, each.share());
                        shares.merge(to, -each.share(), Double::sum);
                    }
                }
                AccountSplit split = new AccountSplit(shares);
                rule.names().forEach(name -> byName.put(name, split));
            }
        }
        return byName.isEmpty() ? null : new ModelTable(byName);
    }

    private Map<String, UpstreamGroup> groups(PolicyLoader.Loaded loaded, List<Problem> problems) {
        Map<String, UpstreamGroup> groups = new LinkedHashMap<>();
        List<Policy.Upstream> listed = loaded.policy().upstreams();
        for (int i = 0; i < listed.size(); i++) {
            Policy.Upstream upstream = listed.get(i);
            try {
                UpstreamTls tls = tls(upstream);
                List<UpstreamEndpoint.Site> sites = upstream.endpoints().stream()
                        .map(endpoint -> new UpstreamEndpoint.Site(
                                endpoint.authority(),
                                endpoint.host(),
                                endpoint.port(),
                                endpoint.isSecure() ? tls : null,
                                protocol(upstream)))
                        .toList();
                UpstreamState state = upstreams.state(upstream.name());
                groups.put(upstream.name(), new UpstreamGroup(state, sites, terms(upstream)));
            } catch (IOException e) {
                problems.add(new Problem(
                        loaded.root().below("upstreams[" + i + "].tls").at(), String.valueOf(e.getMessage())));
            }
        }
        return groups;
    }

    private static UpstreamProtocol protocol(Policy.Upstream upstream) {
        return switch (upstream.protocol()) {
            case HTTP1 -> UpstreamProtocol.HTTP1;
            case HTTP2 -> UpstreamProtocol.HTTP2;
            case AUTO -> UpstreamProtocol.AUTO;
        };
    }

    private static @Nullable UpstreamTls tls(Policy.Upstream upstream) throws IOException {
        if (upstream.endpoints().stream().noneMatch(Policy.Endpoint::isSecure)) {
            return null;
        }
        HealthPolicy.Tls tls = upstream.tls();
        return tls == null
                ? UpstreamTls.of(new UpstreamTls.Sources(null, null, null), null, protocol(upstream))
                : UpstreamTls.of(
                        new UpstreamTls.Sources(tls.authorities(), tls.certificate(), tls.key()),
                        tls.serverName(),
                        protocol(upstream));
    }

    private void resolve(PolicyLoader.Loaded loaded, Map<String, UpstreamGroup> groups, List<Problem> problems) {
        List<Policy.Upstream> listed = loaded.policy().upstreams();
        for (int i = 0; i < listed.size(); i++) {
            UpstreamGroup group = groups.get(listed.get(i).name());
            UpstreamEndpoint.Site lost = group == null ? null : group.resolve(upstreams.names());
            if (lost != null) {
                List<String> hosts = listed.get(i).endpoints().stream()
                        .map(Policy.Endpoint::host)
                        .toList();
                String at = "upstreams[" + i + "].endpoints[" + hosts.indexOf(lost.host()) + "]";
                problems.add(
                        new Problem(loaded.root().below(at).at(), "the name " + lost.host() + " cannot be resolved"));
            }
        }
    }

    private static UpstreamGroup.@Nullable Health health(HealthPolicy.@Nullable Health health) {
        return health == null
                ? null
                : new UpstreamGroup.Health(
                        health.path(),
                        health.interval(),
                        health.timeout(),
                        health.unhealthyAfter(),
                        health.healthyAfter());
    }

    private static UpstreamGroup.Options terms(Policy.Upstream upstream) {
        Policy.Timeouts timeouts = upstream.timeouts();
        HealthPolicy.Retries retries = upstream.retries();
        HealthPolicy.Ejection ejection = upstream.ejection();
        HealthPolicy.Concurrency concurrency = upstream.concurrency();
        return new UpstreamGroup.Options(
                new UpstreamConnections.Options(timeouts.connect(), upstream.idleTimeout(), upstream.idleConnections()),
                timeouts.firstByte(),
                timeouts.idle(),
                timeouts.total(),
                upstream.resolveEvery(),
                upstream.slowStart(),
                new UpstreamGroup.Concurrency(concurrency.most(), concurrency.queue(), concurrency.queueTimeout()),
                new UpstreamGroup.Retries(retries.attempts(), retries.percent(), retries.perSecond()),
                new UpstreamGroup.Ejection(
                        ejection.failures(), ejection.time(), ejection.longest(), ejection.pauseOn()),
                health(upstream.health()));
    }

    /**
     * Returns a policy's content with all defaults, including those of filters, and without secrets.
     *
     * @throws ConfigException with the problems of its filters
     */
    public static Map<String, Object> effective(PolicyLoader.Loaded loaded, FilterCatalog catalog)
            throws ConfigException {
        List<Problem> problems = new ArrayList<>();
        Map<String, Record> policies = new HashMap<>();
        specs(loaded, catalog, problems).forEach(spec -> policies.put(spec.name(), spec.policy()));
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return EffectiveConfig.of(loaded.policy(), entry -> policies.get(entry.name()));
    }

    /** Checks the filters of a policy without building them. */
    void check(PolicyLoader.Loaded loaded) throws ConfigException {
        List<Problem> problems = new ArrayList<>();
        specs(loaded, catalog, problems);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    /**
     * Returns the files named by upstreams, by the settings of tokens, and by filter policies. Filters with an invalid
     * policy are skipped.
     */
    Set<Path> files(PolicyLoader.Loaded loaded) {
        Set<Path> files = new LinkedHashSet<>();
        JwtPolicy jwt = loaded.policy().accounts().jwt();
        if (jwt != null) {
            files.addAll(NamedFiles.of(jwt));
        }
        loaded.policy().upstreams().forEach(upstream -> files.addAll(NamedFiles.of(upstream)));
        specs(loaded, catalog, new ArrayList<>()).forEach(spec -> files.addAll(NamedFiles.of(spec.policy())));
        return files;
    }

    /** Returns the problem of a filter type that no plugin provides. */
    public static Problem unknownType(Position at, String type, FilterCatalog catalog) {
        return new Problem(
                at,
                "there is no filter type \"" + type + "\"" + Suggestion.phrase(type, catalog.types()) + " (known: "
                        + String.join(", ", catalog.types()) + ")");
    }

    private static List<FilterSpec> specs(PolicyLoader.Loaded loaded, FilterCatalog catalog, List<Problem> problems) {
        List<FilterSpec> specs = new ArrayList<>();
        List<Policy.FilterEntry> entries = loaded.policy().filters();
        for (int i = 0; i < entries.size(); i++) {
            Policy.FilterEntry entry = entries.get(i);
            FilterFactory<?> factory = catalog.find(entry.type());
            if (factory == null) {
                problems.add(unknownType(
                        loaded.root().below("filters[" + i + "].type").at(), entry.type(), catalog));
                continue;
            }
            try {
                Record policy = Binder.bindFilter(entry.config(), factory.policyType(), i);
                specs.add(new FilterSpec(
                        entry.name(),
                        entry.type(),
                        FilterMode.valueOf(entry.mode().name()),
                        OnError.valueOf(entry.onError().name()),
                        policy));
            } catch (ConfigException e) {
                problems.addAll(e.problems());
            }
        }
        return specs;
    }
}
