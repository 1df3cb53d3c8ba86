package dev.stillgate.geo;

import org.jspecify.annotations.Nullable;

/**
 * The rules of a policy, or of one of its routes, in the form that is tested for each request.
 *
 * @param deny who is refused
 * @param allow who is let in
 * @param denyUnknown whether an address of no known country is refused
 */
record Ruleset(Marks deny, Marks allow, boolean denyUnknown) {
    /**
     * Judges an address; allocates nothing. The first of these that applies decides:
     *
     * <ol>
     *   <li>{@code allow.networks} holds it: let in.
     *   <li>{@code deny} holds its network, its autonomous system, a kind of anonymiser it is, or its country: refused.
     *   <li>{@code allow.anonymisers} is not empty, and it is an anonymiser of a kind that is not listed: refused.
     *   <li>{@code allow.asns} holds its autonomous system: let in.
     *   <li>Its country is not known: refused when {@code unknown} is {@code deny}; else let in, unless
     *       {@code allow.asns} is the only list of those who are.
     *   <li>{@code allow.countries} is not empty: let in when listed, else refused.
     *   <li>{@code allow.asns} is not empty: refused, since it is not listed.
     *   <li>Let in.
     * </ol>
     *
     * @return why it is refused, null when it is let in
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
