package dev.stillgate.loadtests.fleet;

import dev.stillgate.proxy.account.CredentialHash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Configuration files of the gateways of a fleet. */
public final class FleetFiles {
    private static final String SECRET = "load test, no secret";

    private FleetFiles() {}

    /**
     * Writes the policy and accounts of all gateways.
     *
     * @param filters list of filters in YAML
     */
    public static void writePolicy(Path directory, String upstream, List<String> accounts, String filters)
            throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        accounts.forEach(account -> facts.put(account, ""));
        writePolicy(directory, upstream, facts, filters);
    }

    /**
     * Writes the policy and accounts of all gateways.
     *
     * @param accounts for each account further fields in YAML, such as {@code , tier: free}
     */
    public static void writePolicy(Path directory, String upstream, Map<String, String> accounts, String filters)
            throws IOException {
        Files.writeString(directory.resolve("policy.yaml"), """
                version: 1
                upstreams:
                  - {name: model, endpoints: ["%s"]}
                routes:
                  - {path: /v1/, upstream: model}
                accounts: {file: accounts.yaml}
                filters:
                %s""".formatted(upstream, filters));
        StringBuilder listed = new StringBuilder("accounts:\n");
        CredentialHash hash = CredentialHash.of(SECRET);
        accounts.forEach((account, more) -> {
            byte[] key = key(account).getBytes(StandardCharsets.UTF_8);
            hash.hash(key, 0, key.length);
            String id = CredentialHash.id("h1", hash.hi(), hash.lo());
            listed.append("  - {id: %s, keys: [\"%s\"]%s}%n".formatted(account, id, more));
        });
        Files.writeString(directory.resolve("accounts.yaml"), listed);
    }

    /**
     * Writes the configuration of one gateway, whose directory is in that of the policy.
     *
     * @param timeout time limit of a response of the store
     * @param more further settings in YAML
     */
    public static Path writeGateway(Path directory, String name, int storePort, String timeout, String more)
            throws IOException {
        return Files.writeString(
                directory.resolve("stillgate.yaml"), """
                listeners:
                  - {address: "127.0.0.1:0"}
                admin: {address: "127.0.0.1:0"}
                threads: 1
                policy: ../policy.yaml
                hashing: {h1: "%s"}
                fleet: {store: "redis://127.0.0.1:%d", node: %s, timeout: %s}
                %s""".formatted(SECRET, storePort, name, timeout, more));
    }

    /** Returns the API key of an account. */
    public static String key(String account) {
        return "sk-" + account;
    }
}
