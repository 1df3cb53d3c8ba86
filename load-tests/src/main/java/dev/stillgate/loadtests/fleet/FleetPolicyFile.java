package dev.stillgate.loadtests.fleet;

import dev.stillgate.proxy.account.CredentialHash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The limits of the fleet and the configuration files of its gateways. */
final class FleetPolicyFile {
    static final Limit REQUESTS = new Limit(100, 50, 1);

    /** Output tokens; the largest reserve is the policy's reserveCeiling. */
    static final Limit OUTPUT = new Limit(6000, 3000, 200);

    private static final String SECRET = "load test, no secret";

    private FleetPolicyFile() {}

    /**
     * A token bucket limit.
     *
     * @param perSecond refill per second
     * @param largestReserve maximum that one request takes in advance
     */
    record Limit(long capacity, long perSecond, long largestReserve) {
        /** Returns the amount granted in a number of seconds. */
        double granted(double seconds) {
            return capacity + perSecond * seconds;
        }

        /** Returns the excess that the token-bucket filter allows for all gateways together, see its README. */
        long bound(int gateways) {
            return Math.max(capacity, gateways * largestReserve);
        }
    }

    /** Writes the policy and accounts of all gateways. */
    static void writePolicy(Path directory, String upstream, List<String> accounts) throws IOException {
        Files.writeString(directory.resolve("policy.yaml"), """
                version: 1
                upstreams:
                  - {name: model, endpoints: ["%s"]}
                routes:
                  - {path: /v1/, upstream: model}
                accounts: {file: accounts.yaml}
                filters:
                  - name: limits
                    type: token-bucket
                    config:
                      limits:
                        - {name: requests, measure: requests, capacity: %d, refill: %d/1s}
                        - {name: output, measure: output-tokens, capacity: %d, refill: %d/1s, reserveCeiling: %d}
                """.formatted(
                        upstream,
                        REQUESTS.capacity,
                        REQUESTS.perSecond,
                        OUTPUT.capacity,
                        OUTPUT.perSecond,
                        OUTPUT.largestReserve));
        StringBuilder listed = new StringBuilder("accounts:\n");
        CredentialHash hash = CredentialHash.of(SECRET);
        for (String account : accounts) {
            byte[] key = key(account).getBytes(StandardCharsets.UTF_8);
            hash.hash(key, 0, key.length);
            listed.append(
                    "  - {id: %s, keys: [\"%s\"]}%n".formatted(account, CredentialHash.id("h1", hash.hi(), hash.lo())));
        }
        Files.writeString(directory.resolve("accounts.yaml"), listed);
    }

    /** Writes the configuration of one gateway. */
    static Path writeGateway(Path directory, String name, int storePort) throws IOException {
        return Files.writeString(directory.resolve(name + ".yaml"), """
                listeners:
                  - {address: "127.0.0.1:0"}
                admin: {address: "127.0.0.1:0"}
                threads: 1
                policy: policy.yaml
                hashing: {h1: "%s"}
                fleet: {store: "redis://127.0.0.1:%d", node: %s}
                """.formatted(SECRET, storePort, name));
    }

    /** Returns the API key of an account. */
    static String key(String account) {
        return "sk-" + account;
    }
}
