package dev.stillgate.geo;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** ISO 3166-1 alpha-2 country codes as small numbers, so that a set of countries is a table and a lookup makes no string. */
final class CountryCode {
    /** The number of no country. */
    static final int UNKNOWN = -1;
    /** Every number is below this. */
    static final int COUNT = 26 * 26;

    /** Kosovo has no official code; the databases use this one of the codes left to users. */
    private static final String KOSOVO = "XK";
    /** What registries write for address space of no country. */
    private static final int NOWHERE = 25 * 26 + 25;

    private static final String[] TEXT = new String[COUNT];

    static {
        for (int i = 0; i < COUNT; i++) {
            TEXT[i] = "" + (char) ('A' + i / 26) + (char) ('A' + i % 26);
        }
    }

    private CountryCode() {}

    /** Returns the number of a code of two letters in either case, {@link #UNKNOWN} for anything else. */
    static int of(@Nullable String code) {
        if (code == null || code.length() != 2) {
            return UNKNOWN;
        }
        int first = (code.charAt(0) & ~0x20) - 'A';
        int second = (code.charAt(1) & ~0x20) - 'A';
        if (first < 0 || first >= 26 || second < 0 || second >= 26) {
            return UNKNOWN;
        }
        int number = first * 26 + second;
        return number == NOWHERE ? UNKNOWN : number;
    }

    /** Returns the number of a country that exists, or {@link #UNKNOWN}; upper case only. */
    static int ofExisting(String code) {
        Set<String> existing = Locale.getISOCountries(Locale.IsoCountryCode.PART1_ALPHA2);
        return existing.contains(code) || code.equals(KOSOVO) ? of(code) : UNKNOWN;
    }

    /** Returns the code of a number, null for {@link #UNKNOWN}. */
    static @Nullable String text(int number) {
        return number == UNKNOWN ? null : TEXT[number];
    }
}
