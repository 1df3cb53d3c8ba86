package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.HostPort;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Checks whether a running gateway is ready. */
@Command(
        name = "healthcheck",
        mixinStandardHelpOptions = true,
        description = {
            "Exit 0 when the gateway is ready for requests, else 1.",
            "Without --admin, --config and STILLGATE_ADMIN, the admin address is 127.0.0.1:9090."
        })
final class HealthcheckCommand implements Callable<Integer> {
    private static final HostPort DEFAULT = new HostPort("127.0.0.1", 9090);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private AdminAddress admin = new AdminAddress();

    @Override
    public Integer call() throws ConfigException, InterruptedException {
        if (spec == null) {
            throw new IllegalStateException("not run as a command");
        }
        AdminAddress.Response response = admin.probe(spec.commandLine(), "/readyz", DEFAULT, TIMEOUT);
        if (response == null) {
            return 1;
        }
        spec.commandLine().getOut().print(Outline.lines(response.text()));
        spec.commandLine().getOut().println();
        spec.commandLine().getOut().flush();
        return response.status() == 200 ? 0 : 1;
    }
}
