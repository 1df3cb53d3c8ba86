package dev.stillgate.proxy.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Option that names the {@code stillgate.yaml} to read. */
final class ConfigFile {
    /** Where commands look for the file if none is named. */
    static final String DEFAULT = "(default: config/stillgate.yaml; if there is none, stillgate.yaml in the directory"
            + " that STILLGATE_CONFIG_DIR names)";

    private static final Path BELOW_THE_WORKING_DIRECTORY = Path.of("config/stillgate.yaml");

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = {"the stillgate.yaml", DEFAULT})
    private @Nullable Path path;

    Path path() {
        Path given = path;
        return given == null ? byDefault() : given;
    }

    /** Returns the file that is read if none is named. It may be absent. */
    static Path byDefault() {
        return byDefault(System.getenv("STILLGATE_CONFIG_DIR"), Files.exists(BELOW_THE_WORKING_DIRECTORY));
    }

    /**
     * Chooses the file that is read if none is named.
     *
     * @param directory the directory of the installation's configuration, null or empty if there is none
     * @param isBelow whether the working directory has a configuration of its own
     */
    static Path byDefault(@Nullable String directory, boolean isBelow) {
        return isBelow || directory == null || directory.isEmpty()
                ? BELOW_THE_WORKING_DIRECTORY
                : Path.of(directory, "stillgate.yaml");
    }
}
