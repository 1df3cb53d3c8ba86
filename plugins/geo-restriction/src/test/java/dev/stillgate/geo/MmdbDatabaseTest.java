package dev.stillgate.geo;

import static org.assertj.core.api.Assertions.assertThat;

import com.maxmind.db.Reader;
import dev.stillgate.spi.GeoFacts;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lookups in databases of the tests' own, with what was written into them, and the reader's maps, as the judges. */
class MmdbDatabaseTest {
    @ParameterizedTest
    @CsvSource({"24,4", "28,4", "32,4", "24,6", "28,6", "32,6"})
    void everyLayoutIsReadLikeTheReferenceReader(int recordBits, int ipVersion) throws Exception {
        Random random = new Random(recordBits * 10L + ipVersion);
        MmdbWriter writer = new MmdbWriter("Test-Country", recordBits, ipVersion);
        List<InetAddress> asked = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            byte[] address = new byte[ipVersion == 6 && random.nextBoolean() ? 16 : 4];
            random.nextBytes(address);
            asked.add(InetAddress.getByAddress(address));
            int prefix = 1 + random.nextInt(address.length * 8);
            for (int bit = prefix; bit < address.length * 8; bit++) {
                address[bit / 8] &= (byte) ~(0x80 >>> bit % 8);
            }
            String country = "" + (char) ('A' + random.nextInt(26)) + (char) ('A' + random.nextInt(25));
            writer.put(InetAddress.getByAddress(address).getHostAddress() + "/" + prefix, Databases.nested(country));
        }
        byte[] bytes = writer.build();
        MmdbDatabase file = DatabaseProbe.check(DatabaseKind.COUNTRY, bytes);
        int known = 0;
        try (Reader reference = new Reader(new ByteArrayInputStream(bytes))) {
            for (InetAddress address : asked) {
                String country = Databases.ask(address.getHostAddress(), DatabaseKind.COUNTRY, file)
                        .facts()
                        .country();
                assertThat(country).as("%s", address).isEqualTo(countryOf(reference, address));
                known += country == null ? 0 : 1;
            }
        }
        assertThat(known).isGreaterThan(100);
    }

    private static String countryOf(Reader reference, InetAddress address) throws Exception {
        Map<?, ?> record = reference.get(address, Map.class);
        return record == null ? null : (String) ((Map<?, ?>) record.get("country")).get("iso_code");
    }

    @Test
    void ipv4OnlyDatabaseHasNoIpv6Records() throws Exception {
        byte[] bytes = new MmdbWriter("Test-Country", 24, 4)
                .put("0.0.0.0/1", Databases.nested("DE"))
                .build();
        assertThat(Databases.facts("1.2.3.4", DatabaseKind.COUNTRY, bytes).country())
                .isEqualTo("DE");
        assertThat(Databases.facts("::1", DatabaseKind.COUNTRY, bytes)).isSameAs(GeoFacts.UNKNOWN);
    }

    @Test
    void recordAboveTheIpv4TreeCoversAllOfIt() throws Exception {
        byte[] bytes = new MmdbWriter("Test-Country")
                .put("::/8", Databases.nested("DE"))
                .build();
        assertThat(Databases.facts("1.2.3.4", DatabaseKind.COUNTRY, bytes).country())
                .isEqualTo("DE");
        assertThat(Databases.facts("2001:db8::", DatabaseKind.COUNTRY, bytes)).isSameAs(GeoFacts.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3_000, 600_000})
    void pointersOfEveryWidthLeadToTheirStrings(int padding) throws Exception {
        byte[] bytes = new MmdbWriter("Test-ASN", 32, 6)
                .pad(new byte[padding])
                .put(
                        "192.0.2.0/24",
                        Map.of("autonomous_system_organization", "Example Net", "autonomous_system_number", 7L))
                .put(
                        "198.51.100.0/24",
                        Map.of("autonomous_system_organization", "Example Net", "autonomous_system_number", 8L))
                .build();
        assertThat(Databases.facts("198.51.100.1", DatabaseKind.ASN, bytes))
                .isEqualTo(new GeoFacts(null, 8, "Example Net", Set.of()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 28, 29, 284, 285, 65_820, 65_821, 100_000})
    void valuesOfEveryLengthAreSkipped(int length) throws Exception {
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("before", "x".repeat(length));
        record.put("list", List.of(1, true, 2.5, List.of("a"), Map.of("b", new BigInteger("9"))));
        record.put("country_code", "DE");
        byte[] bytes = new MmdbWriter("Test").put("192.0.2.0/24", record).build();
        assertThat(Databases.facts("192.0.2.1", DatabaseKind.COUNTRY, bytes).country())
                .isEqualTo("DE");
    }

    @Test
    void metadataIsReadAsWritten() throws Exception {
        MmdbDatabase database = MmdbDatabase.open(Databases.countries());
        assertThat(database.type()).isEqualTo("Test-Country");
        assertThat(database.buildSeconds()).isEqualTo(1_767_225_600);
        assertThat(database)
                .hasToString("Test-Country of 2026-01-01T00:00:00Z, "
                        + database.metadata().nodeCount() + " nodes");
    }

    @Test
    void metadataWithoutBuildTimeIsAccepted() throws Exception {
        byte[] bytes = new MmdbWriter("Test-Country")
                .claim("build_epoch", BigInteger.ZERO)
                .build();
        assertThat(MmdbDatabase.open(bytes).buildSeconds()).isZero();
    }

    @Test
    void ipv6AddressIsNotLookedUpByItsFirst32Bits() throws Exception {
        byte[] bytes = new MmdbWriter("Test-Country", 32, 4)
                .put("32.1.13.184/32", Databases.nested("DE"))
                .build();
        assertThat(Databases.facts("32.1.13.184", DatabaseKind.COUNTRY, bytes).country())
                .isEqualTo("DE");
        assertThat(Databases.facts("2001:db8::1", DatabaseKind.COUNTRY, bytes)).isSameAs(GeoFacts.UNKNOWN);
    }
}
