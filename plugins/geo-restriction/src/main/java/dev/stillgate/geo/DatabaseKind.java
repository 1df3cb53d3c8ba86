package dev.stillgate.geo;

import dev.stillgate.geo.DatabaseRecords.AnonymiserRecord;
import dev.stillgate.geo.DatabaseRecords.CountryRecord;
import dev.stillgate.geo.DatabaseRecords.SystemRecord;
import dev.stillgate.spi.GeoFacts.Anonymiser;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Kinds of database in the policy, each with the fields that its records contribute. */
enum DatabaseKind {
    /**
     * {@code country.iso_code}, else {@code registered_country.iso_code}, as in MaxMind's Country, City and Enterprise
     * databases; else the flat {@code country_code} of others.
     */
    COUNTRY("country", "a country") {
        @Override
        boolean read(MmdbDatabase database, InetAddress address, LookupFields into) throws IOException {
            CountryRecord record = database.record(address, CountryRecord.class);
            if (record == null) {
                return false;
            }
            into.country = record.number();
            return into.country != CountryCode.UNKNOWN;
        }
    },

    /**
     * {@code autonomous_system_number}, else a flat {@code asn} that is a number or a string such as {@code AS64496}.
     */
    ASN("asn", "an autonomous system") {
        @Override
        boolean read(MmdbDatabase database, InetAddress address, LookupFields into) throws IOException {
            SystemRecord record = database.record(address, SystemRecord.class);
            if (record == null) {
                return false;
            }
            into.asn = systemNumber(record.number() == null ? record.asn() : record.number());
            String name = record.organization() == null ? record.name() : record.organization();
            into.network = MmdbDatabase.loggable(name, MAX_NAME_LENGTH);
            return into.asn != 0;
        }
    },

    /** The flags of MaxMind's Anonymous-IP database. */
    ANONYMOUS_IP("anonymousIp", "an anonymiser") {
        @Override
        boolean read(MmdbDatabase database, InetAddress address, LookupFields into) throws IOException {
            return readFlags(database, address, into);
        }
    },

    /** The same flags in MaxMind's Anonymous-Plus database, which distinguishes VPNs. */
    ANONYMOUS_PLUS("anonymousPlus", "an anonymiser") {
        @Override
        boolean read(MmdbDatabase database, InetAddress address, LookupFields into) throws IOException {
            return readFlags(database, address, into);
        }
    },

    /** MaxMind's Residential-Proxy database, in which any non-empty record marks a proxy. */
    RESIDENTIAL_PROXY("residentialProxy", "a residential proxy") {
        @Override
        boolean fits(String databaseType) {
            return databaseType.toLowerCase(Locale.ROOT).contains("residential");
        }

        @Override
        boolean read(MmdbDatabase database, InetAddress address, LookupFields into) throws IOException {
            Map<?, ?> record = database.record(address, Map.class);
            if (record == null || record.isEmpty()) {
                return false;
            }
            into.anonymisers |= LookupFields.bit(Anonymiser.ANONYMOUS) | LookupFields.bit(Anonymiser.RESIDENTIAL_PROXY);
            return true;
        }
    };

    private static final int MAX_NAME_LENGTH = 256;
    private static final long MAX_ASN = 0xffff_ffffL;

    private final String key;
    private final String finding;

    DatabaseKind(String key, String finding) {
        this.key = key;
        this.finding = finding;
    }

    /** Returns the key below {@code databases} in the policy. */
    String key() {
        return key;
    }

    /** Returns the noun phrase for the content of such a database, such as "a country". */
    String finding() {
        return finding;
    }

    /** Returns whether a database type is allowed here. The {@link DatabaseProbe} also requires a usable record. */
    boolean fits(String databaseType) {
        return true;
    }

    /**
     * Adds the fields of an address's record to the findings.
     *
     * @return whether the record has a field of this kind
     * @throws IOException and unchecked exceptions of the reader, if the record cannot be read; nothing is added then
     */
    abstract boolean read(MmdbDatabase database, InetAddress address, LookupFields into) throws IOException;

    private static long systemNumber(@Nullable Object number) throws MmdbException {
        return switch (number) {
            case null -> 0;
            case Integer small -> checked(small);
            case Long large -> checked(large);
            case BigInteger larger when larger.bitLength() < Long.SIZE -> checked(larger.longValue());
            case String text -> systemNumber(text);
            default -> throw new MmdbException("an autonomous system number that does not fit into 32 bits");
        };
    }

    private static long systemNumber(String text) throws MmdbException {
        String digits = text.regionMatches(true, 0, "AS", 0, 2) ? text.substring(2) : text;
        try {
            return checked(Long.parseLong(digits));
        } catch (NumberFormatException e) {
            return 0; // text such as "none": the address belongs to no autonomous system
        }
    }

    private static long checked(long asn) throws MmdbException {
        if (asn < 0 || asn > MAX_ASN) {
            throw new MmdbException("an autonomous system number of more than 32 bits");
        }
        return asn;
    }

    private static boolean readFlags(MmdbDatabase database, InetAddress address, LookupFields into) throws IOException {
        AnonymiserRecord record = database.record(address, AnonymiserRecord.class);
        if (record == null) {
            return false;
        }
        into.anonymisers |= record.bits();
        return record.bits() != 0;
    }
}
