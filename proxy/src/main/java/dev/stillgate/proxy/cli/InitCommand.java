package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.Policy;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes an initial configuration. */
@Command(
        name = "init",
        mixinStandardHelpOptions = true,
        description = {
            "Write a commented configuration for one upstream, with secrets.",
            "DIR gets stillgate.yaml, policy.yaml, accounts.yaml, state/ and secrets/; both directories are the owner's only.",
            "Exit 0 if written, 1 if a file exists or cannot be written; nothing is written in that case."
        })
final class InitCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "the directory; it is created if it does not exist")
    private Path directory = Path.of("config");

    @Option(
            names = "--provider",
            paramLabel = "NAME",
            defaultValue = NewConfiguration.DEFAULT_PROVIDER,
            description = "the API of the upstream: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private NewConfiguration.Provider provider = NewConfiguration.Provider.valueOf(NewConfiguration.DEFAULT_PROVIDER);

    @Option(
            names = "--upstream",
            paramLabel = "URL",
            converter = EndpointText.class,
            description = "the upstream, such as http://127.0.0.1:9000 (default: the provider's own API)")
    private Policy.@Nullable Endpoint upstream;

    @Option(
            names = "--port",
            paramLabel = "N",
            converter = Port.class,
            defaultValue = "8080",
            description = "the port for clients (default: ${DEFAULT-VALUE})")
    private int port = 8080;

    @Option(
            names = "--admin-port",
            paramLabel = "N",
            converter = Port.class,
            defaultValue = "9090",
            description = "the port of the admin API (default: ${DEFAULT-VALUE})")
    private int adminPort = 9090;

    /** Converter of an endpoint in the policy's format. */
    static final class EndpointText implements CommandLine.ITypeConverter<Policy.Endpoint> {
        @Override
        public Policy.Endpoint convert(String text) {
            try {
                return Policy.Endpoint.parse(text);
            } catch (IllegalArgumentException e) {
                throw new CommandLine.TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    @Override
    public Integer call() throws IOException {
        if (spec == null) {
            throw new IllegalStateException("not run as a command");
        }
        List<Path> files = new NewConfiguration(directory)
                .write(Objects.requireNonNullElse(upstream, provider.upstream()), port, adminPort);
        PrintWriter out = spec.commandLine().getOut();
        out.println("written:");
        files.forEach(file -> out.println("  " + file));
        out.println("  " + directory.resolve("state") + "/");
        Path config = directory.resolve("stillgate.yaml");
        out.println("next:");
        out.println("  stillgate validate --config " + config);
        out.println("  stillgate run --config " + config);
        out.println("  export " + provider.baseUrl(port) + "   # base URL for the clients' SDK");
        out.println("keep a copy of " + directory.resolve("secrets") + " in a safe place");
        out.flush();
        return 0;
    }
}
