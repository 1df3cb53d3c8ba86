package dev.stillgate.geo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.spi.GeoFacts;
import dev.stillgate.spi.GeoFacts.Anonymiser;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The schemas of the five kinds of database. */
class DatabaseKindTest {
    private static final Map<String, Object> NOTHING = Map.of("note", "says nothing of use");

    @Test
    void countryIsReadInEachSchema() throws Exception {
        assertThat(country(Databases.nested("DE"))).isEqualTo("DE");
        assertThat(country(Map.of("country", Map.of("iso_code", "DE"), "registered_country", Map.of("iso_code", "FR"))))
                .isEqualTo("DE");
        assertThat(country(Map.of("registered_country", Map.of("iso_code", "FR"))))
                .isEqualTo("FR");
        assertThat(country(Map.of("country", Map.of("geoname_id", 1L), "registered_country", Map.of("iso_code", "FR"))))
                .isEqualTo("FR");
        assertThat(country(Map.of("country_code", "US"))).isEqualTo("US");
        assertThat(country(Map.of("country_code", "us"))).isEqualTo("US");
        assertThat(country(Map.of("country", "GB"))).isEqualTo("GB");
        assertThat(country(Map.of("country", "United Kingdom", "country_code", "GB")))
                .isEqualTo("GB");
    }

    @Test
    void invalidCountryIsUnknown() throws Exception {
        assertThat(country(Map.of())).isNull();
        assertThat(country(NOTHING)).isNull();
        assertThat(country(Map.of("country_code", "ZZ"))).isNull();
        assertThat(country(Map.of("country_code", ""))).isNull();
        assertThat(country(Map.of("country_code", "DEU"))).isNull();
        assertThat(country(Map.of("country_code", "1A"))).isNull();
        assertThat(country(Map.of("continent", Map.of("iso_code", "EU")))).isNull();
    }

    @Test
    void countryOfAnotherTypeIsCorrupt() {
        for (Object value : List.of(7L, true, List.of("DE"), Map.of("iso_code", 7L))) {
            assertThatThrownBy(() -> country(Map.of("country", value)))
                    .isInstanceOf(MmdbException.class)
                    .hasMessageContaining("cannot be read");
        }
    }

    @Test
    void asnIsReadInBothSchemas() throws Exception {
        assertThat(system(Map.of("autonomous_system_number", 4_294_967_295L, "autonomous_system_organization", "A")))
                .isEqualTo(new GeoFacts(null, 4_294_967_295L, "A", Set.of()));
        assertThat(system(Map.of("asn", "AS64496", "as_name", "B")))
                .isEqualTo(new GeoFacts(null, 64_496, "B", Set.of()));
        assertThat(system(Map.of("asn", "as64496")).asn()).isEqualTo(64_496);
        assertThat(system(Map.of("asn", "64496")).asn()).isEqualTo(64_496);
        assertThat(system(Map.of("asn", 64_496L)).asn()).isEqualTo(64_496);
        assertThat(system(Map.of("asn", BigInteger.TEN)).asn()).isEqualTo(10);
        assertThat(system(Map.of("asn", "none"))).isSameAs(GeoFacts.UNKNOWN);
        assertThat(system(Map.of("asn", ""))).isSameAs(GeoFacts.UNKNOWN);
    }

    @Test
    void asnAbove32BitsIsCorrupt() {
        assertThatThrownBy(() -> system(Map.of("asn", new BigInteger("4294967296"))))
                .isInstanceOf(MmdbException.class)
                .hasMessageContaining("32 bits");
        assertThatThrownBy(() -> system(Map.of("asn", new BigInteger("18446744073709551615"))))
                .isInstanceOf(MmdbException.class)
                .hasMessageContaining("32 bits");
        assertThatThrownBy(() -> system(Map.of("asn", "-1"))).isInstanceOf(MmdbException.class);
        assertThatThrownBy(() -> system(Map.of("asn", true))).isInstanceOf(MmdbException.class);
        assertThatThrownBy(() -> system(Map.of("asn", Map.of("a", List.of(1))))).isInstanceOf(MmdbException.class);
    }

    @Test
    void unloggableNameIsLeftOut() throws Exception {
        assertThat(system(Map.of("asn", 1L, "as_name", "a\nb")).network()).isNull();
        assertThat(system(Map.of("asn", 1L, "as_name", "x".repeat(257))).network())
                .isNull();
        assertThat(system(Map.of("asn", 1L, "as_name", "x".repeat(256))).network())
                .hasSize(256);
    }

    @Test
    void flagIsAKindOfAnonymiser() throws Exception {
        for (Anonymiser kind : Anonymiser.values()) {
            Map<String, Object> record = Map.of("is_" + kind.name().toLowerCase(Locale.ROOT), true);
            for (DatabaseKind place : Set.of(DatabaseKind.ANONYMOUS_IP, DatabaseKind.ANONYMOUS_PLUS)) {
                assertThat(facts(place, "Test", record).anonymisers()).containsExactly(kind);
            }
        }
        assertThat(facts(DatabaseKind.ANONYMOUS_IP, "Test", Map.of("is_anonymous", false)))
                .isSameAs(GeoFacts.UNKNOWN);
    }

    @Test
    void recordMarksAResidentialProxy() throws Exception {
        assertThat(facts(DatabaseKind.RESIDENTIAL_PROXY, "Test-Residential-Proxy", Map.of("provider_name", "x"))
                        .anonymisers())
                .containsExactlyInAnyOrder(Anonymiser.ANONYMOUS, Anonymiser.RESIDENTIAL_PROXY);
        assertThat(facts(DatabaseKind.RESIDENTIAL_PROXY, "Test-Residential-Proxy", Map.of()))
                .isSameAs(GeoFacts.UNKNOWN);
    }

    @Test
    void databaseOfAnotherKindIsRefused() {
        refuses(DatabaseKind.COUNTRY, Databases.systems(), "without any record that names a country");
        refuses(DatabaseKind.ASN, Databases.countries(), "without any record that names an autonomous system");
        refuses(DatabaseKind.ANONYMOUS_IP, Databases.countries(), "without any record that names an anonymiser");
        refuses(DatabaseKind.ANONYMOUS_PLUS, Databases.residential(), "without any record that names an anonymiser");
        refuses(DatabaseKind.RESIDENTIAL_PROXY, Databases.anonymisers(), "Test-Anonymous-IP, which is of another kind");
    }

    private static void refuses(DatabaseKind kind, byte[] bytes, String because) {
        assertThatThrownBy(() -> DatabaseProbe.check(kind, bytes))
                .isInstanceOf(MmdbException.class)
                .hasMessageContaining(because);
    }

    private static String country(Map<String, Object> record) throws MmdbException {
        return facts(DatabaseKind.COUNTRY, "Test", record).country();
    }

    private static GeoFacts system(Map<String, Object> record) throws MmdbException {
        return facts(DatabaseKind.ASN, "Test", record);
    }

    /** Asks for a record that stands beside one that says everything, so that the probe is content. */
    private static GeoFacts facts(DatabaseKind kind, String type, Map<String, Object> record) throws MmdbException {
        byte[] bytes = new MmdbWriter(type)
                .put("198.51.100.0/24", Map.of("country_code", "SE", "asn", 1L, "is_anonymous", true))
                .put("192.0.2.0/24", record)
                .build();
        return Databases.facts("192.0.2.1", kind, bytes);
    }
}
