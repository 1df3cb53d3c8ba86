package dev.stillgate.proxy.config;

import dev.stillgate.spi.PolicyException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What stands in {@code policy.yaml}: everything that can be swapped while requests run.
 *
 * @param version the version of the file's shape, 1
 * @param upstreams where requests are sent
 * @param routes which paths go to which upstream
 * @param accounts how callers are known
 * @param filters the filters, in the order in which they are asked
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
            throw new PolicyException("version", version + " is a version this gateway does not know: expected 1");
        }
        for (int i = 0; i < routes.size(); i++) {
            checkUpgrade(routes.get(i), "routes[" + i + "].upgrade", upstreams);
        }
    }

    /** A connection that many exchanges share cannot change its protocol for one of them. */
    private static void checkUpgrade(Route route, String key, List<Upstream> upstreams) {
        boolean shared = upstreams.stream()
                .anyMatch(upstream ->
                        upstream.name().equals(route.upstream()) && upstream.protocol() != HealthPolicy.Protocol.HTTP1);
        if (shared && !route.upgrade().isEmpty()) {
            throw new PolicyException(key, "only an upstream whose protocol is http1 changes to another");
        }
    }

    static void checkName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new PolicyException(
                    "name", "\"" + name + "\" is no name: expected letters, digits, '.', '_' and '-', at most 64");
        }
    }

    static void notOff(String key, Duration time) {
        if (time.isZero() || time.isNegative()) {
            throw new PolicyException(key, "cannot be off: expected a time such as 30s");
        }
    }

    /**
     * A group of endpoints that answer alike.
     *
     * @param name what routes call it
     * @param endpoints where it can be reached, at least one
     * @param protocol which HTTP its endpoints are spoken to in
     * @param timeouts how long it may take
     * @param idleConnections connections kept open without a request, for each event loop; 0 keeps none
     * @param idleTimeout how long one is kept
     * @param resolveEvery how often the addresses of names are looked up
     * @param concurrency how many exchanges it is given at once
     * @param retries how often a request that never reached the model is sent again
     * @param ejection when an endpoint is left alone for a while
     * @param health how endpoints are asked whether they are well, null for not at all
     * @param slowStart how long an endpoint that came back takes less than its share
     * @param tls how endpoints that are {@code https} are spoken to, null for the JDK's ways
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
            HealthPolicy.@Nullable Tls tls) {
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
            if (tls != null && endpoints.stream().noneMatch(Endpoint::isSecure)) {
                throw new PolicyException("tls", "no endpoint is https");
            }
            if (protocol == HealthPolicy.Protocol.AUTO && endpoints.stream().noneMatch(Endpoint::isSecure)) {
                throw new PolicyException("protocol", "no endpoint is https: in clear nothing is agreed on");
            }
        }
    }

    /**
     * One address of an upstream.
     *
     * @param scheme {@code http} or {@code https}
     * @param host an address or a name, an IPv6 address without its brackets
     * @param port 1 to 65535
     */
    public record Endpoint(String scheme, String host, int port) {
        private static final String EXPECTED = "expected http://host, http://host:port or the same with https";

        public Endpoint {
            if (!scheme.equals("http") && !scheme.equals("https")) {
                throw new IllegalArgumentException("scheme " + scheme + " is not known: " + EXPECTED);
            }
            if (new HostPort(host, port).port() == 0) {
                throw new IllegalArgumentException("port 0 is not between 1 and 65535");
            }
        }

        /** Returns whether it is spoken to through TLS. */
        public boolean isSecure() {
            return scheme.equals("https");
        }

        /** Returns the host and port as they stand in the Host field: the scheme's own port is left out. */
        public String authority() {
            String plain = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
            return port == (isSecure() ? 443 : 80) ? plain : plain + ":" + port;
        }

        /**
         * Reads {@code http://host} or {@code http://host:port}, or the same with {@code https}.
         *
         * @throws IllegalArgumentException when it is anything else
         */
        public static Endpoint parse(String text) {
            int end = text.indexOf("://");
            String scheme = end < 0 ? "" : text.substring(0, end).toLowerCase(Locale.ROOT);
            if (!scheme.equals("http") && !scheme.equals("https")) {
                throw new IllegalArgumentException("\"" + text + "\" is no endpoint: " + EXPECTED);
            }
            String authority = text.substring(end + 3);
            if (authority.indexOf('@') >= 0) { // not repeated: what stands before the @ may be a password
                throw new IllegalArgumentException("an endpoint has no user: " + EXPECTED);
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
     * How long an upstream may take. {@link Duration#ZERO}, in YAML {@code off}, is no limit.
     *
     * @param connect to open a connection; cannot be off
     * @param firstByte from the end of the request to the first byte of the answer
     * @param idle between two reads of an answer
     * @param total from the end of the request to the end of the answer
     */
    public record Timeouts(
            @Default("2s") Duration connect,
            @Default("120s") Duration firstByte,
            @Default("60s") Duration idle,
            @Default("off") Duration total) {
        public Timeouts {
            notOff("connect", connect);
        }

        /** Returns the timeouts of an empty file. */
        public static Timeouts defaults() {
            return Binder.defaults(Timeouts.class);
        }
    }

    /**
     * Which paths go to which upstream.
     *
     * @param path a prefix when it ends in {@code /}, else one exact path; in normal form
     * @param upstream the upstream's name
     * @param opaque paths of no dialect that are let through unread, prefixes when they end in {@code /}, each within
     *     {@code path}
     * @param upgrade the protocols that connections may change to at these paths
     */
    public record Route(
            String path,
            String upstream,
            @Default("[]") List<String> opaque,
            @Default("[]") List<Protocol> upgrade) {
        private static final Pattern PATH = Pattern.compile("/|(/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+/?");
        private static final int LONGEST = 1024;

        public Route {
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
            upgrade = List.copyOf(upgrade);
            noDuplicates("upgrade", upgrade);
            if (!upgrade.isEmpty() && opaque.isEmpty()) {
                throw new PolicyException("upgrade", "there is no path that could change: list it under opaque");
            }
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
                        "\"" + path + "\" is no path in normal form: expected /segments/ without empty, '.' or '..'"
                                + " segments, escapes or a query");
            }
        }
    }

    /** A protocol that a connection may change to. */
    public enum Protocol {
        WEBSOCKET
    }

    /**
     * How callers are known.
     *
     * @param credential where the API key stands, in the order of looking; at least one
     * @param required whether a request without one is refused here; else the upstream decides
     * @param file the accounts that are listed, null for none
     */
    public record AccountsPolicy(
            @Default("[x-api-key, bearer]") List<Credential> credential,
            @Default("false") boolean required,
            @Nullable Path file) {
        public AccountsPolicy {
            credential = List.copyOf(credential);
            if (credential.isEmpty()) {
                throw new PolicyException(
                        "credential", "expected at least one of x-api-key, bearer, api-key, client-certificate");
            }
            noDuplicates("credential", credential);
        }

        /** Returns the policy of an empty file. */
        public static AccountsPolicy defaults() {
            return Binder.defaults(AccountsPolicy.class);
        }
    }

    /** Where an API key stands. */
    public enum Credential {
        /** In the field {@code x-api-key}. */
        X_API_KEY,
        /** In {@code authorization: Bearer}. */
        BEARER,
        /** In the field {@code api-key}. */
        API_KEY,
        /** In the certificate that the caller shows to a listener that asks for one. */
        CLIENT_CERTIFICATE
    }

    /**
     * A filter as the policy lists it.
     *
     * @param name what state, metrics and logs call it
     * @param type which plugin makes it
     * @param mode whether its verdicts count
     * @param onError what happens to a request at which it fails
     * @param config its own keys, bound to the record that the plugin names
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

    /** Whether a filter's verdicts count. */
    public enum Mode {
        ENFORCE,
        /** It runs, is counted and logged, and the request is let through. */
        SHADOW,
        /** It does not run. */
        OFF
    }

    /** What happens to a request at which a filter fails. */
    public enum OnError {
        /** The request goes on without that filter. */
        OPEN,
        /** The request is refused. */
        CLOSED
    }

    private static void noDuplicates(String key, List<?> items) {
        Set<Object> seen = new HashSet<>();
        for (int i = 0; i < items.size(); i++) {
            if (!seen.add(items.get(i))) {
                throw new PolicyException(key + "[" + i + "]", items.get(i) + " stands there twice");
            }
        }
    }
}
