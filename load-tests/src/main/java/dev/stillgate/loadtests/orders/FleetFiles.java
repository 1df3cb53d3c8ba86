package dev.stillgate.loadtests.orders;

import dev.stillgate.proxy.account.CredentialHash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Configuration files of the fleet. */
final class FleetFiles {
    /** Name of the fingerprint filter. */
    static final String FILTER = "behaviour";

    private static final String SECRET = "load test, no secret";

    private FleetFiles() {}

    /** Writes the policy and accounts of all gateways. */
    static void writePolicy(Path directory, String upstream, List<String> accounts, int approvals) throws IOException {
        Files.writeString(directory.resolve("policy.yaml"), """
                version: 1
                upstreams:
                  - {name: model, endpoints: ["%s"]}
                routes:
                  - {path: /v1/, upstream: model}
                accounts: {file: accounts.yaml}
                filters:
                  - name: %s
                    type: fingerprint
                    mode: enforce
                    config: {review: {approvals: %d}}
                """.formatted(upstream, FILTER, approvals));
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
    static Path writeGateway(Path directory, String name, Path state, int storePort) throws IOException {
        return Files.writeString(directory.resolve("stillgate.yaml"), """
                listeners:
                  - {address: "127.0.0.1:0"}
                admin: {address: "127.0.0.1:0"}
                threads: 1
                policy: ../policy.yaml
                hashing: {h1: "%s"}
                state: {directory: "%s"}
                fleet: {store: "redis://127.0.0.1:%d", node: %s, timeout: 2s} # the machine may be busy
                """.formatted(SECRET, state, storePort, name));
    }

    /** Returns the API key of an account. */
    static String key(String account) {
        return "sk-" + account;
    }
}
