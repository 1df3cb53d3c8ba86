package dev.stillgate.canary;

import dev.stillgate.canary.key.Beacon;
import dev.stillgate.spi.PolicyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The public value that is mixed into keys: either a value and its source, or a file of two lines with both.
 *
 * @param value 16 to 256 printable ASCII characters
 * @param source where and when the value was published
 * @param file file with both, each on a line
 */
public record BeaconPolicy(
        @Nullable String value,
        @Nullable String source,
        @Nullable Path file) {
    public BeaconPolicy {
        boolean given = value != null && source != null;
        if (file == null ? !given : value != null || source != null) {
            throw new PolicyException("", "expected value and source, or file alone");
        }
        if (value != null && source != null) {
            try {
                new Beacon(value, source);
            } catch (IllegalArgumentException e) {
                throw refused("", e);
            }
        }
    }

    /**
     * Returns the beacon.
     *
     * @throws PolicyException if the file cannot be read or has another form
     */
    Beacon read() {
        if (value != null && source != null) {
            return new Beacon(value, source);
        }
        try {
            return Beacon.read(Objects.requireNonNull(file));
        } catch (IOException e) {
            throw refused("beacon.file", e);
        }
    }

    private static PolicyException refused(String key, Exception cause) {
        PolicyException refused = new PolicyException(key, String.valueOf(cause.getMessage()));
        refused.initCause(cause);
        return refused;
    }
}
