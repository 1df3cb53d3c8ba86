package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.Gateway;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Checks the configuration without serving. */
@Command(
        name = "validate",
        description = "Check stillgate.yaml and the policy it names: everything that is wrong, with file:line:column.")
final class ValidateCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            defaultValue = "config/stillgate.yaml",
            description = "stillgate.yaml (default: ${DEFAULT-VALUE})")
    private Path config = Path.of("config/stillgate.yaml");

    @Override
    public Integer call() throws ConfigException {
        Gateway.validate(config, Environment.system());
        System.out.println(config + ": valid");
        return 0;
    }
}
