package dev.stillgate.proxy.config;

import dev.stillgate.spi.PolicyException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How a policy wants an upstream to be looked after. */
public final class HealthPolicy {
    private HealthPolicy() {}

    static void between(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new PolicyException(key, value + " is not between " + least + " and " + most);
        }
    }

    /** Which HTTP endpoints are spoken to in. */
    public enum Protocol {
        HTTP1,
        /** Over TLS it is agreed on, in clear it is known beforehand. */
        HTTP2,
        /** Over TLS: HTTP/2 when the endpoint agrees, else HTTP/1.1. */
        AUTO
    }

    /**
     * How many exchanges an upstream is given at once, over all its endpoints, and how many more wait for their turn.
     *
     * @param most how many; 0 for no limit
     * @param queue how many more may wait; 0 for none
     * @param patience for how long, cannot be off
     */
    public record Concurrency(
            @Default("0") int most,
            @Default("100") int queue,
            @Default("2s") Duration patience) {
        public Concurrency {
            between("most", most, 0, 1_000_000);
            between("queue", queue, 0, 100_000);
            Policy.notOff("patience", patience);
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

    /**
     * When an endpoint is left alone for a while, which never happens to more than half of an upstream's endpoints.
     *
     * @param failures how many requests in a row must fail: not connected, broken off, too late, or answered with 500 or
     *     above but 501 and 505; 0 for never
     * @param time for how long the first time, cannot be off; it doubles each time
     * @param longest the longest time, also of a pause
     * @param pauseOn statuses whose {@code retry-after} in seconds is a pause for the endpoint
     */
    public record Ejection(
            @Default("5") int failures,
            @Default("10s") Duration time,
            @Default("5m") Duration longest,
            @Default("[503, 529]") Set<Integer> pauseOn) {
        public Ejection {
            pauseOn = Set.copyOf(pauseOn);
            between("failures", failures, 0, 1_000_000);
            Policy.notOff("time", time);
            if (longest.compareTo(time) < 0) {
                throw new PolicyException("longest", "is shorter than time");
            }
            for (int status : pauseOn) {
                between("pauseOn", status, 429, 599);
            }
        }
    }

    /**
     * How endpoints are asked whether they are well.
     *
     * @param path what is asked for with GET; a status of 200 to 299 is well
     * @param interval between two questions
     * @param timeout for one answer
     * @param unhealthyAfter how many in a row must fail
     * @param healthyAfter how many in a row must not, after that
     */
    public record Health(
            String path,
            @Default("5s") Duration interval,
            @Default("2s") Duration timeout,
            @Default("3") int unhealthyAfter,
            @Default("2") int healthyAfter) {
        private static final Pattern PATH = Pattern.compile("/[A-Za-z0-9._~!$&'()*+,;=:@/?%-]{0,1023}");

        public Health {
            if (!PATH.matcher(path).matches()) {
                throw new PolicyException("path", "\"" + path + "\" is no path: expected /health or the like");
            }
            Policy.notOff("interval", interval);
            Policy.notOff("timeout", timeout);
            between("unhealthyAfter", unhealthyAfter, 1, 1_000);
            between("healthyAfter", healthyAfter, 1, 1_000);
        }
    }
}
