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
 * @param from the lowest standing whose answers are marked; {@code marked} when absent
 * @param classes files of the class table; the English table of this version when absent
 * @param secretFile file with the master secret; when absent, the environment variable {@code STILLGATE_CANARY_SECRET}
 * @param epoch how long a cluster keeps one key; a quarter when absent
 */
public record CanaryPolicy(
        @Nullable Standing from,
        @Nullable List<Path> classes,
        @Nullable Path secretFile,
        @Nullable Epoch epoch) {
    private static final int MOST_TABLES = 16;

    public CanaryPolicy {
        if (from == Standing.CLEAR) {
            throw new PolicyException("from", "expected marked or higher: answers to clear accounts are never marked");
        }
        classes = classes == null ? List.of() : List.copyOf(classes);
        if (classes.size() > MOST_TABLES) {
            throw new PolicyException(
                    "classes", "expected at most " + MOST_TABLES + " tables, found " + classes.size());
        }
    }

    Standing least() {
        return Objects.requireNonNullElse(from, Standing.MARKED);
    }

    List<Path> tables() {
        return Objects.requireNonNullElse(classes, List.of());
    }

    Epoch epochs() {
        return Objects.requireNonNullElse(epoch, Epoch.QUARTER);
    }
}
