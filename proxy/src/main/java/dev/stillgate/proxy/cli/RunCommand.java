package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.spi.Ticker;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the gateway until it is told to stop. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = {
            "Run the gateway.",
            "SIGHUP reloads the policy, SIGUSR1 reopens the log files, SIGTERM drains and a second one exits at once."
        })
final class RunCommand implements Callable<Integer> {
    @Mixin
    private ConfigFile config = new ConfigFile();

    @Option(
            names = "--drain-seconds",
            paramLabel = "N",
            defaultValue = "600",
            description = "how long exchanges under way may take after SIGTERM (default: ${DEFAULT-VALUE})")
    private int drainSeconds = 600;

    @Option(
            names = "--drain-delay-seconds",
            paramLabel = "N",
            defaultValue = "0",
            description = {
                "how long connections are still taken after SIGTERM, while /readyz says 503, until balancers have heard of it",
                "(default: ${DEFAULT-VALUE})"
            })
    private int drainDelaySeconds;

    @Override
    public Integer call() throws ConfigException, InterruptedException {
        Gateway gateway = Gateway.start(config.path(), Environment.system(), Ticker.system());
        return Signals.serve(gateway, Duration.ofSeconds(drainDelaySeconds), Duration.ofSeconds(drainSeconds));
    }
}
