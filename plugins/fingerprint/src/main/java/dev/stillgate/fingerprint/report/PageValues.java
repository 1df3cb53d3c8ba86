package dev.stillgate.fingerprint.report;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Form of values on the admin pages. */
final class PageValues {
    private PageValues() {}

    static <K extends Enum<K>> Map<K, Double> rounded(Map<K, Double> values) {
        if (values.isEmpty()) {
            return Map.of();
        }
        Map<K, Double> rounded = new EnumMap<>(values);
        rounded.replaceAll((key, value) -> rounded(value));
        return rounded;
    }

    /** Rounds to three decimal places; NaN and infinities are unchanged. */
    static double rounded(double value) {
        return Double.isFinite(value) ? Math.round(value * 1000) / 1000.0 : value;
    }

    /** Returns a time as the pages show it, in ISO 8601. */
    static Instant time(long millis) {
        return Instant.ofEpochMilli(millis);
    }

    /** Adds a value to a page unless it is null. */
    static void add(Map<String, Object> page, String key, @Nullable Object value) {
        if (value != null) {
            page.put(key, value);
        }
    }

    static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Returns a share as a percentage with at most three decimals, such as "0.1 %". */
    static String percent(double share) {
        return BigDecimal.valueOf(rounded(100 * share)).stripTrailingZeros().toPlainString() + " %";
    }

    /** Returns the number of accounts of an item, 0 if it names none. */
    static int accounts(Map<String, Object> item) {
        return item.get("accounts") instanceof Integer accounts ? accounts : 0;
    }

    static String hex(int value) {
        return String.format("%08x", value);
    }
}
