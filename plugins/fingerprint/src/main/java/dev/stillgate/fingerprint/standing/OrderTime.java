package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.orders.OrderEnd;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reader of {@code for} and {@code until} in an operator's action. */
public final class OrderTime {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");
    static final Duration MAX_DURATION = Duration.ofDays(3660);

    /** Difference of two ends that counts as none, as between an order and its repetition a moment later. */
    private static final long SAME = Duration.ofMinutes(1).toMillis();

    private OrderTime() {}

    /**
     * End of an order.
     *
     * @param until milliseconds since the epoch, for an order that is given now
     * @param isDefault whether the operator named neither a date nor a duration
     */
    public record End(OrderEnd end, long until, boolean isDefault) {
        private static End of(OrderEnd end, long now, boolean isDefault) {
            return new End(end, end.of(now), isDefault);
        }

        /** Returns whether a repeated order with this end changes nothing about an order that ends at a time. */
        public boolean changesNothing(long present) {
            return isDefault || Math.abs(until - present) <= SAME;
        }
    }

    /**
     * Returns the end of an order.
     *
     * @param now milliseconds since the epoch
     * @param defaultDuration duration if neither {@code for} nor {@code until} is given
     * @throws PolicyException if an argument is invalid
     */
    static End end(Map<String, Object> arguments, long now, Duration defaultDuration) {
        Object span = arguments.get("for");
        Object until = arguments.get("until");
        if (span != null && until != null) {
            throw new PolicyException("until", "expected for or until, not both");
        }
        if (until instanceof String text) {
            until = millis(text);
        }
        if (until != null) {
            boolean fits = until instanceof Number number
                    && number.doubleValue() == Math.rint(number.doubleValue())
                    && number.doubleValue() > now
                    && number.doubleValue() <= now + (double) MAX_DURATION.toMillis();
            if (!fits) {
                throw new PolicyException(
                        "until",
                        "expected a time in the future, such as 2026-12-24T18:00:00Z or milliseconds of the epoch, found "
                                + shown(arguments.get("until")));
            }
            return End.of(OrderEnd.at(((Number) until).longValue()), now, false);
        }
        return End.of(OrderEnd.after(span == null ? defaultDuration : duration(span)), now, span == null);
    }

    /** Returns the milliseconds of a time in ISO 8601, or the invalid text itself. */
    private static Object millis(String text) {
        try {
            return Instant.parse(text).toEpochMilli();
        } catch (DateTimeException | ArithmeticException e) {
            return text;
        }
    }

    private static Duration duration(Object given) {
        Matcher matcher = DURATION.matcher(given instanceof String text ? text : "");
        if (matcher.matches()) {
            long count = Long.parseLong(matcher.group(1));
            Duration span = switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(count);
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                case "h" -> Duration.ofHours(count);
                default -> Duration.ofDays(count);
            };
            if (span.isPositive() && span.compareTo(MAX_DURATION) <= 0) {
                return span;
            }
        }
        throw new PolicyException(
                "for",
                "expected a time such as 12h or 14d, at most " + MAX_DURATION.toDays() + "d, found " + shown(given));
    }

    /** Returns an argument as an error message shows it. */
    static String shown(@Nullable Object given) {
        String text = given == null ? "nothing" : given.toString();
        return text.length() > 40 ? text.substring(0, 40) + "…" : text;
    }
}
