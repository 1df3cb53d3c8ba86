package dev.stillgate.tokenbucket;

import dev.stillgate.spi.Header;
import dev.stillgate.spi.Provider;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** The header fields in which a provider tells of its rate limits. */
final class RateHeaders {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long MILLIS_PER_SECOND = 1000;

    private RateHeaders() {}

    /**
     * Returns the fields for the limit that bound.
     *
     * @param millis the time now, in milliseconds of the epoch
     */
    static List<Header> of(Provider provider, Take.Refused refused, long millis) {
        String measure =
                refused.limit().measure().name().toLowerCase(Locale.ROOT).replace('_', '-');
        String limit = Long.toString(refused.limit().capacity());
        String remaining = Long.toString(refused.remaining());
        return switch (provider) {
            case ANTHROPIC -> {
                String prefix = "anthropic-ratelimit-" + measure;
                yield List.of(
                        new Header(prefix + "-limit", limit),
                        new Header(prefix + "-remaining", remaining),
                        new Header(prefix + "-reset", instant(millis, refused.resetNanos())));
            }
            case OPENAI ->
                List.of(
                        new Header("x-ratelimit-limit-" + measure, limit),
                        new Header("x-ratelimit-remaining-" + measure, remaining),
                        new Header("x-ratelimit-reset-" + measure, duration(refused.resetNanos())));
        };
    }

    /** Returns the instant that many nanoseconds later, in RFC 3339 UTC, rounded up to a second. */
    static String instant(long millis, long nanos) {
        long later = millis + Math.ceilDiv(nanos, NANOS_PER_MILLI);
        return DateTimeFormatter.ISO_INSTANT.format(Instant.ofEpochSecond(Math.ceilDiv(later, MILLIS_PER_SECOND)));
    }

    /** Returns a time in the form {@code 120ms}, {@code 1.2s}, {@code 6m0s} or {@code 1h0m0s}, rounded up to 1 ms. */
    static String duration(long nanos) {
        long millis = Math.ceilDiv(nanos, NANOS_PER_MILLI);
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
            text.append('.').append(digits.replaceFirst("0+$", ""));
        }
        return text.append('s').toString();
    }
}
