package dev.stillgate.geo;

import dev.stillgate.spi.GeoFacts.Anonymiser;
import dev.stillgate.spi.Network;
import dev.stillgate.spi.PolicyException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** The address properties of one {@code deny} or {@code allow} list, as lookup tables. */
final class AddressRules {
    private static final long MAX_ASN = 0xffff_ffffL;

    private final boolean[] countries = new boolean[CountryCode.COUNT];
    private final boolean listsCountries;
    private final long[] asns;
    private final NetworkSet networks;
    private final int anonymisers;

    /**
     * Builds the tables of a part of the policy.
     *
     * @param at the part's path, such as {@code deny} or {@code routes[0].allow}
     * @param failures receives the errors; invalid entries are left out
     */
    AddressRules(GeoRestrictionPolicy.Rules rules, String at, List<PolicyException> failures) {
        List<String> codes = Objects.requireNonNull(rules.countries());
        for (int i = 0; i < codes.size(); i++) {
            int country = CountryCode.ofExisting(codes.get(i));
            if (country != CountryCode.UNKNOWN) {
                countries[country] = true;
            } else {
                failures.add(new PolicyException(
                        at + ".countries[" + i + "]",
                        codes.get(i) + " is not a country code" + CountryCode.suggestion(codes.get(i))
                                + " (expected an ISO 3166-1 alpha-2 code in upper case, such as DE)"));
            }
        }
        this.listsCountries = !codes.isEmpty();
        this.asns = asns(Objects.requireNonNull(rules.asns()), at, failures);
        this.networks = networks(Objects.requireNonNull(rules.networks()), at, failures);
        int kinds = 0;
        for (Anonymiser kind : Objects.requireNonNull(rules.anonymisers())) {
            kinds |= LookupFields.bit(kind);
        }
        this.anonymisers = kinds;
    }

    boolean hasCountry(int country) {
        return country != CountryCode.UNKNOWN && countries[country];
    }

    boolean listsCountries() {
        return listsCountries;
    }

    boolean hasAsn(long asn) {
        return asns.length > 0 && Arrays.binarySearch(asns, asn) >= 0;
    }

    boolean listsAsns() {
        return asns.length > 0;
    }

    boolean hasNetwork(Located at) {
        return networks.contains(at);
    }

    boolean hasAnonymiser(int kinds) {
        return (anonymisers & kinds) != 0;
    }

    /**
     * Returns whether all kinds of an address are listed, or the list is empty. {@link Anonymiser#ANONYMOUS} is the
     * general term and counts only if no other kind is known.
     */
    boolean toleratesAnonymisers(int kinds) {
        int general = LookupFields.bit(Anonymiser.ANONYMOUS);
        int particular = kinds & ~general;
        int counted = particular == 0 ? kinds : particular;
        return anonymisers == 0 || (counted & ~anonymisers) == 0;
    }

    private static long[] asns(List<Long> numbers, String at, List<PolicyException> failures) {
        for (int i = 0; i < numbers.size(); i++) {
            long asn = numbers.get(i);
            if (asn < 1 || asn > MAX_ASN) {
                failures.add(new PolicyException(
                        at + ".asns[" + i + "]",
                        asn + " is no autonomous system; expected a number from 1 to " + MAX_ASN));
            }
        }
        return numbers.stream().mapToLong(Long::longValue).sorted().toArray();
    }

    private static NetworkSet networks(List<String> texts, String at, List<PolicyException> failures) {
        List<Network> networks = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            try {
                networks.add(Network.parse(texts.get(i)));
            } catch (IllegalArgumentException e) {
                failures.add(new PolicyException(at + ".networks[" + i + "]", String.valueOf(e.getMessage())));
            }
        }
        return new NetworkSet(networks);
    }
}
