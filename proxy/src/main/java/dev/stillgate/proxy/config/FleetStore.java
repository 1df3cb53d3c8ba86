package dev.stillgate.proxy.config;

import dev.stillgate.spi.PolicyException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Connection settings of the Valkey or Redis store that a fleet of gateways shares.
 *
 * @param store {@code redis://host:port}, or {@code rediss://host:port} for TLS, without credentials
 * @param username the user name at the store; null for its default user
 * @param password the password at the store; null for none
 * @param node the name of this gateway in the fleet; null for the host's name. A random suffix is added
 * @param namespace the prefix of every key in the store
 * @param database the index of the store's database
 * @param timeout the timeout of a command
 */
public record FleetStore(
        String store,
        @Secret @Nullable String username,
        @Secret @Nullable String password,
        @Nullable String node,
        @Default("stillgate") String namespace,
        @Default("0") int database,
        @Default("500ms") Duration timeout) {

    private static final String CREDENTIALS =
            "credentials are not allowed in the address: set the keys username and password";
    private static final int DEFAULT_PORT = 6379;
    private static final int MAX_DATABASES = 1024;
    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(10);
    private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(10);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    public FleetStore {
        address(store);
        checkName("namespace", namespace);
        if (node != null) {
            checkName("node", node);
        }
        if (username != null && password == null) {
            throw new PolicyException("username", "a username without a password: expected both, or only a password");
        }
        if (database < 0 || database >= MAX_DATABASES) {
            throw new PolicyException("database", database + " is not between 0 and " + (MAX_DATABASES - 1));
        }
        if (timeout.compareTo(SHORTEST_TIMEOUT) < 0 || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new PolicyException("timeout", "expected a time between 10ms and 10s");
        }
    }

    /** Returns whether the connection uses TLS. */
    public boolean tls() {
        return "rediss".equals(address(store).getScheme());
    }

    public String host() {
        String host = address(store).getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    public int port() {
        int port = address(store).getPort();
        return port < 0 ? DEFAULT_PORT : port;
    }

    /** Returns a description without the credentials. */
    @Override
    public String toString() {
        return "FleetStore[store=" + store + ", node=" + node + ", namespace=" + namespace + ", database=" + database
                + ", timeout=" + timeout + "]";
    }

    private static URI address(String store) {
        try {
            URI address = new URI(store);
            if (address.getRawUserInfo() != null || store.indexOf('@') >= 0) {
                throw new PolicyException("store", CREDENTIALS);
            }
            boolean scheme = "redis".equals(address.getScheme()) || "rediss".equals(address.getScheme());
            boolean bare = "".equals(address.getRawPath())
                    && address.getRawQuery() == null
                    && address.getRawFragment() == null;
            if (scheme && bare && address.getHost() != null && address.getPort() != 0 && address.getPort() <= 65535) {
                return address;
            }
        } catch (URISyntaxException e) {
            if (store.indexOf('@') >= 0) {
                throw new PolicyException("store", CREDENTIALS);
            }
        }
        throw new PolicyException("store", "expected redis://host:port or rediss://host:port");
    }

    private static void checkName(String key, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new PolicyException(key, "expected letters, digits, \".\", \"_\", \"-\"; at most 64");
        }
    }
}
