package dev.stillgate.proxy.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The {@code stillgate.yaml} that a command reads. */
final class ConfigFile {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            defaultValue = "config/stillgate.yaml",
            description = "stillgate.yaml (default: ${DEFAULT-VALUE})")
    private Path path = Path.of("config/stillgate.yaml");

    Path path() {
        return path;
    }
}
