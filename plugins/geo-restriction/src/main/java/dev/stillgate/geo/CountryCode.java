package dev.stillgate.geo;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * ISO 3166-1 alpha-2 country codes as small integers, so that a set of countries is a table and lookups allocate
 * nothing.
 */
final class CountryCode {
    /** The number of an unknown country. */
    static final int UNKNOWN = -1;
    /** Exclusive upper bound of the numbers. */
    static final int COUNT = 26 * 26;

    /** Kosovo, which has no official code; the databases use this user-assigned one. */
    private static final String KOSOVO = "XK";
    /** ZZ, the code of registries for address space without a country. */
    private static final int NOWHERE = 25 * 26 + 25;

    private static final String[] TEXT = new String[COUNT];

    static {
        for (int i = 0; i < COUNT; i++) {
            TEXT[i] = "" + (char) ('A' + i / 26) + (char) ('A' + i % 26);
        }
    }

    private CountryCode() {}

    /** Returns the number of a two-letter code, ignoring case; {@link #UNKNOWN} for any other text. */
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

    /** Returns the number of an existing country's upper-case code, otherwise {@link #UNKNOWN}. */
    static int ofExisting(String code) {
        Set<String> existing = Locale.getISOCountries(Locale.IsoCountryCode.PART1_ALPHA2);
        return existing.contains(code) || code.equals(KOSOVO) ? of(code) : UNKNOWN;
    }

    /** Returns {@code , did you mean GB?} for a code in lower case or in common use, an empty text for others. */
    static String suggestion(String code) {
        String upper = code.toUpperCase(Locale.ROOT);
        String meant = switch (upper) {
            case "UK" -> "GB";
            case "EL" -> "GR"; // the European Union's code
            default -> upper;
        };
        return ofExisting(meant) == UNKNOWN ? "" : ", did you mean " + meant + "?";
    }

    /** Returns the code of a number, null for {@link #UNKNOWN}. */
    static @Nullable String text(int number) {
        return number == UNKNOWN ? null : TEXT[number];
    }
}
