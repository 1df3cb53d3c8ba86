package dev.stillgate.geo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.geo.GeoRestrictionPolicy.Rules;
import dev.stillgate.spi.GeoFacts;
import dev.stillgate.spi.GeoFacts.Anonymiser;
import dev.stillgate.spi.GeoRefusal;
import dev.stillgate.spi.Verdict;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Precedence of rules, in the order of the README. */
class RulesetTest {
    private static final Rules NONE = Rules.NONE;

    @Test
    void requestIsAllowedWithoutRules() {
        assertThat(judge(NONE, NONE, false, "DE", 1)).isNull();
        assertThat(judge(NONE, NONE, false, null, 0)).isNull();
    }

    @Test
    void eachDenyListHasItsCode() {
        assertThat(judge(countries("KP"), NONE, false, "KP", 1)).isEqualTo(RefusalReason.COUNTRY_DENIED);
        assertThat(judge(countries("KP"), NONE, false, "KR", 1)).isNull();
        assertThat(judge(asns(1, 7), NONE, false, "DE", 7)).isEqualTo(RefusalReason.ASN_DENIED);
        assertThat(judge(asns(1, 7), NONE, false, "DE", 2)).isNull();
        assertThat(judge(networks("192.0.2.0/24"), NONE, false, "DE", 1)).isEqualTo(RefusalReason.NETWORK_DENIED);
        assertThat(judge(networks("192.0.3.0/24"), NONE, false, "DE", 1)).isNull();
        assertThat(judge(kinds(Anonymiser.TOR_EXIT_NODE), NONE, false, "DE", 1, Anonymiser.TOR_EXIT_NODE))
                .isEqualTo(RefusalReason.ANONYMISER_DENIED);
        assertThat(judge(kinds(Anonymiser.TOR_EXIT_NODE), NONE, false, "DE", 1, Anonymiser.ANONYMOUS_VPN))
                .isNull();
    }

    @Test
    void narrowestDenyListIsNamed() {
        Rules all = new Rules(List.of("KP"), List.of(7L), List.of("192.0.2.0/24"), List.of(Anonymiser.PUBLIC_PROXY));
        assertThat(judge(all, NONE, false, "KP", 7, Anonymiser.PUBLIC_PROXY)).isEqualTo(RefusalReason.NETWORK_DENIED);
        Rules noNetwork = new Rules(List.of("KP"), List.of(7L), null, List.of(Anonymiser.PUBLIC_PROXY));
        assertThat(judge(noNetwork, NONE, false, "KP", 7, Anonymiser.PUBLIC_PROXY))
                .isEqualTo(RefusalReason.ASN_DENIED);
        assertThat(judge(noNetwork, NONE, false, "KP", 8, Anonymiser.PUBLIC_PROXY))
                .isEqualTo(RefusalReason.ANONYMISER_DENIED);
        assertThat(judge(noNetwork, NONE, false, "KP", 8)).isEqualTo(RefusalReason.COUNTRY_DENIED);
    }

    @Test
    void allowedNetworkTakesPrecedence() {
        Rules deny = new Rules(List.of("KP"), List.of(7L), List.of("192.0.2.0/24"), List.of(Anonymiser.PUBLIC_PROXY));
        Rules allow = new Rules(List.of("DE"), List.of(9L), List.of("192.0.2.1"), List.of(Anonymiser.HOSTING_PROVIDER));
        assertThat(judge(deny, allow, true, "KP", 7, Anonymiser.PUBLIC_PROXY)).isNull();
        assertThat(judge(deny, allow, true, null, 0)).isNull();
    }

    @Test
    void allowedNetworksAloneRefuseNothing() {
        assertThat(judge(NONE, networks("198.51.100.0/24"), false, "DE", 1)).isNull();
    }

    @Test
    void denyTakesPrecedenceOverOtherAllowLists() {
        Rules allow = new Rules(List.of("DE"), List.of(7L), null, List.of(Anonymiser.HOSTING_PROVIDER));
        assertThat(judge(countries("DE"), allow, false, "DE", 7)).isEqualTo(RefusalReason.COUNTRY_DENIED);
        assertThat(judge(asns(7), allow, false, "DE", 7)).isEqualTo(RefusalReason.ASN_DENIED);
        assertThat(judge(kinds(Anonymiser.HOSTING_PROVIDER), allow, false, "DE", 7, Anonymiser.HOSTING_PROVIDER))
                .isEqualTo(RefusalReason.ANONYMISER_DENIED);
    }

    @Test
    void countryAllowListRefusesOtherCountries() {
        assertThat(judge(NONE, countries("DE", "FR"), false, "FR", 1)).isNull();
        assertThat(judge(NONE, countries("DE", "FR"), false, "US", 1)).isEqualTo(RefusalReason.NOT_ALLOWED);
    }

    @Test
    void unknownCountryIsDecidedByUnknown() {
        assertThat(judge(NONE, countries("DE"), false, null, 1)).isNull();
        assertThat(judge(NONE, countries("DE"), true, null, 1)).isEqualTo(RefusalReason.UNKNOWN_DENIED);
        assertThat(judge(countries("KP"), NONE, true, null, 1)).isEqualTo(RefusalReason.UNKNOWN_DENIED);
        assertThat(judge(countries("KP"), NONE, true, "DE", 1)).isNull();
    }

    @Test
    void asnAllowListAddsToTheCountryAllowList() {
        assertThat(judge(NONE, asns(7), false, "US", 7)).isNull();
        assertThat(judge(NONE, asns(7), false, "US", 8)).isEqualTo(RefusalReason.NOT_ALLOWED);
        assertThat(judge(NONE, asns(7), false, null, 8)).isEqualTo(RefusalReason.NOT_ALLOWED);
        Rules both = new Rules(List.of("DE"), List.of(7L), null, null);
        assertThat(judge(NONE, both, false, "US", 7)).isNull();
        assertThat(judge(NONE, both, false, "DE", 8)).isNull();
        assertThat(judge(NONE, both, false, "US", 8)).isEqualTo(RefusalReason.NOT_ALLOWED);
        assertThat(judge(NONE, both, true, null, 7)).isNull();
        assertThat(judge(NONE, both, true, null, 8)).isEqualTo(RefusalReason.UNKNOWN_DENIED);
    }

    @Test
    void anonymiserAllowListRefusesOtherAnonymisersOnly() {
        Rules hosting = kinds(Anonymiser.HOSTING_PROVIDER);
        assertThat(judge(NONE, hosting, false, "DE", 1)).isNull();
        assertThat(judge(NONE, hosting, false, "DE", 1, Anonymiser.ANONYMOUS, Anonymiser.HOSTING_PROVIDER))
                .isNull();
        assertThat(judge(NONE, hosting, false, "DE", 1, Anonymiser.HOSTING_PROVIDER, Anonymiser.ANONYMOUS_VPN))
                .isEqualTo(RefusalReason.NOT_ALLOWED);
        assertThat(judge(NONE, hosting, false, "DE", 1, Anonymiser.ANONYMOUS)).isEqualTo(RefusalReason.NOT_ALLOWED);
        assertThat(judge(NONE, kinds(Anonymiser.ANONYMOUS), false, "DE", 1, Anonymiser.ANONYMOUS))
                .isNull();
    }

    @Test
    void refusalRevealsNoReasonToTheClient() {
        assertThat(Arrays.stream(RefusalReason.values()).map(RefusalReason::code))
                .containsExactly(
                        "network-denied",
                        "asn-denied",
                        "anonymiser-denied",
                        "country-denied",
                        "unknown-denied",
                        "not-allowed");
        assertThat(Arrays.stream(RefusalReason.values())
                        .map(refusal -> refusal.verdict().message()))
                .containsOnly("This service is not available from your network or region.");
        assertThat(Arrays.stream(RefusalReason.values())
                        .map(refusal -> refusal.verdict().kind()))
                .containsOnly(Verdict.Kind.FORBIDDEN_REGION);
    }

    private static RefusalReason judge(
            Rules deny, Rules allow, boolean denyUnknown, String country, long asn, Anonymiser... kinds) {
        int bits = 0;
        for (Anonymiser kind : kinds) {
            bits |= LookupFields.bit(kind);
        }
        int number = country == null ? CountryCode.UNKNOWN : CountryCode.ofExisting(country);
        GeoFacts facts = new GeoFacts(country, asn, null, Set.of(kinds));
        Located at = new Located(
                InetAddress.ofLiteral("192.0.2.1"), 1, true, 0, 0xc000_0201L, number, bits, new GeoRefusal(facts, ""));
        return new Ruleset(
                        new AddressRules(deny, "deny", List.of()),
                        new AddressRules(allow, "allow", List.of()),
                        denyUnknown)
                .judge(at);
    }

    private static Rules countries(String... codes) {
        return new Rules(List.of(codes), null, null, null);
    }

    private static Rules asns(long... numbers) {
        return new Rules(null, Arrays.stream(numbers).boxed().toList(), null, null);
    }

    private static Rules networks(String... texts) {
        return new Rules(null, null, List.of(texts), null);
    }

    private static Rules kinds(Anonymiser... kinds) {
        return new Rules(null, null, null, List.of(kinds));
    }
}
