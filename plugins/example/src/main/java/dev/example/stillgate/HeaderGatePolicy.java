package dev.example.stillgate;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Policy of a {@code require-header} filter: the keys below {@code config:} in the policy file.
 *
 * @param header name of the required header field
 * @param values accepted values; any value if absent
 */
public record HeaderGatePolicy(String header, @Nullable Set<String> values) {
    public HeaderGatePolicy {
        header = header.toLowerCase(Locale.ROOT);
        if (!header.matches("[a-z0-9-]{1,64}")) {
            throw new IllegalArgumentException("header: expected a name such as x-team, found '" + header + "'");
        }
        values = values == null ? Set.of() : Set.copyOf(values);
    }
}
