package dev.stillgate.proxy.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Option that names the {@code stillgate.yaml} to read. */
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
