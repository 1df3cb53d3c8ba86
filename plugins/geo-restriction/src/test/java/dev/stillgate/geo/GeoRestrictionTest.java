package dev.stillgate.geo;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.stillgate.geo.DatabasePool.LocatedCache;
import dev.stillgate.geo.GeoRestrictionPolicy.Route;
import dev.stillgate.geo.GeoRestrictionPolicy.Rules;
import dev.stillgate.geo.GeoRestrictionPolicy.Unknown;
import dev.stillgate.spi.GeoFacts;
import dev.stillgate.spi.GeoFacts.Anonymiser;
import dev.stillgate.spi.GeoRefusal;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeConnection;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FilterHarness;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The filter in the engine's place for it. */
class GeoRestrictionTest {
    private final FilterHarness<GeoRestrictionPolicy> harness = new FilterHarness<>(new GeoRestrictionFactory());
    private final Slot<GeoFacts> facts = harness.context().slot(GeoFacts.SLOT_LABEL, GeoFacts.class);

    @TempDir
    Path folder;

    private GeoRestrictionPolicy.Databases databases;

    @BeforeEach
    void writeDatabases() {
        databases = new GeoRestrictionPolicy.Databases(
                Databases.write(folder, "country.mmdb", Databases.countries()),
                Databases.write(folder, "asn.mmdb", Databases.systems()),
                Databases.write(folder, "anonymous.mmdb", Databases.anonymisers()),
                null,
                Databases.write(folder, "residential.mmdb", Databases.residential()));
    }

    @Test
    void countryIsRefusedInBothAddressFamilies() {
        harness.policy(policy(countries("KP"), null));
        assertThat(refusal("203.0.113.9")).isEqualTo("country-denied");
        assertThat(refusal("2001:db8:1::9")).isEqualTo("country-denied");
        assertThat(refusal("198.51.100.9")).isNull();
        assertThat(refusal("2001:db8:2::9")).isNull();
        assertThat(refusal("9.9.9.9")).isNull();
        assertThat(harness.context().count("stillgate.geo.matches", "code", "country-denied"))
                .isEqualTo(2);
        assertThat(harness.context().count("stillgate.geo.matches", "code", "asn-denied"))
                .isZero();
    }

    @Test
    void translatedAddressIsThatOfItsIpv4Client() {
        harness.policy(policy(countries("KP"), null));
        assertThat(refusal("64:ff9b::203.0.113.9")).isEqualTo("country-denied");
        assertThat(refusal("64:ff9b::198.51.100.9")).isNull();
        assertThat(factsOf("64:ff9b::198.51.100.9").country()).isEqualTo("DE");
        assertThat(factsOf("64:ff9b:0:0:0:1:198.51.100.9").country())
                .as("not translated")
                .isNull();
        harness.policy(policy(new Rules(null, null, List.of("203.0.113.0/24"), null), null));
        assertThat(refusal("64:ff9b::203.0.113.9")).isEqualTo("network-denied");
        assertThat(refusal("64:ff9b::198.51.100.9")).isNull();
        harness.policy(policy(new Rules(null, null, List.of("64:ff9b::/96"), null), null));
        assertThat(refusal("64:ff9b::198.51.100.9")).isEqualTo("network-denied");
        assertThat(refusal("198.51.100.9")).isNull();
    }

    @Test
    void refusalIsOneInstance() {
        harness.policy(policy(countries("KP"), null));
        assertThat(harness.request(harness.exchange().at("203.0.113.9")))
                .isSameAs(harness.request(harness.exchange().at("203.0.113.10")));
    }

    @Test
    void factsOfAllDatabasesAreStoredForLaterFilters() {
        harness.policy(policy(null, null));
        assertThat(factsOf("198.51.100.9"))
                .isEqualTo(new GeoFacts(
                        "DE", 64_501, "Example Net", Set.of(Anonymiser.ANONYMOUS, Anonymiser.ANONYMOUS_VPN)));
        assertThat(factsOf("192.0.2.7"))
                .isEqualTo(
                        new GeoFacts("FR", 64_502, null, Set.of(Anonymiser.ANONYMOUS, Anonymiser.RESIDENTIAL_PROXY)));
        assertThat(factsOf("9.9.9.9")).isSameAs(GeoFacts.UNKNOWN);
    }

    @Test
    void refusedRequestHasFactsToo() {
        harness.policy(policy(countries("KP"), null));
        FakeExchange exchange = harness.exchange().at("203.0.113.9");
        harness.request(exchange);
        assertThat(exchange.get(facts)).isEqualTo(new GeoFacts("KP", 64_500, null, Set.of()));
    }

    @Test
    @DisplayName("newcomer F13: a refusal leaves what is known of the address and which databases said so")
    void refusalStoresItsFacts() {
        Slot<GeoRefusal> refused = harness.context().slot(GeoRefusal.SLOT_LABEL, GeoRefusal.class);
        harness.policy(policy(countries("KP"), null));
        FakeExchange exchange = harness.exchange().at("203.0.113.9");
        harness.request(exchange);
        GeoRefusal refusal = exchange.get(refused);
        assertThat(refusal.facts()).isEqualTo(exchange.get(facts));
        assertThat(refusal.databases().split(", ")).hasSize(4).allMatch(name -> name.matches("\\S+( [0-9-]{10})?"));
        FakeExchange allowed = harness.exchange().at("198.51.100.9");
        harness.request(allowed);
        assertThat(allowed.get(refused)).isNull();
    }

    @Test
    void factsOfAnotherFilterStayWithoutDatabases() {
        Rules deny = new Rules(null, null, List.of("203.0.113.0/24"), null);
        harness.policy(new GeoRestrictionPolicy(null, deny, null, null, null, null, null));
        FakeExchange exchange = harness.exchange().at("203.0.113.9");
        GeoFacts others = new GeoFacts("KP", 0, null, Set.of());
        exchange.set(facts, others);
        assertThat(harness.request(exchange)).isSameAs(RefusalReason.NETWORK_DENIED.verdict());
        assertThat(exchange.get(facts)).isSameAs(others);
    }

    @Test
    void privateAddressHasNoCountry() {
        harness.policy(new GeoRestrictionPolicy(databases, null, null, null, Unknown.DENY, null, null));
        assertThat(refusal("127.0.0.1")).isEqualTo("unknown-denied");
        assertThat(refusal("10.0.0.1")).isEqualTo("unknown-denied");
        assertThat(refusal("::1")).isEqualTo("unknown-denied");
        Rules allow = new Rules(null, null, List.of("127.0.0.0/8", "::1"), null);
        harness.policy(new GeoRestrictionPolicy(databases, null, allow, null, Unknown.DENY, null, null));
        assertThat(refusal("127.0.0.1")).isNull();
        assertThat(refusal("::1")).isNull();
        assertThat(refusal("10.0.0.1")).isEqualTo("unknown-denied");
    }

    @Test
    void routeRulesReplaceTheGeneralRules() {
        List<Route> routes = List.of(
                new Route("/v1/", null, countries("DE"), null),
                new Route("/v1/messages/", countries("FR"), null, Unknown.DENY),
                new Route("/open/", null, null, null));
        harness.policy(new GeoRestrictionPolicy(databases, countries("KP"), null, routes, null, null, null));
        assertThat(refusal("203.0.113.9", "/other/")).isEqualTo("country-denied");
        assertThat(refusal("203.0.113.9", "/open/")).isNull();
        assertThat(refusal("203.0.113.9", "/v1/")).isEqualTo("not-allowed");
        assertThat(refusal("203.0.113.9", "/v1/chat/")).isEqualTo("not-allowed");
        assertThat(refusal("203.0.113.9", "/v1/messages/batches/")).isNull();
        assertThat(refusal("192.0.2.9", "/v1/messages/batches/")).isEqualTo("country-denied");
        assertThat(refusal("9.9.9.9", "/v1/messages/")).isEqualTo("unknown-denied");
        assertThat(refusal("9.9.9.9", "/v1/")).isNull();
    }

    @Test
    void addressIsLookedUpOncePerConnection() {
        harness.policy(policy(countries("KP"), null));
        FakeConnection connection = new FakeConnection("203.0.113.9");
        for (int i = 0; i < 10; i++) {
            assertThat(harness.request(harness.exchange().on(connection)))
                    .isSameAs(RefusalReason.COUNTRY_DENIED.verdict());
        }
        assertThat(count("stillgate.geo.lookups")).isEqualTo(1);
        assertThat(hits("connection")).isEqualTo(9);
        assertThat(hits("address")).isZero();
    }

    @Test
    void addressesOfOneConnectionAreLookedUpOnceEach() {
        harness.policy(policy(countries("KP"), null));
        FakeConnection proxy = new FakeConnection("10.0.0.1");
        for (int round = 0; round < 5; round++) {
            for (String address : List.of("203.0.113.9", "198.51.100.9", "192.0.2.9")) {
                Verdict verdict = harness.request(harness.exchange().on(proxy).forwardedFor(address));
                assertThat(verdict)
                        .isSameAs(address.startsWith("203") ? RefusalReason.COUNTRY_DENIED.verdict() : Verdict.ALLOW);
            }
        }
        assertThat(count("stillgate.geo.lookups")).isEqualTo(3);
        assertThat(hits("address")).isEqualTo(12);
    }

    @Test
    void reloadReadsNoUnchangedDatabase() {
        harness.policy(policy(countries("KP"), null));
        FakeConnection connection = new FakeConnection("203.0.113.9");
        harness.request(harness.exchange().on(connection));
        harness.policy(policy(countries("DE"), null));
        assertThat(harness.request(harness.exchange().on(connection))).isSameAs(Verdict.ALLOW);
        assertThat(count("stillgate.geo.lookups")).isEqualTo(1);
        assertThat(hits("connection")).isEqualTo(1);
    }

    @Test
    void reloadWithOtherDatabasesLooksUpAgain() {
        harness.policy(policy(countries("KP"), null));
        FakeConnection connection = new FakeConnection("203.0.113.9");
        harness.request(harness.exchange().on(connection));
        databases = new GeoRestrictionPolicy.Databases(databases.country(), null, null, null, null);
        harness.policy(policy(countries("KP"), null));
        FakeExchange exchange = harness.exchange().on(connection);
        harness.request(exchange);
        assertThat(exchange.get(facts)).isEqualTo(new GeoFacts("KP", 0, null, Set.of()));
    }

    @Test
    void addressCacheIsBounded() {
        LocatedCache cache = new LocatedCache(4);
        DatabaseSet snapshot = new DatabaseSet(1, List.of());
        int kept = 0;
        for (int i = 0; i < 1_000; i++) {
            cache.put(snapshot.locate(address(i)));
        }
        for (int i = 0; i < 1_000; i++) {
            Located located = cache.get(address(i), 1);
            assertThat(located == null || located.address().equals(address(i))).isTrue();
            kept += located == null ? 0 : 1;
            assertThat(cache.get(address(i), 2)).isNull();
        }
        assertThat(kept).isBetween(8, 16);
    }

    @Test
    void cacheHitAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Rules deny = new Rules(List.of("KP"), List.of(1L), List.of("10.0.0.0/8"), List.of(Anonymiser.TOR_EXIT_NODE));
        harness.policy(policy(deny, null));
        GeoRestriction filter = (GeoRestriction) harness.filter();
        FakeExchange direct = harness.exchange().at("203.0.113.9");
        FakeConnection proxy = new FakeConnection("10.0.0.1");
        FakeExchange one = harness.exchange().on(proxy).forwardedFor("198.51.100.9");
        FakeExchange other = harness.exchange().on(proxy).forwardedFor("2001:db8:2::9");
        int rounds = 20_000;
        long allocated = Long.MAX_VALUE;
        for (int warm = 0; warm < 3; warm++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < rounds; i++) {
                filter.onRequest(direct);
                filter.onRequest(one);
                filter.onRequest(other);
            }
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(allocated).isLessThan(rounds); // far less than a byte for each
    }

    private static InetAddress address(int number) {
        return InetAddress.ofLiteral("10.0." + number / 256 + "." + number % 256);
    }

    private GeoRestrictionPolicy policy(Rules deny, Rules allow) {
        return new GeoRestrictionPolicy(databases, deny, allow, null, null, null, null);
    }

    private static Rules countries(String... codes) {
        return new Rules(List.of(codes), null, null, null);
    }

    private GeoFacts factsOf(String address) {
        FakeExchange exchange = harness.exchange().at(address);
        assertThat(harness.request(exchange)).isSameAs(Verdict.ALLOW);
        return exchange.get(facts);
    }

    private String refusal(String address) {
        return refusal(address, "/v1/");
    }

    private String refusal(String address, String route) {
        Verdict verdict = harness.request(harness.exchange().at(address).routed(route));
        return verdict instanceof Verdict.Reject reject ? reject.code() : null;
    }

    private long hits(String cache) {
        return harness.context().count("stillgate.geo.cache.hits", "cache", cache);
    }

    private long count(String name) {
        return harness.context().count(name);
    }
}
