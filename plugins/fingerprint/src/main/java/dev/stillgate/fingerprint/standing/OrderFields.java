package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.PolicyException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reader of {@code by}, {@code why} and the other fields of an operator's order. */
final class OrderFields {
    static final int MAX_BY = 100;
    static final int MAX_WHY = 500;

    private OrderFields() {}

    /**
     * Checks that all fields are known.
     *
     * @throws PolicyException naming one that is not
     */
    static void requireKnown(Map<String, Object> arguments, Set<String> known) {
        for (String key : arguments.keySet()) {
            if (!known.contains(key)) {
                throw new PolicyException(
                        key, "unknown key: expected one of " + String.join(", ", new TreeSet<>(known)));
            }
        }
    }

    /**
     * Returns a text without blanks at its ends.
     *
     * @throws PolicyException if the field is missing, blank or too long
     */
    static String text(Map<String, Object> arguments, String key, int most) {
        if (arguments.get(key) instanceof String text && !text.isBlank() && text.length() <= most) {
            return text.strip();
        }
        throw new PolicyException(key, "expected a text of 1 to " + most + " characters");
    }

    /**
     * Returns a text, null if the field is missing or null.
     *
     * @throws PolicyException if the field is too long, or another type
     */
    static @Nullable String optional(Map<String, Object> arguments, String key, int most) {
        Object given = arguments.get(key);
        if (given == null || (given instanceof String text && text.length() <= most)) {
            return (String) given;
        }
        throw new PolicyException(key, "expected a text of at most " + most + " characters");
    }

    /**
     * Returns the revision of a cluster.
     *
     * @throws PolicyException if the field is missing or no number of a revision
     */
    static int revision(Map<String, Object> arguments) {
        Object given = arguments.get("revision");
        if (given instanceof Number number
                && number.doubleValue() == Math.rint(number.doubleValue())
                && number.doubleValue() >= 0
                && number.doubleValue() <= Integer.MAX_VALUE) {
            return number.intValue();
        }
        throw new PolicyException(
                "revision", "expected the revision of the cluster's page, found " + OrderTime.shown(given));
    }
}
