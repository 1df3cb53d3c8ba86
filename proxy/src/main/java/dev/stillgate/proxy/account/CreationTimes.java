package dev.stillgate.proxy.account;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;

/** Parser of creation times, which remembers the dates it has parsed. Not thread-safe. */
final class CreationTimes {
    private static final int MAX_REMEMBERED = 1 << 16;
    private static final int DATE_LENGTH = "2026-01-12".length();

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
                OffsetTime time = OffsetTime.parse(text.substring(DATE_LENGTH + 1));
                return Instant.ofEpochSecond(time.toEpochSecond(date(text.substring(0, DATE_LENGTH))));
            }
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(message(text), e);
        }
        throw new IllegalArgumentException(message(text));
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
        return "expected a date such as 2026-01-12, or a time such as 2026-01-12T08:30:00Z with its zone, found \"" + text
                + "\"";
    }
}
