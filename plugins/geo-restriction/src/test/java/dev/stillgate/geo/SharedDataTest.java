package dev.stillgate.geo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.spi.GeoFacts;
import dev.stillgate.spi.GeoFacts.Anonymiser;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** MaxMind's own test databases, sound and corrupt. */
@Tag("shared")
class SharedDataTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @Test
    void corruptDatabasesAreRefusedOrAnswer() throws IOException {
        int files = 0;
        for (Path path : databases("ip-mmdb/maxmind-bad")) {
            byte[] bytes = Files.readAllBytes(path);
            assertTimeoutPreemptively(BOUND, () -> refusedOrAnswers(path, bytes));
            files++;
        }
        assertThat(files).isEqualTo(12);
    }

    @Test
    void everyTestDatabaseIsRefusedOrAnswers() throws IOException {
        for (Path path : databases("ip-mmdb/maxmind-test")) {
            byte[] bytes = Files.readAllBytes(path);
            assertTimeoutPreemptively(BOUND, () -> refusedOrAnswers(path, bytes));
        }
    }

    @Test
    void countriesMatchTheSource() throws Exception {
        int records = compare("GeoLite2-Country-Test", DatabaseKind.COUNTRY, record -> {
            String located = record.path("country").path("iso_code").asText(null);
            String registered =
                    record.path("registered_country").path("iso_code").asText(null);
            return new GeoFacts(located == null ? registered : located, 0, null, Set.of());
        });
        assertThat(records).isGreaterThan(100);
    }

    @Test
    void asnsMatchTheSource() throws Exception {
        int records = compare(
                "GeoLite2-ASN-Test",
                DatabaseKind.ASN,
                record -> new GeoFacts(
                        null,
                        record.path("autonomous_system_number").asLong(),
                        record.path("autonomous_system_organization").asText(null),
                        Set.of()));
        assertThat(records).isGreaterThan(100);
    }

    @Test
    void anonymisersMatchTheSource() throws Exception {
        assertThat(compare("GeoIP2-Anonymous-IP-Test", DatabaseKind.ANONYMOUS_IP, SharedDataTest::flags))
                .isGreaterThan(5);
        assertThat(compare("GeoIP-Anonymous-Plus-Test", DatabaseKind.ANONYMOUS_PLUS, SharedDataTest::flags))
                .isGreaterThan(5);
        assertThat(compare(
                        "GeoIP-Residential-Proxy-Test",
                        DatabaseKind.RESIDENTIAL_PROXY,
                        record -> new GeoFacts(
                                null, 0, null, Set.of(Anonymiser.ANONYMOUS, Anonymiser.RESIDENTIAL_PROXY))))
                .isGreaterThan(5);
    }

    private interface Expectation {
        GeoFacts of(JsonNode record);
    }

    /** Compares the first and last address of every record of a source, in its order, with the database made of it. */
    private static int compare(String name, DatabaseKind kind, Expectation expectation) throws Exception {
        Path folder = Databases.shared("ip-mmdb/maxmind-test");
        MmdbDatabase file = DatabaseProbe.check(kind, Files.readAllBytes(folder.resolve(name + ".mmdb")));
        JsonNode source = new ObjectMapper()
                .readTree(folder.resolve(name + ".source.json").toFile());
        int records = 0;
        for (JsonNode entry : source) {
            var field = entry.properties().iterator().next();
            for (String address : ends(field.getKey())) {
                GeoFacts facts = Databases.ask(address, kind, file).facts();
                assertThat(facts).as("%s in %s", address, name).isEqualTo(expectation.of(field.getValue()));
            }
            records++;
        }
        return records;
    }

    private static GeoFacts flags(JsonNode record) {
        EnumSet<Anonymiser> kinds = EnumSet.noneOf(Anonymiser.class);
        for (Anonymiser kind : Anonymiser.values()) {
            if (record.path("is_" + kind.name().toLowerCase(Locale.ROOT)).asBoolean()) {
                kinds.add(kind);
            }
        }
        return new GeoFacts(null, 0, null, kinds);
    }

    /** Returns the first address of a network, and the last where that can be written in the form it came in. */
    private static List<String> ends(String cidr) throws IOException {
        String literal = cidr.substring(0, cidr.indexOf('/'));
        int prefix = Integer.parseInt(cidr.substring(cidr.indexOf('/') + 1));
        byte[] first = InetAddress.ofLiteral(literal).getAddress();
        boolean embedded = literal.startsWith("::") && literal.indexOf('.') > 0;
        byte[] last = first.clone();
        for (int bit = prefix; bit < last.length * 8; bit++) {
            last[bit / 8] |= (byte) (0x80 >>> bit % 8);
        }
        return embedded
                ? List.of(v4(first), v4(last))
                : List.of(literal, InetAddress.getByAddress(last).getHostAddress());
    }

    private static String v4(byte[] address) {
        return (address[12] & 0xff) + "." + (address[13] & 0xff) + "." + (address[14] & 0xff) + "."
                + (address[15] & 0xff);
    }

    private static void refusedOrAnswers(Path path, byte[] bytes) {
        for (DatabaseKind kind : DatabaseKind.values()) {
            try {
                MmdbDatabase file = DatabaseProbe.check(kind, bytes);
                AtomicLong errors = new AtomicLong();
                DatabaseSet snapshot =
                        new DatabaseSet(1, List.of(new DatabaseSet.Database(kind, file, errors::addAndGet)));
                Random random = new Random(1);
                byte[] address = new byte[16];
                for (int i = 0; i < 2_000; i++) {
                    random.nextBytes(address);
                    snapshot.locate(InetAddress.getByAddress(address));
                    snapshot.locate(InetAddress.ofLiteral(v4(address)));
                }
                assertThat(errors).as("%s as %s", path, kind).hasValue(0);
            } catch (IOException e) {
                assertThat(e).as("%s as %s", path, kind).isInstanceOf(MmdbException.class);
            }
        }
    }

    private static List<Path> databases(String folder) throws IOException {
        try (Stream<Path> files = Files.list(Databases.shared(folder))) {
            return files.filter(file -> file.toString().endsWith(".mmdb"))
                    .sorted()
                    .toList();
        }
    }
}
