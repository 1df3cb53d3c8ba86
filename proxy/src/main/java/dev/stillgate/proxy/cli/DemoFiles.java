package dev.stillgate.proxy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A copy of the shipped configuration in a temporary directory, with the stub model as its upstream. It can be edited
 * while the demo runs.
 */
record DemoFiles(Path directory) implements AutoCloseable {
    private static final String SHIPPED_UPSTREAM = "http://127.0.0.1:9000";

    /**
     * Copies the configuration.
     *
     * @param port the listener's port, 0 for any
     * @param adminPort the admin's port, 0 for any
     */
    static DemoFiles copy(Path shipped, String upstream, int port, int adminPort) throws IOException {
        DemoFiles files = new DemoFiles(Files.createTempDirectory("stillgate-demo-"));
        String policy = Files.readString(shipped.resolve("policy.yaml"));
        if (!policy.contains(SHIPPED_UPSTREAM)) {
            throw new IOException(shipped.resolve("policy.yaml") + " has no endpoint " + SHIPPED_UPSTREAM
                    + " that the demo could point at its stub model");
        }
        Files.writeString(
                files.policy(),
                policy.replace(SHIPPED_UPSTREAM, upstream)
                        // the databases are from a test artifact and may be old
                        .replace("databases: {country", "oldAfter: off\n      databases: {country"));
        Files.copy(shipped.resolve("accounts.yaml"), files.directory.resolve("accounts.yaml"));
        Files.createSymbolicLink(
                files.directory.resolve("geo"), shipped.resolve("geo").toAbsolutePath());
        Files.writeString(files.config(), """
                listeners:
                  - {address: "127.0.0.1:%d", trustedHops: 1}
                admin: {address: "127.0.0.1:%d"}
                hashing: {h1: "${STILLGATE_HASH_SECRET}"}
                accessLog: {path: access.log}
                """.formatted(port, adminPort));
        return files;
    }

    Path config() {
        return directory.resolve("stillgate.yaml");
    }

    Path policy() {
        return directory.resolve("policy.yaml");
    }

    Path accessLog() {
        return directory.resolve("access.log");
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
