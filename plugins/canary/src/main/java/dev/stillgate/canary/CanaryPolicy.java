package dev.stillgate.canary;

import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of the canary filter.
 *
 * @param from the lowest standing whose answers are marked, or {@code unverified}; {@code marked} when absent
 * @param strata how unverified accounts are divided; by month of registration when absent
 * @param classes files of the class table; the English table of this version when absent
 * @param secretFile file with the master secret; when absent, the environment variable {@code STILLGATE_CANARY_SECRET}
 * @param beacon public value that is mixed into keys; none when absent
 * @param epoch how long a cluster or stratum keeps one key; a quarter when absent
 * @param sketches how many sketches of responses are kept
 */
public record CanaryPolicy(
        @Nullable MarkedFrom from,
        @Nullable StrataPolicy strata,
        @Nullable List<Path> classes,
        @Nullable Path secretFile,
        @Nullable BeaconPolicy beacon,
        @Nullable Epoch epoch,
        @Nullable SketchPolicy sketches) {
    private static final int MOST_TABLES = 16;

    public CanaryPolicy {
        classes = classes == null ? List.of() : List.copyOf(classes);
        if (classes.size() > MOST_TABLES) {
            throw new PolicyException(
                    "classes", "expected at most " + MOST_TABLES + " tables, found " + classes.size());
        }
    }

    Standing least() {
        return Objects.requireNonNullElse(from, MarkedFrom.MARKED).standing;
    }

    boolean marksUnverified() {
        return from == MarkedFrom.UNVERIFIED;
    }

    StrataPolicy strataOrDefault() {
        return Objects.requireNonNullElseGet(strata, () -> new StrataPolicy(null, null, null));
    }

    List<Path> tables() {
        return Objects.requireNonNullElse(classes, List.of());
    }

    Epoch epochs() {
        return Objects.requireNonNullElse(epoch, Epoch.QUARTER);
    }

    /** Returns the limit on sketches, 0 to keep none. */
    int mostSketches() {
        return Objects.requireNonNullElse(sketches, SketchPolicy.STANDARD).mostOrDefault();
    }
}
