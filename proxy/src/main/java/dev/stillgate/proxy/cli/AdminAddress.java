package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.config.HostPort;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.StillgateConfig;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/**
 * The address of a running gateway's admin and the token that it wants: of {@code --admin}, else of {@code --config}, else
 * of the environment, else of the default {@code stillgate.yaml}.
 */
final class AdminAddress {
    /** The variable with the admin's address, {@code HOST:PORT} or a URL. */
    private static final String ADDRESS = "STILLGATE_ADMIN";

    /** The variable with the admin's token, for an admin that no configuration names. */
    private static final String TOKEN = "STILLGATE_ADMIN_TOKEN";

    private static final Path DEFAULT_CONFIG = Path.of("config/stillgate.yaml");
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "the stillgate.yaml that has the admin's address and token")
    private @Nullable Path config;

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            converter = Converter.class,
            description = {
                "the admin's address, or its URL, in place of the one in stillgate.yaml (default: the",
                "variable " + ADDRESS + "); its token is then the variable " + TOKEN + ", if it is set"
            })
    private @Nullable HostPort admin;

    /** Reads an address as the configuration does, or a URL. */
    static final class Converter implements CommandLine.ITypeConverter<HostPort> {
        @Override
        public HostPort convert(String text) {
            try {
                return parse(text);
            } catch (IllegalArgumentException e) {
                throw new CommandLine.TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    /**
     * Reads {@code HOST:PORT}, or the {@code http} URL of the same.
     *
     * @throws IllegalArgumentException when it is anything else
     */
    static HostPort parse(String text) {
        if (!text.contains("://")) {
            return HostPort.parse(text);
        }
        try {
            URI url = new URI(text);
            boolean plain = "http".equals(url.getScheme())
                    && url.getRawUserInfo() == null
                    && (url.getRawPath().isEmpty() || url.getRawPath().equals("/"))
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null;
            if (plain && url.getHost() != null) {
                return HostPort.parse(url.getHost() + ":" + (url.getPort() < 0 ? 80 : url.getPort()));
            }
        } catch (URISyntaxException e) {
            // said below
        }
        throw new IllegalArgumentException(
                "\"" + text + "\" is no admin: expected HOST:PORT or http://HOST:PORT, such as http://127.0.0.1:9090");
    }

    /** What the admin answered. */
    record Answer(HostPort from, int status, String text) {}

    private record Place(HostPort address, @Nullable String token) {}

    /** Asks for a page; says on standard error why there is no answer, and returns null then. */
    @Nullable
    Answer get(CommandLine line, String path) throws ConfigException, InterruptedException {
        return send(line, "GET", path, place(), PATIENCE);
    }

    /** Asks for something to be done; as {@link #get}. */
    @Nullable
    Answer post(CommandLine line, String path) throws ConfigException, InterruptedException {
        return send(line, "POST", path, place(), PATIENCE);
    }

    /**
     * Asks for a page that needs no token, as a probe does: as {@link #get}, but the default {@code stillgate.yaml} is not
     * read.
     *
     * @param otherwise the address when none is named
     * @param patience the longest time that it may take
     */
    @Nullable
    Answer probe(CommandLine line, String path, HostPort otherwise, Duration patience)
            throws ConfigException, InterruptedException {
        Place named = config == null || admin != null ? outside() : configured(config);
        return send(line, "GET", path, named == null ? new Place(otherwise, null) : named, patience);
    }

    private Place place() throws ConfigException {
        Place outside = config == null || admin != null ? outside() : null;
        return outside != null ? outside : configured(Objects.requireNonNullElse(config, DEFAULT_CONFIG));
    }

    /** Returns the place that the option or the environment names, null when neither does. */
    private @Nullable Place outside() {
        HostPort given = admin;
        String variable = System.getenv(ADDRESS);
        if (given == null && variable != null && !variable.isEmpty()) {
            try {
                given = parse(variable);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(ADDRESS + ": " + e.getMessage(), e);
            }
        }
        return given == null ? null : new Place(given, System.getenv(TOKEN));
    }

    private static Place configured(Path file) throws ConfigException {
        StillgateConfig.Admin named =
                new PolicyLoader(Environment.system()).config(file).admin();
        return new Place(named.address(), named.token());
    }

    private static @Nullable Answer send(CommandLine line, String method, String path, Place place, Duration patience)
            throws InterruptedException {
        HostPort address = reachable(place.address());
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + address + path))
                .timeout(patience)
                .method(method, HttpRequest.BodyPublishers.noBody());
        String token = place.token();
        if (token != null && !token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        Duration connect = patience.compareTo(CONNECT) < 0 ? patience : CONNECT;
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(connect).build()) {
            HttpResponse<String> answer =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            return new Answer(address, answer.statusCode(), answer.body());
        } catch (IOException e) {
            line.getErr()
                    .println("stillgate: " + address + " does not answer: " + reason(e)
                            + "; is the gateway running, and is that its admin?");
            return null;
        }
    }

    /** Returns why there is no answer: the client gives some of its exceptions no message. */
    private static String reason(IOException e) {
        return switch (e) {
            case HttpConnectTimeoutException slow -> "no connection in time";
            case HttpTimeoutException slow -> "no answer in time";
            case ConnectException refused when isUnresolved(refused) -> "its name cannot be resolved";
            case ConnectException refused when refused.getMessage() == null -> "connection refused";
            default -> Objects.requireNonNullElse(e.getMessage(), e.toString());
        };
    }

    private static boolean isUnresolved(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return true;
            }
        }
        return false;
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
