package dev.stillgate.spi;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Entries of the address databases for a client's address, stored by {@code geo-restriction} in the slot
 * {@link #SLOT_LABEL} for later filters.
 *
 * @param country the ISO 3166-1 alpha-2 code, null when unknown
 * @param asn the number of the autonomous system, 0 when unknown
 * @param network the name of the autonomous system's operator, null when unknown
 * @param anonymisers the kinds of anonymiser the address is listed as
 */
public record GeoFacts(
        @Nullable String country, long asn, @Nullable String network, Set<Anonymiser> anonymisers) {
    /** The label of the slot that holds the facts of an exchange. */
    public static final String SLOT_LABEL = "geo";

    /** No database has the address. */
    public static final GeoFacts UNKNOWN = new GeoFacts(null, 0, null, Set.of());

    public GeoFacts {
        anonymisers = Set.copyOf(anonymisers);
    }

    /** Kinds of anonymiser in MaxMind's databases. */
    public enum Anonymiser {
        ANONYMOUS,
        ANONYMOUS_VPN,
        HOSTING_PROVIDER,
        PUBLIC_PROXY,
        RESIDENTIAL_PROXY,
        TOR_EXIT_NODE
    }
}
