package dev.stillgate.loadtests;

import dev.stillgate.proxy.account.CredentialHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Configuration files of a gateway in a temporary directory: free ports, an access log, one upstream, given filters.
 */
public record GatewayFiles(Path directory) implements AutoCloseable {
    /** Filters geo-restriction with the real databases and token-bucket with high limits. */
    public static final String BOTH_PLUGINS = both("capacity: 1000000, refill: 1000000/1m");

    private static final String SECRET = "a secret for tests only";

    /** Writes the files of a gateway. */
    public static GatewayFiles write(String upstream, String filters) {
        return write(upstream, "", filters);
    }

    /** Writes the files of a gateway, with further keys of its route after a comma. */
    public static GatewayFiles write(String upstream, String routeKeys, String filters) {
        try {
            GatewayFiles files = new GatewayFiles(Files.createTempDirectory("stillgate-test-"));
            Files.writeString(files.config(), """
                    listeners:
                      - {address: "127.0.0.1:0"}
                    admin: {address: "127.0.0.1:0"}
                    hashing: {h1: "%s"}
                    accessLog: {path: access.log}
                    plugins: plugins
                    """.formatted(SECRET));
            Files.createDirectory(files.plugins());
            files.policy(upstream, routeKeys, filters);
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the filters geo-restriction and token-bucket with a bucket of requests. */
    public static String both(String bucket) {
        Path geo = root().resolve("config/geo");
        return """
                filters:
                  - name: regions
                    type: geo-restriction
                    config:
                      oldAfter: off
                      databases: {country: "%1$s/GeoLite2-Country.mmdb", asn: "%1$s/GeoLite2-ASN.mmdb"}
                      deny: {countries: [KP, IR, SY, CU]}
                      unknown: allow
                  - name: limits
                    type: token-bucket
                    config:
                      limits:
                        - {name: requests, measure: requests, %2$s}
                """.formatted(geo, bucket);
    }

    /** Returns the root of the source tree. */
    public static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(at.resolve("load-tests"))) {
            at = at.getParent();
        }
        return at;
    }

    /** Overwrites the policy. */
    public void policy(String upstream, String filters) throws IOException {
        policy(upstream, "", filters);
    }

    private void policy(String upstream, String routeKeys, String filters) throws IOException {
        Files.writeString(directory.resolve("policy.yaml"), """
                version: 1
                upstreams:
                  - {name: model, endpoints: ["%s"]}
                routes:
                  - {path: /v1/, upstream: model, opaque: [/v1/models]%s}
                """.formatted(upstream, routeKeys) + filters);
    }

    /** Writes an {@code accounts.yaml} with one account, for policies that use it. */
    public void list(String id, String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        CredentialHash hash = CredentialHash.of(SECRET);
        hash.hash(bytes, 0, bytes.length);
        String entry =
                "accounts: [{id: %s, keys: [\"%s\"]}]%n".formatted(id, CredentialHash.id("h1", hash.hi(), hash.lo()));
        try {
            Files.writeString(directory.resolve("accounts.yaml"), entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path config() {
        return directory.resolve("stillgate.yaml");
    }

    public Path plugins() {
        return directory.resolve("plugins");
    }

    /** Returns the lines of the access log, which is complete after the gateway has closed. */
    public List<String> accessLog() throws IOException {
        return Files.readAllLines(directory.resolve("access.log"));
    }

    @Override
    public void close() {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
