package dev.stillgate.geo;

import org.jspecify.annotations.Nullable;

/**
 * Compiled rules of a policy or of one of its routes.
 *
 * @param deny addresses to refuse
 * @param allow addresses to allow
 * @param denyUnknown whether to refuse addresses without a known country
 */
record Ruleset(AddressRules deny, AddressRules allow, boolean denyUnknown) {
    /**
     * Decides on an address; allocates nothing. The first rule that applies decides:
     *
     * <ol>
     *   <li>The address is in {@code allow.networks}: allowed.
     *   <li>{@code deny} lists its network, autonomous system, kind of anonymiser, or country: refused.
     *   <li>{@code allow.anonymisers} is not empty and does not list its kind of anonymiser: refused.
     *   <li>{@code allow.asns} lists its autonomous system: allowed.
     *   <li>Its country is unknown: refused if {@code unknown} is {@code deny}, or if {@code allow.asns} is the only
     *       {@code allow} list; otherwise allowed.
     *   <li>{@code allow.countries} is not empty: allowed if it lists the country, otherwise refused.
     *   <li>{@code allow.asns} is not empty: refused.
     *   <li>Otherwise: allowed.
     * </ol>
     *
     * @return the reason of the refusal, null if allowed
     */
    @Nullable
    RefusalReason judge(Located at) {
        if (allow.hasNetwork(at)) {
            return null;
        }
        RefusalReason denied = denied(at);
        if (denied != null) {
            return denied;
        }
        if (!allow.toleratesAnonymisers(at.anonymisers())) {
            return RefusalReason.NOT_ALLOWED;
        }
        return listed(at);
    }

    private @Nullable RefusalReason denied(Located at) {
        if (deny.hasNetwork(at)) {
            return RefusalReason.NETWORK_DENIED;
        }
        if (deny.hasAsn(at.facts().asn())) {
            return RefusalReason.ASN_DENIED;
        }
        if (deny.hasAnonymiser(at.anonymisers())) {
            return RefusalReason.ANONYMISER_DENIED;
        }
        return deny.hasCountry(at.country()) ? RefusalReason.COUNTRY_DENIED : null;
    }

    private @Nullable RefusalReason listed(Located at) {
        if (allow.hasAsn(at.facts().asn())) {
            return null;
        }
        boolean unknown = at.country() == CountryCode.UNKNOWN;
        if (unknown && denyUnknown) {
            return RefusalReason.UNKNOWN_DENIED;
        }
        if (allow.listsCountries()) {
            return unknown || allow.hasCountry(at.country()) ? null : RefusalReason.NOT_ALLOWED;
        }
        return allow.listsAsns() ? RefusalReason.NOT_ALLOWED : null;
    }
}
