package dev.stillgate.proxy.config;

import dev.stillgate.spi.PolicyException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** How a policy wants an upstream to be looked after. */
public final class UpstreamCare {
    private UpstreamCare() {}

    static void between(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new PolicyException(key, value + " is not between " + least + " and " + most);
        }
    }

    /**
     * How often a request that never reached the model is sent again.
     *
     * @param attempts how often it is tried at most, the first time included; 1 is never again
     * @param percent retries for each hundred requests of the last ten seconds or so
     * @param perSecond retries for each second besides
     */
    public record Retries(
            @Default("3") int attempts,
            @Default("20") int percent,
            @Default("10") int perSecond) {
        public Retries {
            between("attempts", attempts, 1, 10);
            between("percent", percent, 0, 100);
            between("perSecond", perSecond, 0, 100_000);
        }
    }

    /**
     * How endpoints that are {@code https} are spoken to. Left out: their certificates are checked by the authorities of the
     * JDK and by the endpoint's host.
     *
     * @param authorities PEM: who may have issued an endpoint's certificate, null for the authorities of the JDK
     * @param serverName whom an endpoint is asked to be and must show a certificate of, null for its host
     * @param certificate PEM: what the gateway shows of itself, and those that it was issued by; null for nothing
     * @param key PEM: the private key that goes with it, PKCS #8 without a password
     */
    public record Tls(
            @Nullable Path authorities,
            @Nullable String serverName,
            @Nullable Path certificate,
            @Nullable Path key) {
        public Tls {
            if ((certificate == null) != (key == null)) {
                throw new PolicyException(
                        certificate == null ? "key" : "certificate",
                        "expected both a certificate and a key, or neither");
            }
            if (serverName != null) {
                try {
                    new HostPort(serverName, 443);
                } catch (IllegalArgumentException e) {
                    throw new PolicyException("serverName", String.valueOf(e.getMessage()));
                }
            }
        }
    }
}
