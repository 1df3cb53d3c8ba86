package dev.stillgate.geo;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stillgate.spi.GeoFacts;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The databases of the tests: small ones of the tests' own making, and where real ones are. */
final class Databases {
    private Databases() {}

    /** Returns a record as MaxMind's Country database has it. */
    static Map<String, Object> nested(String country) {
        return Map.of("country", Map.of("iso_code", country, "geoname_id", 1L), "continent", Map.of("code", "EU"));
    }

    /** Countries in MaxMind's schema: KP, DE and FR, of both families. */
    static byte[] countries() {
        return new MmdbWriter("Test-Country")
                .put("203.0.113.0/24", nested("KP"))
                .put("198.51.100.0/24", nested("DE"))
                .put("192.0.2.0/25", nested("FR"))
                .put("2001:db8:1::/48", nested("KP"))
                .put("2001:db8:2::/48", nested("DE"))
                .build();
    }

    /** Autonomous systems in MaxMind's schema. */
    static byte[] systems() {
        return new MmdbWriter("Test-ASN")
                .put("203.0.113.0/24", Map.of("autonomous_system_number", 64_500L))
                .put(
                        "198.51.100.0/24",
                        Map.of("autonomous_system_number", 64_501L, "autonomous_system_organization", "Example Net"))
                .put("192.0.2.0/24", Map.of("autonomous_system_number", 64_502L))
                .build();
    }

    /** Anonymisers in MaxMind's schema: a VPN, a Tor exit and hosting. */
    static byte[] anonymisers() {
        return new MmdbWriter("Test-Anonymous-IP")
                .put("198.51.100.0/26", Map.of("is_anonymous", true, "is_anonymous_vpn", true))
                .put("198.51.100.64/26", Map.of("is_anonymous", true, "is_tor_exit_node", true))
                .put("198.51.100.128/26", Map.of("is_anonymous", true, "is_hosting_provider", true))
                .put("198.51.100.192/26", Map.of("is_anonymous", true))
                .put("0.0.0.0/8", Map.of())
                .build();
    }

    /** Residential proxies in MaxMind's schema. */
    static byte[] residential() {
        return new MmdbWriter("Test-Residential-Proxy")
                .put("192.0.2.7/32", Map.of("provider_name", "example", "anonymizer_confidence", 82))
                .build();
    }

    /** Writes a database to a file and returns the path. */
    static Path write(Path folder, String name, byte[] bytes) {
        try {
            return Files.write(folder.resolve(name), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns a real database of the test dependency. */
    static byte[] real(String name) {
        try (InputStream in = Databases.class.getResourceAsStream("/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns a file of the folder that {@code STILLGATE_SHARED} names; skips the test without it. */
    static Path shared(String name) {
        String folder = System.getenv("STILLGATE_SHARED");
        assumeTrue(folder != null && !folder.isEmpty(), "STILLGATE_SHARED names no folder with data/" + name);
        Path file = Path.of(folder, "data", name);
        assumeTrue(Files.exists(file), file + " does not exist");
        return file;
    }

    /** Asks databases, without a filter around them. */
    static Located ask(String address, DatabaseKind kind, MmdbDatabase file) {
        return new DatabaseSet(1, List.of(new DatabaseSet.Database(kind, file, amount -> {
                    throw new AssertionError("a record that cannot be read");
                })))
                .locate(InetAddress.ofLiteral(address));
    }

    static GeoFacts facts(String address, DatabaseKind kind, byte[] bytes) throws MmdbException {
        return ask(address, kind, DatabaseProbe.check(kind, bytes)).facts();
    }
}
