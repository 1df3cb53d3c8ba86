package dev.stillgate.tokenbucket;

import java.nio.charset.StandardCharsets;

/** Formats times for header fields and messages as the providers do. */
final class Times {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long MILLIS_PER_SECOND = 1000;
    private static final long SECONDS_PER_DAY = 86_400;
    private static final String PATTERN = "0000-00-00T00:00:00Z";

    private Times() {}

    /**
     * Adds nanoseconds to a time; returns seconds since the epoch, rounded up, at most the end of the year 9999.
     *
     * @param millis milliseconds since the epoch
     */
    static long epochSecond(long millis, long nanos) {
        return Math.clamp(Math.ceilDiv(millis + millis(nanos), MILLIS_PER_SECOND), 0, 253_402_300_799L);
    }

    /** Converts nanoseconds to milliseconds, rounded up. */
    static long millis(long nanos) {
        return Math.ceilDiv(nanos, NANOS_PER_MILLI);
    }

    /** Formats seconds since the epoch as RFC 3339 in UTC; the year must have four digits. */
    static String instant(long seconds) {
        long days = seconds / SECONDS_PER_DAY;
        int rest = (int) (seconds % SECONDS_PER_DAY);
        byte[] text = new byte[PATTERN.length()];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) PATTERN.charAt(i);
        }
        putDate(text, days);
        put(text, 11, 2, rest / 3600);
        put(text, 14, 2, rest / 60 % 60);
        put(text, 17, 2, rest % 60);
        return new String(text, StandardCharsets.US_ASCII);
    }

    /** Writes the civil date of a day number (Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013). */
    private static void putDate(byte[] text, long days) {
        long shifted = days + 719_468;
        long era = shifted / 146_097;
        long dayOfEra = shifted - era * 146_097;
        long year = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        long dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100);
        long month = (5 * dayOfYear + 2) / 153;
        long civilMonth = month < 10 ? month + 3 : month - 9;
        put(text, 0, 4, (int) (year + era * 400 + (civilMonth <= 2 ? 1 : 0)));
        put(text, 5, 2, (int) civilMonth);
        put(text, 8, 2, (int) (dayOfYear - (153 * month + 2) / 5 + 1));
    }

    private static void put(byte[] text, int at, int digits, int number) {
        int rest = number;
        for (int i = at + digits - 1; i >= at; i--) {
            text[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    /** Formats milliseconds as {@code 120ms}, {@code 1.2s}, {@code 6m0s} or {@code 1h0m0s}. */
    static String duration(long millis) {
        if (millis < MILLIS_PER_SECOND) {
            return millis + "ms";
        }
        long seconds = millis / MILLIS_PER_SECOND;
        long hours = seconds / 3600;
        long minutes = seconds / 60 % 60;
        StringBuilder text = new StringBuilder();
        if (hours > 0) {
            text.append(hours).append('h');
        }
        if (hours > 0 || minutes > 0) {
            text.append(minutes).append('m');
        }
        text.append(seconds % 60);
        long rest = millis % MILLIS_PER_SECOND;
        if (rest > 0) {
            String digits = Long.toString(MILLIS_PER_SECOND + rest).substring(1);
            int end = digits.length();
            while (digits.charAt(end - 1) == '0') {
                end--;
            }
            text.append('.').append(digits, 0, end);
        }
        return text.append('s').toString();
    }

    /** Converts nanoseconds to seconds, rounded up. */
    static long seconds(long nanos) {
        return Math.ceilDiv(nanos, 1_000_000_000L);
    }
}
