package dev.stillgate.geo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.stillgate.geo.GeoRestrictionFactory.DatabaseAge;
import dev.stillgate.geo.GeoRestrictionPolicy.Route;
import dev.stillgate.geo.GeoRestrictionPolicy.Rules;
import dev.stillgate.geo.GeoRestrictionPolicy.Unknown;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.GeoFacts.Anonymiser;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.testkit.FilterHarness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Policies that cannot be carried out, each refused at its key. */
@Isolated("listens to a logger of the whole JVM")
class GeoRestrictionFactoryTest {
    @TempDir
    Path folder;

    private Path countries;
    private Path systems;
    private Path anonymisers;
    private Path residential;

    @BeforeEach
    void writeDatabases() {
        countries = Databases.write(folder, "country.mmdb", Databases.countries());
        systems = Databases.write(folder, "asn.mmdb", Databases.systems());
        anonymisers = Databases.write(folder, "anonymous.mmdb", Databases.anonymisers());
        residential = Databases.write(folder, "residential.mmdb", Databases.residential());
    }

    @Test
    void factoryIsFoundByItsType() {
        List<String> types = new ArrayList<>();
        for (FilterFactory<?> factory : ServiceLoader.load(FilterFactory.class)) {
            types.add(factory.type());
        }
        assertThat(types).contains("geo-restriction");
    }

    @Test
    void omittedKeysHaveDefaults() {
        GeoRestrictionPolicy policy = new GeoRestrictionPolicy(null, null, null, null, null, null, null);
        assertThat(policy.unknown()).isEqualTo(Unknown.ALLOW);
        assertThat(policy.reload()).isEqualTo(Duration.ofSeconds(30));
        assertThat(policy.deny()).isEqualTo(new Rules(List.of(), List.of(), List.of(), List.of()));
        assertThat(policy.routes()).isEmpty();
        assertThatThrownBy(() -> new GeoRestrictionPolicy(null, null, null, null, null, Duration.ofMillis(999), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1s");
        assertThatThrownBy(() -> new Route("v1", null, null, null)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ruleRequiresItsDatabase() {
        refused(none(), countries("KP"), null, "databases.country", "deny.countries needs a database");
        refused(none(), null, countries("DE"), "databases.country", "allow.countries");
        refused(none(), asns(7), null, "databases.asn", "deny.asns");
        refused(none(), null, asns(7), "databases.asn", "allow.asns");
        refused(none(), kinds(Anonymiser.ANONYMOUS_VPN), null, "databases.anonymousIp", "deny.anonymisers");
        refused(
                databases(null, null, null, residential),
                kinds(Anonymiser.TOR_EXIT_NODE),
                null,
                "databases.anonymousIp",
                "deny.anonymisers");
        refused(
                new GeoRestrictionPolicy(none(), null, null, null, Unknown.DENY, null, null),
                "databases.country",
                "unknown: deny");
        Route route = new Route("/v1/", null, countries("DE"), null);
        refused(
                new GeoRestrictionPolicy(none(), null, null, List.of(route), null, null, null),
                "databases.country",
                "routes[0].allow.countries");
    }

    @Test
    void ruleWithItsDatabaseIsAccepted() {
        accepted(databases(null, null, null, residential), kinds(Anonymiser.RESIDENTIAL_PROXY, Anonymiser.ANONYMOUS));
        accepted(databases(null, null, anonymisers, null), kinds(Anonymiser.values()));
        accepted(databases(countries, null, null, null), countries("KP", "XK"));
        accepted(databases(null, systems, null, null), asns(1, 4_294_967_295L));
        accepted(none(), new Rules(null, null, List.of("10.0.0.0/8"), null));
    }

    @Test
    void invalidEntryIsRefusedAtItsKey() {
        GeoRestrictionPolicy.Databases all = databases(countries, systems, anonymisers, residential);
        refused(all, countries("KP", "UK"), null, "deny.countries[1]", "UK is not a country code, did you mean GB?");
        refused(
                all,
                null,
                countries("de"),
                "allow.countries[0]",
                "de is not a country code, did you mean DE? (expected");
        refused(
                all,
                countries("XX"),
                null,
                "deny.countries[0]",
                "XX is not a country code (expected an ISO 3166-1 alpha-2 code in upper case");
        refused(all, countries("Germany"), null, "deny.countries[0]", "Germany");
        refused(all, asns(7, 0), null, "deny.asns[1]", "0 is no autonomous system");
        refused(all, asns(4_294_967_296L), null, "deny.asns[0]", "4294967296");
        Rules networks = new Rules(null, null, List.of("10.0.0.0/8", "10.0.0.1/8"), null);
        refused(all, networks, null, "deny.networks[1]", "bits set after its prefix");
        Route route = new Route("/v1/", countries("ZZ"), null, null);
        refused(
                new GeoRestrictionPolicy(all, null, null, List.of(route), null, null, null),
                "routes[0].deny.countries[0]",
                "ZZ");
        Route again = new Route("/v1/", null, null, null);
        refused(
                new GeoRestrictionPolicy(all, null, null, List.of(again, again), null, null, null),
                "routes[1].path",
                "is listed twice");
    }

    @Test
    void unreadableDatabaseIsRefusedAtItsKey() throws IOException {
        Path missing = folder.resolve("none.mmdb");
        refused(databases(missing, null, null, null), null, null, "databases.country", "the file does not exist");
        refused(databases(folder, null, null, null), null, null, "databases.country", "not a regular file");
        Path text = Files.writeString(folder.resolve("text.mmdb"), "no database");
        refused(databases(null, text, null, null), null, null, "databases.asn", "the metadata is missing");
        refused(databases(null, null, text, null), null, null, "databases.anonymousIp", "the metadata is missing");
        refused(databases(null, null, null, text), null, null, "databases.residentialProxy", "the metadata is missing");
        refused(databases(systems, null, null, null), null, null, "databases.country", "without any record that");
    }

    @Test
    @DisplayName("newcomer B7: everything that is wrong with a policy is refused at once")
    void allFailures() {
        Path country = folder.resolve("gone-country.mmdb");
        Path asn = folder.resolve("gone-asn.mmdb");
        Rules deny = new Rules(List.of("UK", "KP", "ZZ"), List.of(0L), List.of("10.0.0.1/8"), null);
        assertThatThrownBy(() -> new FilterHarness<>(new GeoRestrictionFactory())
                        .policy(new GeoRestrictionPolicy(
                                databases(country, asn, null, null), deny, null, null, null, null, null)))
                .isInstanceOfSatisfying(
                        PolicyException.class,
                        e -> assertThat(e.all())
                                .extracting(PolicyException::at)
                                .containsExactly(
                                        "deny.countries[0]",
                                        "deny.countries[2]",
                                        "deny.asns[0]",
                                        "deny.networks[0]",
                                        "databases.country",
                                        "databases.asn"));
    }

    @Test
    @DisplayName("newcomer F4: a database that is missing is refused with advice on where it comes from")
    void whereFrom() {
        refused(
                databases(folder.resolve("gone.mmdb"), null, null, null),
                null,
                null,
                "databases.country",
                "gone.mmdb: the file does not exist; GeoLite2 is free with an account at maxmind.com");
    }

    @Test
    @DisplayName("newcomer F4: a database that is older than oldAfter is warned of")
    void age() throws IOException {
        DatabaseFile file = new DatabasePool().open(DatabaseKind.COUNTRY, countries);
        long built = file.good().buildSeconds() * 1000;
        long day = Duration.ofDays(1).toMillis();
        DatabaseAge standard = age(null);
        assertThat(standard.warning(file, built + 90 * day)).isNull();
        assertThat(standard.warning(file, built + 91 * day))
                .startsWith(countries + " was built on ")
                .contains("91 days ago", "geoipupdate");
        assertThat(age(Duration.ofDays(7)).warning(file, built + 8 * day)).isNotNull();
        assertThat(age(Duration.ZERO).warning(file, built + 10_000 * day))
                .as("off")
                .isNull();
    }

    @Test
    void oldDatabaseIsReportedAtTheStartWhenReplacedAndOnceADay() throws IOException {
        List<String> warnings = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                warnings.add(new SimpleFormatter().formatMessage(record));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger(DatabaseAge.class.getName());
        logger.addHandler(handler);
        try {
            FilterHarness<GeoRestrictionPolicy> harness = new FilterHarness<>(new GeoRestrictionFactory());
            harness.ticker().jumpWallClock(Duration.ofDays(3_650));
            harness.policy(new GeoRestrictionPolicy(
                    databases(countries, null, null, null), null, null, null, null, null, null));
            harness.ticker().advance(Duration.ofMinutes(1));
            assertThat(warnings).singleElement(STRING).startsWith("country database " + countries + " was built on ");
            harness.ticker().advance(Duration.ofHours(23));
            assertThat(warnings).hasSize(1);
            harness.ticker().advance(Duration.ofHours(2));
            assertThat(warnings).hasSize(2);
        } finally {
            logger.removeHandler(handler);
        }
    }

    private static DatabaseAge age(Duration oldAfter) {
        return new DatabaseAge(new GeoRestrictionPolicy(null, null, null, null, null, null, oldAfter));
    }

    @Test
    @DisplayName("newcomer B7: two filters with one database file read it once")
    void sharedFile() throws IOException {
        DatabaseFile first = new DatabasePool().open(DatabaseKind.COUNTRY, countries);
        assertThat(new DatabasePool().open(DatabaseKind.COUNTRY, countries)).isSameAs(first);
        Files.writeString(countries, "no database");
        assertThatThrownBy(() -> new DatabasePool().open(DatabaseKind.COUNTRY, countries))
                .as("a filter without good content of its own")
                .hasMessageContaining("the metadata is missing");
        assertThat(first.stale()).isTrue();
    }

    private static void accepted(GeoRestrictionPolicy.Databases databases, Rules deny) {
        var harness = new FilterHarness<>(new GeoRestrictionFactory());
        harness.policy(new GeoRestrictionPolicy(databases, deny, null, null, null, null, null));
        assertThat(harness.filter()).isInstanceOf(GeoRestriction.class);
    }

    private static void refused(
            GeoRestrictionPolicy.Databases databases, Rules deny, Rules allow, String at, String because) {
        refused(new GeoRestrictionPolicy(databases, deny, allow, null, null, null, null), at, because);
    }

    private static void refused(GeoRestrictionPolicy policy, String at, String because) {
        assertThatThrownBy(() -> new FilterHarness<>(new GeoRestrictionFactory()).policy(policy))
                .isInstanceOfSatisfying(PolicyException.class, e -> {
                    assertThat(e.at()).isEqualTo(at);
                    assertThat(e).hasMessageContaining(because);
                });
    }

    private static GeoRestrictionPolicy.Databases none() {
        return databases(null, null, null, null);
    }

    private static GeoRestrictionPolicy.Databases databases(Path country, Path asn, Path anonymous, Path residential) {
        return new GeoRestrictionPolicy.Databases(country, asn, anonymous, null, residential);
    }

    private static Rules countries(String... codes) {
        return new Rules(List.of(codes), null, null, null);
    }

    private static Rules asns(long... numbers) {
        return new Rules(null, Arrays.stream(numbers).boxed().toList(), null, null);
    }

    private static Rules kinds(Anonymiser... kinds) {
        return new Rules(null, null, null, List.of(kinds));
    }
}
