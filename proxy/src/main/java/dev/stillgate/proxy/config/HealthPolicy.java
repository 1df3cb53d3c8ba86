package dev.stillgate.proxy.config;

import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Removed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The policy settings of an upstream's protocol, TLS, concurrency limit, retries, health checks and ejection. */
public final class HealthPolicy {
    private HealthPolicy() {}

    static void between(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new PolicyException(key, value + " is not between " + least + " and " + most);
        }
    }

    /** The HTTP version used for an upstream's endpoints. */
    public enum Protocol {
        HTTP1,
        /** HTTP/2: negotiated with ALPN over TLS, with prior knowledge without TLS. */
        HTTP2,
        /** Over TLS only: HTTP/2 if the endpoint negotiates it, else HTTP/1.1. */
        AUTO
    }

    /**
     * Concurrency limit of an upstream over all its endpoints, with a bounded queue.
     *
     * @param most the maximum number of concurrent exchanges; 0 for no limit
     * @param queue the maximum number of waiting exchanges; 0 for none
     * @param queueTimeout the maximum time in the queue; cannot be off
     */
    @Removed(name = "patience", instead = "write queueTimeout")
    public record Concurrency(
            @Default("0") int most,
            @Default("100") int queue,
            @Default("2s") Duration queueTimeout) {
        public Concurrency {
            between("most", most, 0, 1_000_000);
            between("queue", queue, 0, 100_000);
            Policy.notOff("queueTimeout", queueTimeout);
        }
    }

    /**
     * Retries of requests that did not reach the model.
     *
     * @param attempts the maximum number of attempts per request, including the first; 1 disables retries
     * @param percent the retry budget as a percentage of the requests of about the last ten seconds
     * @param perSecond the additional retry budget per second
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
     * Another upstream for prompts that an upstream does not answer.
     *
     * @param upstream the other upstream's name
     * @param statuses the statuses of responses on which the other is asked; the model may have been at work before
     */
    public record Fallback(String upstream, @Default("[]") Set<Integer> statuses) {
        public Fallback {
            statuses = Set.copyOf(statuses);
            for (int status : statuses) {
                between("statuses", status, 429, 599);
            }
        }
    }

    /**
     * TLS settings of {@code https} endpoints.
     *
     * @param authorities a PEM file with the trusted CA certificates; null for those of the JDK
     * @param serverName the name sent in SNI and expected in the endpoint's certificate; null for the endpoint's host
     * @param certificate a PEM file with the gateway's client certificate and its chain; null for none
     * @param key a PEM file with the private key of {@code certificate}, PKCS #8 without a password
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
     * Ejection (outlier detection): failing endpoints receive no requests for a while. At most half of an upstream's
     * endpoints are ejected at once.
     *
     * @param failures the number of consecutive failures that ejects an endpoint: connect error, broken connection,
     *     timeout, or a status of 500 or above except 501 and 505; 0 disables ejection
     * @param time the duration of the first ejection, doubled each time; cannot be off
     * @param longest the maximum duration of an ejection or a pause
     * @param pauseOn the response statuses whose {@code retry-after} in seconds pauses the endpoint
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
     * Active health checks of endpoints.
     *
     * @param path the path of the GET request; statuses 200 to 299 are healthy
     * @param interval the time between two checks
     * @param timeout the timeout of a check
     * @param unhealthyAfter the number of consecutive failed checks that makes an endpoint unhealthy
     * @param healthyAfter the number of consecutive successful checks that makes an endpoint healthy again
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
                throw new PolicyException("path", "\"" + path + "\" is not a path: expected one such as /health");
            }
            Policy.notOff("interval", interval);
            Policy.notOff("timeout", timeout);
            between("unhealthyAfter", unhealthyAfter, 1, 1_000);
            between("healthyAfter", healthyAfter, 1, 1_000);
        }
    }
}
