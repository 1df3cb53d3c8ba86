package dev.stillgate.spi;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the address databases say of an address; found by {@code geo-restriction} and left under {@link #SLOT_LABEL} for
 * the filters after it.
 *
 * @param country the ISO 3166-1 alpha-2 code, null when unknown
 * @param asn the number of the autonomous system, 0 when unknown
 * @param network the name of the autonomous system's operator, null when unknown
 * @param anonymisers the kinds of anonymiser the address is known as, empty when none
 */
public record GeoFacts(
        @Nullable String country, long asn, @Nullable String network, Set<Anonymiser> anonymisers) {
    /** The label of the slot that holds the facts of an exchange. */
    public static final String SLOT_LABEL = "geo";

    /** Nothing is known. */
    public static final GeoFacts UNKNOWN = new GeoFacts(null, 0, null, Set.of());

    public GeoFacts {
        anonymisers = Set.copyOf(anonymisers);
    }

    /** The kinds of anonymiser that MaxMind's databases tell apart. */
    public enum Anonymiser {
        ANONYMOUS,
        ANONYMOUS_VPN,
        HOSTING_PROVIDER,
        PUBLIC_PROXY,
        RESIDENTIAL_PROXY,
        TOR_EXIT_NODE
    }
}
