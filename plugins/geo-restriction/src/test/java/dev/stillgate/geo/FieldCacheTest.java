package dev.stillgate.geo;

import static org.assertj.core.api.Assertions.assertThat;

import com.maxmind.db.Reader;
import dev.stillgate.geo.DatabaseRecords.CountryRecord;
import dev.stillgate.geo.DatabaseRecords.SystemRecord;
import dev.stillgate.geo.MmdbDatabase.FieldCache;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Content of the cache, shown by the values that the reader decodes again. */
class FieldCacheTest {
    private final FieldCache cache = new FieldCache();
    private final AtomicInteger loads = new AtomicInteger();

    @Test
    void countryAndFieldNamesAreDecodedOnce() throws Exception {
        Reader reader = reader(new MmdbWriter("Test")
                .put("198.51.100.0/24", Databases.nested("DE"))
                .put("192.0.2.0/24", Map.of("country", Databases.nested("DE").get("country"))));
        for (int i = 0; i < 3; i++) {
            CountryRecord record = reader.get(InetAddress.ofLiteral("192.0.2.1"), CountryRecord.class);
            assertThat(CountryCode.text(record.number())).isEqualTo("DE");
        }
        assertThat(loads).hasValue(2); // "country" and its value
    }

    @Test
    void longValueIsNotKept() throws Exception {
        Reader reader = reader(new MmdbWriter("Test")
                .put("198.51.100.0/24", Map.of("as_name", "Example Net"))
                .put("192.0.2.0/24", Map.of("as_name", "Example Net", "asn", 7L)));
        for (int i = 0; i < 3; i++) {
            assertThat(reader.get(InetAddress.ofLiteral("192.0.2.1"), SystemRecord.class)
                            .name())
                    .isEqualTo("Example Net");
        }
        assertThat(loads).hasValue(1 + 3); // the name of the field once, the name each time
    }

    @Test
    void cacheIsBounded() throws Exception {
        int countries = 3_000;
        MmdbWriter writer = new MmdbWriter("Test");
        for (int i = 0; i < countries; i++) {
            Map<String, Object> country = Map.of("iso_code", "DE", "geoname_id", (long) i);
            writer.put("198.18.0.0/32", Map.of("country", country));
            writer.put(address(i) + "/32", Map.of("country", country, "other", i));
        }
        Reader reader = reader(writer);
        for (int pass = 0; pass < 2; pass++) {
            loads.set(0);
            for (int i = 0; i < countries; i++) {
                assertThat(reader.get(InetAddress.ofLiteral(address(i)), CountryRecord.class))
                        .isNotNull();
            }
        }
        int decodedAgain = loads.get() / 2; // the country and its code, which is a value
        assertThat(decodedAgain).isBetween(countries - 1024, countries - 1000);
    }

    private static String address(int i) {
        return "192.0." + (i >>> 8) + "." + (i & 0xff);
    }

    private Reader reader(MmdbWriter writer) throws Exception {
        Reader reader = new Reader(
                new ByteArrayInputStream(writer.build()),
                (key, loader) -> cache.get(key, wanted -> {
                    loads.incrementAndGet();
                    return loader.load(wanted);
                }));
        loads.set(0);
        return reader;
    }
}
