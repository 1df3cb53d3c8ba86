package dev.stillgate.geo;

import dev.stillgate.spi.GeoFacts;
import dev.stillgate.spi.GeoFacts.Anonymiser;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Fields found in the databases for one address, filled by one database after another. */
final class LookupFields {
    private static final Anonymiser[] KINDS = Anonymiser.values();
    private static final Set<Anonymiser>[] SETS = sets();

    int country = CountryCode.UNKNOWN;
    long asn;

    @Nullable
    String network;
    /** A bit for each kind of anonymiser, by ordinal. */
    int anonymisers;

    /** Returns the bit of a kind of anonymiser. */
    @SuppressWarnings("EnumOrdinal") // the bits live in memory only, never in a file
    static int bit(Anonymiser kind) {
        return 1 << kind.ordinal();
    }

    GeoFacts facts() {
        boolean nothing = country == CountryCode.UNKNOWN && asn == 0 && network == null && anonymisers == 0;
        return nothing ? GeoFacts.UNKNOWN : new GeoFacts(CountryCode.text(country), asn, network, SETS[anonymisers]);
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
    private static Set<Anonymiser>[] sets() {
        Set<Anonymiser>[] sets = new Set[1 << KINDS.length];
        for (int bits = 0; bits < sets.length; bits++) {
            Set<Anonymiser> set = EnumSet.noneOf(Anonymiser.class);
            for (Anonymiser kind : KINDS) {
                if ((bits & bit(kind)) != 0) {
                    set.add(kind);
                }
            }
            sets[bits] = Set.copyOf(set);
        }
        return sets;
    }
}
