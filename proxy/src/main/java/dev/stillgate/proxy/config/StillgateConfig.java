package dev.stillgate.proxy.config;

import dev.stillgate.spi.ByteSize;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Removed;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The configuration in {@code stillgate.yaml}, which takes effect at start-up only.
 *
 * @param listeners the sockets for client connections, at least one
 * @param admin the admin API's socket and its access control
 * @param transport the I/O mechanism of the event loops
 * @param threads the number of event loops; 0 for one per available processor
 * @param policy the policy file
 * @param watch whether changes of the policy file, or of a file named in it, are applied automatically
 * @param plugins the directory of external plugin jars; null for none
 * @param hashing the secrets that credentials are hashed with, by name ({@code h1}, {@code h2}). The first one hashes
 *     new credentials; a second one is still recognised during a rotation. Empty for a random secret per process.
 * @param limits the resource limits
 * @param accessLog the access log files
 * @param audit the audit log
 * @param record the recording of whole exchanges; null for none
 * @param state the directory of persistent state
 * @param fleet the store shared with other gateways; null for a standalone gateway
 * @param webhook the receiver of new findings; null for none
 * @param otlp the collector of metrics and spans; null for none
 */
@Removed(name = "telemetry", instead = "remove it: metrics have the names of OpenTelemetry's GenAI conventions 0.1")
public record StillgateConfig(
        @Default("[{address: '127.0.0.1:8080'}]") List<Listener> listeners,
        @Default("{}") Admin admin,
        @Default("auto") Transport transport,
        @Default("0") int threads,
        @Default("policy.yaml") Path policy,
        @Default("true") boolean watch,
        @Nullable Path plugins,
        @Secret @Default("{}") Map<String, String> hashing,
        @Default("{}") Limits limits,
        @Default("{}") AccessLog accessLog,
        @Default("{}") Audit audit,
        @Nullable Recording record,
        @Default("{}") State state,
        @Nullable FleetStore fleet,
        @Nullable WebhookOptions webhook,
        @Nullable OtlpOptions otlp) {

    private static final Pattern HASH_NAME = Pattern.compile("h[0-9]{1,4}");
    private static final int SHORTEST_SECRET = 16;
    private static final int MAX_THREADS = 1024;

    public StillgateConfig {
        listeners = List.copyOf(listeners);
        hashing = Collections.unmodifiableMap(new LinkedHashMap<>(hashing));
        checkSockets(listeners, admin);
        checkHashing(hashing);
        if (threads < 0 || threads > MAX_THREADS) {
            throw new PolicyException("threads", threads + " is not between 0 and " + MAX_THREADS);
        }
    }

    private static void checkSockets(List<Listener> listeners, Admin admin) {
        if (listeners.isEmpty()) {
            throw new PolicyException("listeners", "expected at least one listener");
        }
        Set<HostPort> seen = new HashSet<>();
        for (int i = 0; i < listeners.size(); i++) {
            HostPort address = listeners.get(i).address();
            if (!seen.add(address) && address.port() != 0) {
                throw new PolicyException("listeners[" + i + "].address", "duplicate address " + address);
            }
        }
        if (admin.address().port() != 0 && seen.contains(admin.address())) {
            throw new PolicyException(
                    "admin.address",
                    admin.address() + " is the address of a listener: the admin API needs its own port");
        }
    }

    private static void checkHashing(Map<String, String> hashing) {
        if (hashing.size() > 2) {
            throw new PolicyException(
                    "hashing", hashing.size() + " secrets: expected at most two, the new one and the old one");
        }
        Set<String> seen = new HashSet<>();
        hashing.forEach((name, secret) -> {
            if (!HASH_NAME.matcher(name).matches()) {
                throw new PolicyException("hashing", "\"" + name + "\" is not a secret name: expected h1, h2, …");
            }
            if (secret.length() < SHORTEST_SECRET) {
                throw new PolicyException(
                        "hashing." + name,
                        "the secret has " + secret.length() + " characters: expected at least " + SHORTEST_SECRET);
            }
            if (!seen.add(secret)) {
                throw new PolicyException("hashing." + name, "duplicate secret: a rotation needs two different ones");
            }
        });
    }

    /** Returns a description without the secrets. */
    @Override
    public String toString() {
        return "StillgateConfig[listeners=" + listeners + ", admin=" + admin + ", transport=" + transport + ", threads="
                + threads + ", policy=" + policy + ", watch=" + watch + ", plugins=" + plugins + ", hashing="
                + hashing.keySet()
                + ", limits=" + limits + ", accessLog=" + accessLog + ", audit=" + audit + ", record=" + record
                + ", state=" + state
                + ", fleet=" + fleet + ", webhook=" + webhook + ", otlp=" + otlp + "]";
    }

    /**
     * A listening socket for client connections.
     *
     * @param address the address to listen on
     * @param trustedHops the number of trusted proxies in front of the gateway that append to {@code X-Forwarded-For},
     *     0 to 16
     * @param proxyProtocol the PROXY protocol settings; null if connections have no such header
     * @param tls the TLS settings; null for plain HTTP
     * @param http2 whether HTTP/2 is accepted in addition to HTTP/1.1: with TLS if negotiated by ALPN, without TLS if
     *     the client starts with the HTTP/2 preface
     */
    public record Listener(
            HostPort address,
            @Default("0") int trustedHops,
            @Nullable ProxyProtocol proxyProtocol,
            @Nullable Tls tls,
            @Default("true") boolean http2) {
        private static final int MAX_HOPS = 16;

        public Listener {
            if (trustedHops < 0 || trustedHops > MAX_HOPS) {
                throw new PolicyException("trustedHops", trustedHops + " is not between 0 and " + MAX_HOPS);
            }
        }
    }

    /**
     * TLS settings of a listener.
     *
     * @param certificates the server certificates, at least one; the first is used without SNI and for unknown names
     * @param minimum the lowest accepted version
     * @param clients the client certificate settings; null if clients are not asked for a certificate
     */
    public record Tls(
            List<Certificate> certificates,
            @Default("tls-1-2") TlsVersion minimum,
            @Nullable TlsClients clients) {
        public Tls {
            certificates = List.copyOf(certificates);
            if (certificates.isEmpty()) {
                throw new PolicyException("certificates", "expected at least one certificate");
            }
        }
    }

    /**
     * A server certificate with its private key.
     *
     * @param chain a PEM file with the certificate followed by its issuers
     * @param key a PEM file with the private key, PKCS #8 without a password
     */
    public record Certificate(Path chain, Path key) {}

    /** The lowest accepted TLS version. */
    public enum TlsVersion {
        TLS_1_2,
        TLS_1_3;

        /** Returns the JSSE names of the accepted versions. */
        public List<String> protocols() {
            return this == TLS_1_3 ? List.of("TLSv1.3") : List.of("TLSv1.3", "TLSv1.2");
        }
    }

    /**
     * Socket and access control of the admin API.
     *
     * @param address the address to listen on; loopback by default
     * @param token the bearer token that all requests except health checks must carry; null for none. It allows
     *     everything, under any name
     * @param operators the operators, each with a token and a role; empty for none
     * @param identity the identity provider of the operators; null for none
     * @param hosts the accepted names in {@code Host} in addition to IP addresses and {@code localhost}; only used for
     *     requests without the token in {@code Authorization}
     * @param open whether an address that is not loopback is allowed without a credential
     * @param console what browsers may do at {@code /console/}
     */
    public record Admin(
            @Default("127.0.0.1:9090") HostPort address,
            @Secret @Nullable String token,
            @Default("[]") List<OperatorSettings> operators,
            @Nullable OperatorIdentity identity,
            @Default("[]") List<String> hosts,
            @Default("false") boolean open,
            @Default("read") Console console) {
        private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]+");

        public Admin {
            hosts = List.copyOf(hosts);
            operators = List.copyOf(operators);
            if (token == null && operators.isEmpty() && identity == null && !open && !address.isLoopback()) {
                throw new PolicyException(
                        "address",
                        address + " is reachable from other machines without a token: set admin.operators or"
                                + " admin.token, listen on 127.0.0.1, or set `open: true` if access is restricted by"
                                + " other means");
            }
            OperatorSettings.check("operators", operators);
            checkSources(token, operators, identity);
            checkHosts(hosts);
            if (token != null && token.length() < SHORTEST_SECRET) {
                throw new PolicyException(
                        "token", "has " + token.length() + " characters: expected at least " + SHORTEST_SECRET);
            }
            if (token != null && !TOKEN.matcher(token).matches()) {
                throw new PolicyException(
                        "token", "expected letters, digits, '.', '_', '~', '+', '/', '=' and '-' only");
            }
        }

        /** Checks that the names of operators come from one source. */
        private static void checkSources(
                @Nullable String token, List<OperatorSettings> operators, @Nullable OperatorIdentity identity) {
            if (identity != null && !operators.isEmpty()) {
                throw new PolicyException(
                        "identity",
                        "names of operators come from one source: remove admin.operators or admin.identity");
            }
            if (token != null && (identity != null || !operators.isEmpty())) {
                throw new PolicyException(
                        "token",
                        "remove it: it has no name and no role. For a program that has it, list an operator"
                                + (identity == null ? "" : " instead of admin.identity")
                                + ", {name: prometheus, role: read, token: \"h:...\"}, with the hash that `stillgate"
                                + " hash-key --operator` prints of it");
            }
        }

        /** Returns whether requests need a credential. */
        public boolean needsCredential() {
            return token != null || namesOperators();
        }

        /** Returns whether the credential tells the operator's name and role. */
        public boolean namesOperators() {
            return identity != null || !operators.isEmpty();
        }

        private static void checkHosts(List<String> hosts) {
            for (int i = 0; i < hosts.size(); i++) {
                try {
                    new HostPort(hosts.get(i), 0);
                } catch (IllegalArgumentException e) {
                    throw new PolicyException("hosts[" + i + "]", String.valueOf(e.getMessage()));
                }
            }
        }

        /** Returns a description without the token. */
        @Override
        public String toString() {
            return "Admin[address=" + address + ", operators=" + operators + ", identity=" + identity + ", hosts="
                    + hosts + ", open=" + open + ", console=" + console + "]";
        }
    }

    /** Permissions of browsers at the admin's console. */
    public enum Console {
        /** The gateway serves no console. */
        OFF,
        /** It shows everything and changes nothing. */
        READ,
        /** It also has the actions of the admin API. */
        WRITE
    }

    /** The I/O mechanism of the event loops. */
    public enum Transport {
        /** Epoll where the kernel supports it, else NIO. */
        AUTO,
        IO_URING,
        EPOLL,
        NIO
    }

    /**
     * Files of the access log.
     *
     * @param path the file for all requests; {@code -} for standard output, null for none
     * @param decisions a second file, only for requests that a filter rejected, flagged or, in shadow, would have
     *     rejected; null for none
     */
    public record AccessLog(@Nullable Path path, @Nullable Path decisions) {}

    /**
     * Log of admin actions and of changed account standings.
     *
     * @param path the file; {@code -} for standard output, null for none
     * @param required whether a request that would change something is refused while the log cannot be written
     */
    public record Audit(
            @Nullable Path path, @Default("false") boolean required) {
        public Audit {
            if (required && path == null) {
                throw new PolicyException("required", "needs a file in audit.path, or \"-\"");
            }
        }
    }

    /**
     * Recording of whole exchanges, as input of backtests.
     *
     * @param path the current recording file
     * @param text whether texts are recorded in full or as hashes
     * @param maxBytes the size at which the file is rotated
     * @param files the number of rotated files that are kept
     */
    public record Recording(
            Path path,
            @Default("hashed") RecordedText text,
            @Default("1GiB") ByteSize maxBytes,
            @Default("8") int files) {
        private static final long SMALLEST = 1 << 20;
        private static final int MAX_FILES = 10_000;

        public Recording {
            Limits.between("maxBytes", maxBytes, SMALLEST, Long.MAX_VALUE);
            if (files < 1 || files > MAX_FILES) {
                throw new PolicyException("files", files + " is not between 1 and " + MAX_FILES);
            }
        }
    }

    /** The form in which the texts of exchanges are recorded. */
    public enum RecordedText {
        /** In full. */
        FULL,
        /** As keyed hashes. */
        HASHED
    }

    /**
     * Persistent state.
     *
     * @param directory the parent of the filters' state directories, used by this gateway only; null to persist nothing
     */
    public record State(@Nullable Path directory) {}
}
