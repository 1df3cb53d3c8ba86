package dev.stillgate.proxy.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    Path path() {
        if (path == null && spec != null) {
            path = byDefault(spec.commandLine());
        }
        return Objects.requireNonNull(path);
    }

    /** Returns the file that is read if none is named, and prints it to standard error. It may be absent. */
    static Path byDefault(CommandLine line) {
        Path installation =
                Path.of(System.getProperty("stillgate.home", "/"), "config").toAbsolutePath();
        boolean isBelow = Files.exists(BELOW_THE_WORKING_DIRECTORY)
                && !BELOW_THE_WORKING_DIRECTORY.toAbsolutePath().startsWith(installation); // else these are its samples
        Path chosen = byDefault(System.getenv("STILLGATE_CONFIG_DIR"), isBelow);
        line.getErr().println("stillgate: reads " + chosen);
        return chosen;
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
