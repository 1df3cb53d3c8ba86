package dev.stillgate.geo;

import dev.stillgate.spi.GeoFacts.Anonymiser;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The places for databases in the policy, and how the records of each are read. */
enum DatabaseKind {
    /**
     * {@code country.iso_code}, else {@code registered_country.iso_code}, as in MaxMind's Country, City and Enterprise
     * databases; else the flat {@code country_code} of others.
     */
    COUNTRY("country", "a country") {
        @Override
        boolean read(MmdbCursor cursor, int record, Findings into) throws MmdbException {
            int located = 0;
            int registered = 0;
            int flat = 0;
            int fields = cursor.openMap(record);
            for (int i = 0; i < fields; i++) {
                int key = cursor.next();
                int value = cursor.next();
                if (cursor.isText(key, COUNTRY_FIELD)) {
                    located = value;
                } else if (cursor.isText(key, REGISTERED_COUNTRY)) {
                    registered = value;
                } else if (cursor.isText(key, COUNTRY_CODE)) {
                    flat = value;
                }
            }
            int country = isoCode(cursor, located);
            if (country == CountryCode.UNKNOWN) {
                country = isoCode(cursor, registered);
            }
            if (country == CountryCode.UNKNOWN && flat != 0) {
                country = CountryCode.of(cursor.twoBytes(flat));
            }
            into.country = country;
            return country != CountryCode.UNKNOWN;
        }
    },

    /** {@code autonomous_system_number}, else a flat {@code asn} that is a number or a string such as {@code AS64496}. */
    ASN("asn", "an autonomous system") {
        @Override
        boolean read(MmdbCursor cursor, int record, Findings into) throws MmdbException {
            int fields = cursor.openMap(record);
            for (int i = 0; i < fields; i++) {
                int key = cursor.next();
                int value = cursor.next();
                if (cursor.isText(key, SYSTEM_NUMBER) || cursor.isText(key, FLAT_ASN)) {
                    into.asn = systemNumber(cursor, value);
                } else if (cursor.isText(key, SYSTEM_ORGANIZATION) || cursor.isText(key, AS_NAME)) {
                    into.network = cursor.text(value, MAX_NAME_BYTES);
                }
            }
            return into.asn != 0;
        }
    },

    /** The flags of MaxMind's Anonymous-IP database. */
    ANONYMOUS_IP("anonymousIp", "an anonymiser") {
        @Override
        boolean read(MmdbCursor cursor, int record, Findings into) throws MmdbException {
            return readFlags(cursor, record, into);
        }
    },

    /** The same flags in MaxMind's Anonymous-Plus database, which covers VPNs more finely. */
    ANONYMOUS_PLUS("anonymousPlus", "an anonymiser") {
        @Override
        boolean read(MmdbCursor cursor, int record, Findings into) throws MmdbException {
            return readFlags(cursor, record, into);
        }
    },

    /** MaxMind's Residential-Proxy database, in which having a record that is not empty is the finding. */
    RESIDENTIAL_PROXY("residentialProxy", "a residential proxy") {
        @Override
        boolean fits(String databaseType) {
            return databaseType.toLowerCase(Locale.ROOT).contains("residential");
        }

        @Override
        boolean read(MmdbCursor cursor, int record, Findings into) throws MmdbException {
            if (cursor.openMap(record) == 0) {
                return false;
            }
            into.anonymisers |= Findings.bit(Anonymiser.ANONYMOUS) | Findings.bit(Anonymiser.RESIDENTIAL_PROXY);
            return true;
        }
    };

    private static final int MAX_NAME_BYTES = 256;
    private static final long MAX_ASN = 0xffff_ffffL;
    private static final byte[] COUNTRY_FIELD = ascii("country");
    private static final byte[] REGISTERED_COUNTRY = ascii("registered_country");
    private static final byte[] COUNTRY_CODE = ascii("country_code");
    private static final byte[] ISO_CODE = ascii("iso_code");
    private static final byte[] SYSTEM_NUMBER = ascii("autonomous_system_number");
    private static final byte[] SYSTEM_ORGANIZATION = ascii("autonomous_system_organization");
    private static final byte[] FLAT_ASN = ascii("asn");
    private static final byte[] AS_NAME = ascii("as_name");
    private static final List<Flag> FLAGS = Arrays.stream(Anonymiser.values())
            .map(kind -> new Flag(ascii("is_" + kind.name().toLowerCase(Locale.ROOT)), Findings.bit(kind)))
            .toList();

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

    /** Returns what a database of this kind finds, with its article. */
    String finding() {
        return finding;
    }

    /** Returns whether a database that names itself so may stand here; the stricter test is that a record says something. */
    boolean fits(String databaseType) {
        return true;
    }

    /**
     * Adds what a record says.
     *
     * @return whether it says anything that belongs here
     * @throws MmdbException when it cannot be read
     */
    abstract boolean read(MmdbCursor cursor, int record, Findings into) throws MmdbException;

    private static int isoCode(MmdbCursor cursor, int country) throws MmdbException {
        if (country == 0) {
            return CountryCode.UNKNOWN;
        }
        if (cursor.is(MmdbCursor.STRING, country)) {
            return CountryCode.of(cursor.twoBytes(country));
        }
        int fields = cursor.openMap(country);
        for (int i = 0; i < fields; i++) {
            int key = cursor.next();
            int value = cursor.next();
            if (cursor.isText(key, ISO_CODE)) {
                return CountryCode.of(cursor.twoBytes(value));
            }
        }
        return CountryCode.UNKNOWN;
    }

    private static long systemNumber(MmdbCursor cursor, int at) throws MmdbException {
        if (!cursor.is(MmdbCursor.STRING, at)) {
            return checked(cursor.number(at));
        }
        String text = cursor.text(at, MAX_NAME_BYTES);
        if (text == null || text.isEmpty()) {
            return 0;
        }
        String digits = text.regionMatches(true, 0, "AS", 0, 2) ? text.substring(2) : text;
        try {
            return checked(Long.parseLong(digits));
        } catch (NumberFormatException e) {
            return 0; // a word such as "none"; the address belongs to no system
        }
    }

    private static long checked(long asn) throws MmdbException {
        if (asn < 0 || asn > MAX_ASN) {
            throw new MmdbException("an autonomous system number of more than 32 bits");
        }
        return asn;
    }

    private static boolean readFlags(MmdbCursor cursor, int record, Findings into) throws MmdbException {
        int found = 0;
        int fields = cursor.openMap(record);
        for (int i = 0; i < fields; i++) {
            int key = cursor.next();
            int value = cursor.next();
            for (Flag flag : FLAGS) {
                if (cursor.isText(key, flag.name())) {
                    found |= cursor.flag(value) ? flag.bit() : 0;
                }
            }
        }
        into.anonymisers |= found;
        return found != 0;
    }

    /** A field of an anonymiser database that is true for one kind. */
    @SuppressWarnings("ArrayRecordComponent") // compared by no one
    private record Flag(byte[] name, int bit) {}

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
