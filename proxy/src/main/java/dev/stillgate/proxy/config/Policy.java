package dev.stillgate.proxy.config;

import dev.stillgate.spi.PolicyException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The configuration in {@code policy.yaml}, which can be replaced at run time.
 *
 * @param version the version of the file format; always 1
 * @param upstreams the upstreams that requests are forwarded to
 * @param routes the mapping from request paths to upstreams
 * @param accounts the identification of clients
 * @param filters the filters, in the order in which they run
 */
public record Policy(
        int version,
        List<Upstream> upstreams,
        List<Route> routes,
        @Default("{}") AccountsPolicy accounts,
        @Default("[]") List<FilterEntry> filters) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    public Policy {
        upstreams = List.copyOf(upstreams);
        routes = List.copyOf(routes);
        filters = List.copyOf(filters);
        if (version != 1) {
            throw new PolicyException("version", version + " is not a supported version: expected 1");
        }
        for (int i = 0; i < routes.size(); i++) {
            checkUpgrade(routes.get(i), "routes[" + i + "].upgrade", upstreams);
        }
    }

    /** Rejects upgrades on multiplexed connections, which cannot change their protocol for one exchange. */
    private static void checkUpgrade(Route route, String key, List<Upstream> upstreams) {
        Set<String> names = new HashSet<>(
                route.upgrade().contains(Protocol.RESPONSES) ? route.upstreams() : List.of(route.upstream()));
        if (route.upgrade().contains(Protocol.RESPONSES)) { // whose messages go where prompts go
            upstreams.stream()
                    .filter(upstream -> names.contains(upstream.name()))
                    .map(Upstream::fallback)
                    .filter(Objects::nonNull)
                    .toList()
                    .forEach(fallback -> names.add(fallback.upstream()));
        }
        boolean shared = upstreams.stream()
                .anyMatch(upstream ->
                        names.contains(upstream.name()) && upstream.protocol() != HealthPolicy.Protocol.HTTP1);
        if (shared && !route.upgrade().isEmpty()) {
            throw new PolicyException(key, "expected an upstream with protocol: http1, which alone can be upgraded");
        }
    }

    static void checkName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new PolicyException(
                    "name",
                    "\"" + name + "\" is not a valid name: expected letters, digits, '.', '_' and '-', at most 64"
                            + " characters");
        }
    }

    static void notOff(String key, Duration time) {
        if (time.isZero() || time.isNegative()) {
            throw new PolicyException(key, "cannot be off: expected a time such as 30s");
        }
    }

    /**
     * A group of interchangeable endpoints.
     *
     * @param name the name that routes refer to
     * @param endpoints the endpoints, at least one
     * @param protocol the HTTP version used for the endpoints
     * @param timeouts the timeouts of connecting and of responses
     * @param idleConnections the maximum number of idle connections kept open by each event loop; 0 keeps none
     * @param idleTimeout the maximum idle time of a connection
     * @param resolveEvery the interval of DNS lookups of the endpoints' names
     * @param concurrency the limit of concurrent exchanges
     * @param retries the retries of requests that did not reach the model
     * @param ejection the ejection of failing endpoints
     * @param health the active health checks; null for none
     * @param slowStart the time in which a recovered endpoint's share of requests grows to its full share
     * @param tls the TLS settings of {@code https} endpoints; null for the JDK's defaults
     * @param fallback the upstream that is asked if this one does not answer; null for none
     */
    public record Upstream(
            String name,
            List<Endpoint> endpoints,
            @Default("http1") HealthPolicy.Protocol protocol,
            @Default("{}") Timeouts timeouts,
            @Default("64") int idleConnections,
            @Default("30s") Duration idleTimeout,
            @Default("30s") Duration resolveEvery,
            @Default("{}") HealthPolicy.Concurrency concurrency,
            @Default("{}") HealthPolicy.Retries retries,
            @Default("{}") HealthPolicy.Ejection ejection,
            HealthPolicy.@Nullable Health health,
            @Default("10s") Duration slowStart,
            HealthPolicy.@Nullable Tls tls,
            HealthPolicy.@Nullable Fallback fallback) {
        public Upstream {
            checkName(name);
            endpoints = List.copyOf(endpoints);
            if (endpoints.isEmpty()) {
                throw new PolicyException("endpoints", "expected at least one endpoint, such as http://127.0.0.1:9000");
            }
            noDuplicates("endpoints", endpoints);
            if (idleConnections < 0) {
                throw new PolicyException("idleConnections", idleConnections + " is not at least 0");
            }
            notOff("idleTimeout", idleTimeout);
            notOff("resolveEvery", resolveEvery);
            if (fallback != null && fallback.upstream().equals(name)) {
                throw new PolicyException("fallback.upstream", "is the upstream itself: expected another");
            }
            if (tls != null && endpoints.stream().noneMatch(Endpoint::isSecure)) {
                throw new PolicyException("tls", "no endpoint is https");
            }
            if (protocol == HealthPolicy.Protocol.AUTO && endpoints.stream().noneMatch(Endpoint::isSecure)) {
                throw new PolicyException(
                        "protocol", "no endpoint is https: without TLS the protocol cannot be negotiated");
            }
        }
    }

    /**
     * One server of an upstream.
     *
     * @param scheme {@code http} or {@code https}
     * @param host an IP address or a name; an IPv6 address without brackets
     * @param port 1 to 65535
     */
    public record Endpoint(String scheme, String host, int port) {
        private static final String EXPECTED = "expected http://host[:port] or https://host[:port]";

        public Endpoint {
            if (!scheme.equals("http") && !scheme.equals("https")) {
                throw new IllegalArgumentException("unknown scheme " + scheme + ": " + EXPECTED);
            }
            if (new HostPort(host, port).port() == 0) {
                throw new IllegalArgumentException("port 0 is not between 1 and 65535");
            }
        }

        /** Returns whether connections to the endpoint use TLS. */
        public boolean isSecure() {
            return scheme.equals("https");
        }

        /** Returns the value of the {@code Host} field: host and port, without the scheme's default port. */
        public String authority() {
            String plain = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
            return port == (isSecure() ? 443 : 80) ? plain : plain + ":" + port;
        }

        /**
         * Parses {@code http://host[:port]} or {@code https://host[:port]}.
         *
         * @throws IllegalArgumentException if the text has another form
         */
        public static Endpoint parse(String text) {
            int end = text.indexOf("://");
            String scheme = end < 0 ? "" : text.substring(0, end).toLowerCase(Locale.ROOT);
            if (!scheme.equals("http") && !scheme.equals("https")) {
                throw new IllegalArgumentException("\"" + text + "\" is not an endpoint: " + EXPECTED);
            }
            String authority = text.substring(end + 3);
            if (authority.indexOf('@') >= 0) { // the message leaves out the text, which may contain a password
                throw new IllegalArgumentException("credentials are not allowed in an endpoint: " + EXPECTED);
            }
            if (authority.chars().anyMatch(c -> c == '/' || c == '?' || c == '#')) {
                throw new IllegalArgumentException("\"" + text + "\" has a path: " + EXPECTED);
            }
            boolean port = authority.lastIndexOf(':') > authority.lastIndexOf(']');
            HostPort at = HostPort.parse(port ? authority : authority + (scheme.equals("https") ? ":443" : ":80"));
            return new Endpoint(scheme, at.host(), at.port());
        }

        @Override
        public String toString() {
            return scheme + "://" + new HostPort(host, port);
        }
    }

    /**
     * Timeouts of an upstream. {@link Duration#ZERO}, {@code off} in YAML, disables a timeout.
     *
     * @param connect the maximum time to open a connection; cannot be off
     * @param firstByte the maximum time from the end of the request to the first byte of the response
     * @param idle the maximum time between two reads of a response
     * @param total the maximum time from the end of the request to the end of the response
     */
    public record Timeouts(
            @Default("2s") Duration connect,
            @Default("120s") Duration firstByte,
            @Default("60s") Duration idle,
            @Default("off") Duration total) {
        public Timeouts {
            notOff("connect", connect);
        }

        /** Returns the default timeouts. */
        public static Timeouts defaults() {
            return Binder.defaults(Timeouts.class);
        }
    }

    /**
     * A mapping from request paths to an upstream.
     *
     * @param path a prefix if it ends in {@code /}, else an exact path; in normal form
     * @param upstream the upstream's name
     * @param models the upstreams of prompts by the model that they name; others go to {@code upstream}
     * @param opaque paths within {@code path} that are forwarded although they belong to no known API; prefixes if they
     *     end in {@code /}
     * @param upgrade the protocols that connections may be upgraded to
     * @param host the Host field that the upstream gets
     * @param dropFields the request header fields that are not forwarded
     * @param keepAlive the silence of an event stream after which the client gets a comment; zero, {@code off}, for none
     */
    public record Route(
            String path,
            String upstream,
            @Default("[]") List<RoutePolicy.ModelRule> models,
            @Default("[]") List<String> opaque,
            @Default("[]") List<Protocol> upgrade,
            @Default("upstream") HostField host,
            @Default("[]") List<String> dropFields,
            @Default("off") Duration keepAlive) {
        private static final Pattern PATH = Pattern.compile("/|(/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+/?");
        private static final int LONGEST = 1024;
        private static final String REALTIME = "/v1/realtime";
        private static final String RESPONSES = "/v1/responses";

        public Route {
            models = List.copyOf(models);
            RoutePolicy.checkModels("models", models);
            opaque = List.copyOf(opaque);
            normal("path", path);
            for (int i = 0; i < opaque.size(); i++) {
                String key = "opaque[" + i + "]";
                normal(key, opaque.get(i));
                if (!within(path, opaque.get(i))) {
                    throw new PolicyException(key, "\"" + opaque.get(i) + "\" is not within the route " + path);
                }
            }
            noDuplicates("opaque", opaque);
            dropFields = List.copyOf(dropFields);
            RoutePolicy.checkDropped("dropFields", dropFields);
            RoutePolicy.checkKeepAlive("keepAlive", keepAlive);
            upgrade = List.copyOf(upgrade);
            noDuplicates("upgrade", upgrade);
            if (upgrade.contains(Protocol.WEBSOCKET) && opaque.isEmpty()) {
                throw new PolicyException("upgrade", "expected the paths of the upgrade under opaque, which is empty");
            }
            if (upgrade.contains(Protocol.REALTIME) && !within(path, REALTIME)) {
                throw new PolicyException("upgrade", "expected a route with the path " + REALTIME);
            }
            if (upgrade.contains(Protocol.RESPONSES) && !within(path, RESPONSES)) {
                throw new PolicyException("upgrade", "expected a route with the path " + RESPONSES);
            }
        }

        /** Returns the names of the upstreams that the route can lead to. */
        public List<String> upstreams() {
            Stream<String> shares =
                    models.stream().flatMap(rule -> rule.split().stream()).map(RoutePolicy.Share::upstream);
            Stream<String> rules = models.stream().map(RoutePolicy.ModelRule::upstream);
            return Stream.concat(Stream.of(upstream), Stream.concat(rules, shares))
                    .distinct()
                    .toList();
        }

        private static boolean within(String route, String path) {
            return route.endsWith("/") ? path.startsWith(route) : path.equals(route);
        }

        private static void normal(String key, String path) {
            if (path.length() > LONGEST
                    || !PATH.matcher(path).matches()
                    || path.contains("/../")
                    || path.contains("/./")
                    || path.endsWith("/..")
                    || path.endsWith("/.")) {
                throw new PolicyException(
                        key,
                        "\"" + path + "\" is not a path in normal form: expected /segments/ without empty, '.' or '..'"
                                + " segments, escapes or a query");
            }
        }
    }

    /** The Host field of requests to an upstream. */
    public enum HostField {
        /** The endpoint's host and port. */
        UPSTREAM,
        /** The client's Host field, which its signature may cover. */
        PRESERVE
    }

    /** A protocol that a connection may be upgraded to. */
    public enum Protocol {
        /** WebSocket at opaque paths, unread. */
        WEBSOCKET,
        /** Sessions of OpenAI's Realtime API. */
        REALTIME,
        /** OpenAI's Responses API over WebSocket. */
        RESPONSES
    }

    /**
     * Identification of clients by their credentials.
     *
     * @param credential the places searched for a credential, in order; at least one
     * @param required whether requests without a credential are rejected; if false, the upstream decides
     * @param file the accounts file; null for none
     * @param jwt the tokens accepted at the place {@code jwt}; null if that is not in {@code credential}
     */
    public record AccountsPolicy(
            @Default("[x-api-key, bearer]") List<Credential> credential,
            @Default("false") boolean required,
            @Nullable Path file,
            @Nullable JwtPolicy jwt) {
        public AccountsPolicy {
            credential = List.copyOf(credential);
            if (credential.isEmpty()) {
                throw new PolicyException(
                        "credential",
                        "expected at least one of x-api-key, bearer, api-key, aws-access-key, client-certificate, jwt");
            }
            noDuplicates("credential", credential);
            if (credential.contains(Credential.JWT) && jwt == null) {
                throw new PolicyException("credential", "jwt is listed: expected the keys under accounts.jwt");
            }
            if (!credential.contains(Credential.JWT) && jwt != null) {
                throw new PolicyException("jwt", "has no effect, because accounts.credential does not list jwt");
            }
            if (jwt != null && !jwt.forward()) {
                checkUnforwarded(credential, required);
            }
        }

        /**
         * Rejects settings under which a client could avoid the token. An upstream that gets no token relies on the
         * gateway's check, but the gateway does not check keys: it passes them on for the upstream to judge.
         */
        private static void checkUnforwarded(List<Credential> places, boolean required) {
            for (Credential place : places) {
                if (place != Credential.JWT && place != Credential.CLIENT_CERTIFICATE) {
                    throw new PolicyException(
                            "jwt.forward",
                            "false needs an accounts.credential without places of keys, which the gateway does not"
                                    + " check: a client could send any key instead of a token");
                }
            }
            if (!required) {
                throw new PolicyException(
                        "jwt.forward", "false needs accounts.required: true: a client could leave out the token");
            }
        }

        /** Returns the default policy. */
        public static AccountsPolicy defaults() {
            return Binder.defaults(AccountsPolicy.class);
        }
    }

    /** The place of a credential in a request. */
    public enum Credential {
        /** The header field {@code x-api-key}. */
        X_API_KEY,
        /** The header field {@code authorization} with the scheme {@code Bearer}. */
        BEARER,
        /** The header field {@code api-key}. */
        API_KEY,
        /** The header field {@code x-goog-api-key}. */
        X_GOOG_API_KEY,
        /** The parameter {@code key} in the query, as Google's APIs accept it. */
        QUERY_KEY,
        /** The access key of a signature of AWS in the header field {@code authorization}. */
        AWS_ACCESS_KEY,
        /** The TLS client certificate, on listeners that request one. */
        CLIENT_CERTIFICATE,
        /** A JSON Web Token in the header field {@code authorization} with the scheme {@code Bearer}. */
        JWT
    }

    /**
     * An entry of the filter list.
     *
     * @param name the filter's name, used for its state, metrics and log lines
     * @param type the filter type, which selects the plugin
     * @param mode whether the filter's verdicts are enforced
     * @param onError what happens to a request if the filter throws
     * @param config the filter's own keys, bound later to the plugin's policy record
     */
    public record FilterEntry(
            String name,
            String type,
            @Default("enforce") Mode mode,
            @Default("open") OnError onError,
            @Default("{}") ConfigNode config) {
        public FilterEntry {
            checkName(name);
        }
    }

    /** Whether a filter's verdicts are enforced. */
    public enum Mode {
        ENFORCE,
        /** The filter runs and its verdicts are counted and logged, but requests pass unchanged. */
        SHADOW,
        /** The filter does not run. */
        OFF
    }

    /** Treatment of a request if a filter throws. */
    public enum OnError {
        /** The request proceeds without that filter. */
        OPEN,
        /** The request is rejected. */
        CLOSED
    }

    private static void noDuplicates(String key, List<?> items) {
        Set<Object> seen = new HashSet<>();
        for (int i = 0; i < items.size(); i++) {
            if (!seen.add(items.get(i))) {
                throw new PolicyException(key + "[" + i + "]", "duplicate value " + items.get(i));
            }
        }
    }
}
