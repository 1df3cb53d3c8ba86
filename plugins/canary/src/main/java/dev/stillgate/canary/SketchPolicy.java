package dev.stillgate.canary;

import dev.stillgate.spi.PolicyException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Policy of the sketches of responses.
 *
 * @param most limit on the sketches of this gateway, 0 to 1,000,000,000: the oldest are deleted first, and 0 deletes
 *     all; 1,000,000 when absent, which takes 96 MB and the accounts' ids
 */
public record SketchPolicy(@Nullable Integer most) {
    private static final int MAX_MOST = 1_000_000_000;
    private static final int STANDARD_MOST = 1_000_000;

    /** The policy when the key is absent. */
    static final SketchPolicy STANDARD = new SketchPolicy(null);

    public SketchPolicy {
        if (most != null && (most < 0 || most > MAX_MOST)) {
            throw new PolicyException("most", "expected 0 to " + MAX_MOST + ", found " + most);
        }
    }

    int mostOrDefault() {
        return Objects.requireNonNullElse(most, STANDARD_MOST);
    }
}
