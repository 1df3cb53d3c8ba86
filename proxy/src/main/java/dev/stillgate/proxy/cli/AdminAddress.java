package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.config.HostPort;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.StillgateConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Where the admin of a running gateway is, and what it wants to be shown. */
final class AdminAddress {
    /** The variable with the admin's token, for an admin that is named by its address. */
    private static final String TOKEN = "STILLGATE_ADMIN_TOKEN";

    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Option(
            names = "--config",
            paramLabel = "FILE",
            defaultValue = "config/stillgate.yaml",
            description = "the stillgate.yaml that says where the admin is, and its token (default: ${DEFAULT-VALUE})")
    private Path config = Path.of("config/stillgate.yaml");

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            converter = Converter.class,
            description = {
                "the admin's address, in the place of the one in stillgate.yaml;",
                "its token is then the variable " + TOKEN + ", if it is set"
            })
    private @Nullable HostPort admin;

    /** Reads an address as the configuration does. */
    static final class Converter implements CommandLine.ITypeConverter<HostPort> {
        @Override
        public HostPort convert(String text) {
            try {
                return HostPort.parse(text);
            } catch (IllegalArgumentException e) {
                throw new CommandLine.TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    /** What the admin answered. */
    record Answer(HostPort from, int status, String text) {}

    /** Asks for a page; says on standard error when nobody answers, and returns null then. */
    @Nullable
    Answer get(CommandLine line, String path) throws ConfigException, InterruptedException {
        return send(line, "GET", path);
    }

    /** Asks for something to be done; as {@link #get}. */
    @Nullable
    Answer post(CommandLine line, String path) throws ConfigException, InterruptedException {
        return send(line, "POST", path);
    }

    private @Nullable Answer send(CommandLine line, String method, String path)
            throws ConfigException, InterruptedException {
        StillgateConfig.Admin named = admin == null
                ? new PolicyLoader(Environment.system()).config(config).admin()
                : null;
        HostPort address = reachable(named == null ? given() : named.address());
        String token = named == null ? System.getenv(TOKEN) : named.token();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + address + path))
                .timeout(PATIENCE)
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (token != null && !token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT).build()) {
            HttpResponse<String> answer =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            return new Answer(address, answer.statusCode(), answer.body());
        } catch (IOException e) {
            line.getErr()
                    .println("stillgate: no gateway answers on " + address + ": is it running, and is that its admin?");
            return null;
        }
    }

    private HostPort given() {
        if (admin == null) {
            throw new IllegalStateException("no address was given");
        }
        return admin;
    }

    /** Returns where to ask: an admin that listens on every address is asked on the loopback. */
    private static HostPort reachable(HostPort address) {
        return switch (address.host()) {
            case "0.0.0.0" -> new HostPort("127.0.0.1", address.port());
            case "::" -> new HostPort("::1", address.port());
            default -> address;
        };
    }
}
