package dev.stillgate.proxy.config;

import dev.stillgate.spi.ByteSize;
import dev.stillgate.spi.PolicyException;
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
 * What stands in {@code stillgate.yaml}: everything that needs a restart.
 *
 * @param listeners the sockets that callers connect to, at least one
 * @param admin the admin's own socket
 * @param transport how the process talks to its sockets
 * @param threads event loops; 0 is one for each available processor
 * @param policy the policy file
 * @param watch whether a change of the policy, or of a file that it names, takes effect by itself
 * @param plugins the directory of plugin jars from outside, null for none
 * @param hashing the secrets that credentials are hashed with, by name ({@code h1}, {@code h2}), in order: the first
 *     makes new ids, a second one is live during a rotation; empty for a random one that lasts as long as the process
 * @param limits what one caller, and all of them together, may take
 * @param accessLog where requests are logged
 * @param audit where what was done to the gateway is kept
 * @param record where whole exchanges are recorded, null for nowhere
 * @param state what is kept across a restart
 * @param fleet the store that this gateway shares with others, null for a gateway of its own
 * @param webhook where new findings are told to, null for nowhere
 * @param otlp the collector that metrics and spans are sent to, null for none
 */
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
    private static final int MOST_THREADS = 1024;

    public StillgateConfig {
        listeners = List.copyOf(listeners);
        hashing = Collections.unmodifiableMap(new LinkedHashMap<>(hashing));
        checkSockets(listeners, admin);
        checkHashing(hashing);
        if (threads < 0 || threads > MOST_THREADS) {
            throw new PolicyException("threads", threads + " is not between 0 and " + MOST_THREADS);
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
                throw new PolicyException("listeners[" + i + "].address", address + " is listened to twice");
            }
        }
        if (admin.address().port() != 0 && seen.contains(admin.address())) {
            throw new PolicyException(
                    "admin.address", admin.address() + " is a listener's: the admin has its own port");
        }
    }

    private static void checkHashing(Map<String, String> hashing) {
        if (hashing.size() > 2) {
            throw new PolicyException(
                    "hashing", hashing.size() + " secrets: at most two are live, the new and the old");
        }
        Set<String> seen = new HashSet<>();
        hashing.forEach((name, secret) -> {
            if (!HASH_NAME.matcher(name).matches()) {
                throw new PolicyException("hashing", "\"" + name + "\" names no secret: expected h1, h2, …");
            }
            if (secret.length() < SHORTEST_SECRET) {
                throw new PolicyException(
                        "hashing." + name,
                        "the secret has " + secret.length() + " characters: expected at least " + SHORTEST_SECRET);
            }
            if (!seen.add(secret)) {
                throw new PolicyException("hashing." + name, "the same secret as the one before: a rotation needs two");
            }
        });
    }

    /** Returns it without the secrets. */
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
     * A socket that callers connect to.
     *
     * @param address where it listens
     * @param trustedHops how many proxies in front of it are trusted to have written {@code X-Forwarded-For}, 0 to 16
     * @param proxyProtocol whom to believe that connections begin with a header of the PROXY protocol, null for no header
     * @param tls the certificates that it shows, null for plain HTTP
     * @param http2 whether HTTP/2 is spoken beside HTTP/1.1: with TLS when it is agreed on (ALPN), without it when the
     *     caller begins with its preface
     */
    public record Listener(
            HostPort address,
            @Default("0") int trustedHops,
            @Nullable ProxyProtocol proxyProtocol,
            @Nullable Tls tls,
            @Default("true") boolean http2) {
        private static final int MOST_HOPS = 16;

        public Listener {
            if (trustedHops < 0 || trustedHops > MOST_HOPS) {
                throw new PolicyException("trustedHops", trustedHops + " is not between 0 and " + MOST_HOPS);
            }
        }
    }

    /**
     * What a listener that ends TLS shows.
     *
     * @param certificates at least one; the first is shown to who asks for no name or for one that none of them has
     * @param minimum the lowest version that is spoken
     * @param clients whose certificates callers may or must show, null when none is asked for
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
     * A certificate with its key.
     *
     * @param chain a PEM file: the certificate, then those that it was issued by
     * @param key a PEM file: the private key in PKCS #8, without a password
     */
    public record Certificate(Path chain, Path key) {}

    /** The lowest version of TLS that is spoken. */
    public enum TlsVersion {
        TLS_1_2,
        TLS_1_3;

        /** Returns the names of the versions that are spoken. */
        public List<String> protocols() {
            return this == TLS_1_3 ? List.of("TLSv1.3") : List.of("TLSv1.3", "TLSv1.2");
        }
    }

    /**
     * The admin's own socket.
     *
     * @param address where it listens: loopback, unless something else guards it
     * @param token what requests must bear, {@code authorization: Bearer}, but for health; null for nothing
     * @param hosts names that requests may have in {@code Host} beside addresses and {@code localhost}; read without a token
     *     only
     * @param open whether an address that other machines reach may be without a token
     */
    public record Admin(
            @Default("127.0.0.1:9090") HostPort address,
            @Secret @Nullable String token,
            @Default("[]") List<String> hosts,
            @Default("false") boolean open) {
        private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]+");

        public Admin {
            hosts = List.copyOf(hosts);
            if (token == null && !open && !address.isLoopback()) {
                throw new PolicyException(
                        "address",
                        address + " is reached by other machines, and there is no token: set admin.token, listen on"
                                + " 127.0.0.1, or say `open: true` when something else guards it");
            }
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

        private static void checkHosts(List<String> hosts) {
            for (int i = 0; i < hosts.size(); i++) {
                try {
                    new HostPort(hosts.get(i), 0);
                } catch (IllegalArgumentException e) {
                    throw new PolicyException("hosts[" + i + "]", String.valueOf(e.getMessage()));
                }
            }
        }

        /** Returns it without the token. */
        @Override
        public String toString() {
            return "Admin[address=" + address + ", hosts=" + hosts + ", open=" + open + "]";
        }
    }

    /** How the process talks to its sockets. */
    public enum Transport {
        /** The best that this kernel allows: io_uring, else epoll, else NIO. */
        AUTO,
        IO_URING,
        EPOLL,
        NIO
    }

    /**
     * Where requests are logged.
     *
     * @param path the file, {@code -} for standard output, null for no log
     * @param decisions a file for those lines alone in which a filter refused, flagged or, in shadow, would have refused;
     *     null for none
     */
    public record AccessLog(@Nullable Path path, @Nullable Path decisions) {}

    /**
     * Where what was done to the gateway, and what it decided about accounts, is kept.
     *
     * @param path the file, {@code -} for standard output, null for none
     */
    public record Audit(@Nullable Path path) {}

    /**
     * Where whole exchanges are recorded, for a backtest to read.
     *
     * @param path the file that is written to
     * @param text whether texts are recorded, or hashes in their place
     * @param maxBytes the size at which the file is put aside
     * @param files how many files that were put aside are kept
     */
    public record Recording(
            Path path,
            @Default("hashed") RecordedText text,
            @Default("1GiB") ByteSize maxBytes,
            @Default("8") int files) {
        private static final long SMALLEST = 1 << 20;
        private static final int MOST_FILES = 10_000;

        public Recording {
            Limits.between("maxBytes", maxBytes, SMALLEST, Long.MAX_VALUE);
            if (files < 1 || files > MOST_FILES) {
                throw new PolicyException("files", files + " is not between 1 and " + MOST_FILES);
            }
        }
    }

    /** How the texts of exchanges are recorded. */
    public enum RecordedText {
        /** As they are. */
        FULL,
        /** As keyed hashes. */
        HASHED
    }

    /**
     * What is kept across a restart.
     *
     * @param directory where filters keep their state, a directory each; of this gateway alone; null for nowhere
     */
    public record State(@Nullable Path directory) {}
}
