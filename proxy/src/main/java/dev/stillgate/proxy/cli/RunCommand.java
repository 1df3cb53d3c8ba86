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

/** Runs the gateway until a signal or the admin API stops it. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = {
            "Run the gateway.",
            "SIGHUP reloads the policy, SIGUSR1 reopens the log files, SIGTERM drains, a second SIGTERM exits at once."
        })
final class RunCommand implements Callable<Integer> {
    @Mixin
    private ConfigFile config = new ConfigFile();

    @Option(
            names = "--drain-seconds",
            paramLabel = "N",
            defaultValue = "600",
            description =
                    "the maximum time for exchanges in progress to complete after SIGTERM (default: ${DEFAULT-VALUE})")
    private int drainSeconds = 600;

    @Option(
            names = "--drain-delay-seconds",
            paramLabel = "N",
            defaultValue = "0",
            description = {
                "how long to keep accepting connections after SIGTERM, while /readyz returns 503, so that load balancers notice",
                "(default: ${DEFAULT-VALUE})"
            })
    private int drainDelaySeconds;

    @Option(
            names = "--drain-ready",
            description =
                    "during that time /readyz returns 200: for Kubernetes, which tells balancers of a pod that ends by itself")
    private boolean drainReady;

    @Option(
            names = "--accept-lost-orders",
            description =
                    "start although orders are missing from the journal: they are not in force, unless the fleet has them")
    private boolean acceptLostOrders;

    @Override
    public Integer call() throws ConfigException, InterruptedException {
        Gateway gateway = Gateway.start(config.path(), Environment.system(), Ticker.system(), acceptLostOrders);
        return Signals.serve(
                gateway, Duration.ofSeconds(drainDelaySeconds), drainReady, Duration.ofSeconds(drainSeconds));
    }
}
