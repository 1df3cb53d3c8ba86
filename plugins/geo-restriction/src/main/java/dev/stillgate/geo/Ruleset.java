package dev.stillgate.geo;

import org.jspecify.annotations.Nullable;

/**
 * Compiled rules of a policy or of one of its routes.
 *
 * @param deny addresses to refuse
 * @param allow addresses to allow
 * @param denyUnknown whether to refuse addresses without a known country
 */
record Ruleset(Marks deny, Marks allow, boolean denyUnknown) {
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
    Refusal judge(Located at) {
        if (allow.hasNetwork(at)) {
            return null;
        }
        Refusal denied = denied(at);
        if (denied != null) {
            return denied;
        }
        if (!allow.toleratesAnonymisers(at.anonymisers())) {
            return Refusal.NOT_ALLOWED;
        }
        return listed(at);
    }

    private @Nullable Refusal denied(Located at) {
        if (deny.hasNetwork(at)) {
            return Refusal.NETWORK_DENIED;
        }
        if (deny.hasAsn(at.facts().asn())) {
            return Refusal.ASN_DENIED;
        }
        if (deny.hasAnonymiser(at.anonymisers())) {
            return Refusal.ANONYMISER_DENIED;
        }
        return deny.hasCountry(at.country()) ? Refusal.COUNTRY_DENIED : null;
    }

    private @Nullable Refusal listed(Located at) {
        if (allow.hasAsn(at.facts().asn())) {
            return null;
        }
        boolean unknown = at.country() == CountryCode.UNKNOWN;
        if (unknown && denyUnknown) {
            return Refusal.UNKNOWN_DENIED;
        }
        if (allow.listsCountries()) {
            return unknown || allow.hasCountry(at.country()) ? null : Refusal.NOT_ALLOWED;
        }
        return allow.listsAsns() ? Refusal.NOT_ALLOWED : null;
    }
}
