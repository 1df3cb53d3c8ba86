package dev.stillgate.geo;

import static org.assertj.core.api.Assertions.assertThat;

import com.maxmind.db.Reader;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The GeoLite2 databases of 2019, with MaxMind's reader as the judge. */
@Tag("slow")
class RealDatabaseTest {
    private static final int ADDRESSES = 20_000;

    @Test
    void countriesMatchTheReferenceReader() throws Exception {
        int known = compare("GeoLite2-Country.mmdb", DatabaseKind.COUNTRY);
        assertThat(known).isGreaterThan(ADDRESSES / 4);
    }

    @Test
    void cityDatabaseCountriesMatchTheReferenceReader() throws Exception {
        int known = compare("GeoLite2-City.mmdb", DatabaseKind.COUNTRY);
        assertThat(known).isGreaterThan(ADDRESSES / 4);
    }

    @Test
    void asnsMatchTheReferenceReader() throws Exception {
        int known = compare("GeoLite2-ASN.mmdb", DatabaseKind.ASN);
        assertThat(known).isGreaterThan(ADDRESSES / 4);
    }

    @Test
    void addressesWithoutACountryHaveNone() throws Exception {
        byte[] bytes = Databases.real("GeoLite2-Country.mmdb");
        MmdbDatabase file = DatabaseProbe.check(DatabaseKind.COUNTRY, bytes);
        for (String address : new String[] {"127.0.0.1", "10.1.2.3", "192.168.0.1", "::1", "fe80::1", "fd00::1"}) {
            assertThat(Databases.ask(address, DatabaseKind.COUNTRY, file)
                            .facts()
                            .country())
                    .as(address)
                    .isNull();
        }
    }

    private static int compare(String name, DatabaseKind kind) throws Exception {
        byte[] bytes = Databases.real(name);
        MmdbDatabase file = DatabaseProbe.check(kind, bytes);
        Random random = new Random(2019);
        int known = 0;
        try (Reader reference = new Reader(new ByteArrayInputStream(bytes))) {
            for (int i = 0; i < ADDRESSES; i++) {
                InetAddress address = InetAddress.getByAddress(random(random, i % 2 == 0 ? 4 : 16));
                Located found = Databases.ask(address.getHostAddress(), kind, file);
                Map<?, ?> record = reference.get(address, Map.class);
                if (kind == DatabaseKind.COUNTRY) {
                    assertThat(found.facts().country()).as("%s", address).isEqualTo(country(record));
                    known += found.facts().country() == null ? 0 : 1;
                } else {
                    assertThat(found.facts().asn()).as("%s", address).isEqualTo(number(record));
                    assertThat(found.facts().network()).as("%s", address).isEqualTo(name(record));
                    known += found.facts().asn() == 0 ? 0 : 1;
                }
            }
        }
        return known;
    }

    /** Half of IPv6 addresses are drawn from 2000::/3 with few bits set below, where networks are. */
    private static byte[] random(Random random, int length) {
        byte[] address = new byte[length];
        random.nextBytes(address);
        if (length == 16) {
            address[0] = (byte) (0x20 + random.nextInt(12));
        }
        return address;
    }

    private static String country(Map<?, ?> record) {
        if (record == null) {
            return null;
        }
        Object code = record.get("country") instanceof Map<?, ?> country ? country.get("iso_code") : null;
        Map<?, ?> registered = (Map<?, ?>) record.get("registered_country");
        return (String) (code == null && registered != null ? registered.get("iso_code") : code);
    }

    private static long number(Map<?, ?> record) {
        return record == null ? 0 : ((Number) record.get("autonomous_system_number")).longValue();
    }

    private static String name(Map<?, ?> record) {
        return record == null ? null : (String) record.get("autonomous_system_organization");
    }
}
