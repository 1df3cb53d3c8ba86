package dev.stillgate.proxy.account;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;

/** Parser of dates and times, which remembers the dates it has parsed. Not thread-safe. */
final class CreationTimes {
    private static final int MAX_REMEMBERED = 1 << 16;
    private static final int DATE_LENGTH = "2026-01-12".length();
    private static final String SECOND_UTC = "08:30:00Z";

    private final Map<String, LocalDate> dates = new HashMap<>();

    /**
     * Parses a date, which is midnight UTC, or an RFC 3339 time; a fraction of a second is dropped.
     *
     * @throws IllegalArgumentException if the text is neither
     */
    Instant parse(String text) {
        try {
            if (text.length() <= DATE_LENGTH) {
                return date(text).atStartOfDay(ZoneOffset.UTC).toInstant();
            }
            char separator = text.charAt(DATE_LENGTH);
            if (separator == 'T' || separator == 't' || separator == ' ') {
                LocalDate date = date(text.substring(0, DATE_LENGTH));
                return Instant.ofEpochSecond(
                        time(text.substring(DATE_LENGTH + 1)).toEpochSecond(date));
            }
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(message(text), e);
        }
        throw new IllegalArgumentException(message(text));
    }

    /** Returns whether a valid text is a date. */
    static boolean isDate(String text) {
        return text.length() <= DATE_LENGTH;
    }

    private static OffsetTime time(String text) {
        boolean isShort = text.length() == SECOND_UTC.length() && text.charAt(2) == ':' && text.charAt(5) == ':';
        if (isShort && text.charAt(8) == 'Z') { // ten times faster than the parser, for a million accounts
            return OffsetTime.of(number(text, 0), number(text, 3), number(text, 6), 0, ZoneOffset.UTC);
        }
        return OffsetTime.parse(text);
    }

    /** Returns the number of two digits; larger than any valid one for other characters. */
    private static int number(String text, int at) {
        int tens = text.charAt(at) - '0';
        int ones = text.charAt(at + 1) - '0';
        return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : Integer.MAX_VALUE;
    }

    private LocalDate date(String text) {
        LocalDate date = dates.get(text);
        if (date == null) {
            date = LocalDate.parse(text);
            if (dates.size() < MAX_REMEMBERED) {
                dates.put(text, date);
            }
        }
        return date;
    }

    private static String message(String text) {
        return "expected a date such as 2026-01-12, or a time such as 2026-01-12T08:30:00Z with its zone, found \""
                + text + "\"";
    }
}
