package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.config.HostPort;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.files.FileFault;
import dev.stillgate.proxy.json.JsonWriter;
import java.io.IOException;
import java.io.InputStream;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * Options that locate the admin API of a running gateway: its address and its token. Precedence: {@code --admin},
 * {@code --config}, the environment, the default {@code stillgate.yaml}.
 */
final class AdminAddress {
    /** The environment variable with the admin's address, {@code HOST:PORT} or a URL. */
    private static final String ADDRESS = "STILLGATE_ADMIN";

    /** The environment variable with the admin's token, for an admin address that is not from a configuration file. */
    private static final String TOKEN = "STILLGATE_ADMIN_TOKEN";

    private static final int LONGEST_TOKEN = 16 * 1024;

    private static final String OTHERS = " (--config FILE, --admin HOST:PORT or " + ADDRESS + " names another)";

    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @Option(
            names = "--config",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "the stillgate.yaml that has the admin's address and token")
    private @Nullable Path config;

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            converter = Converter.class,
            scope = ScopeType.INHERIT,
            description = {
                "the admin's address or URL, instead of the one in stillgate.yaml (default: the environment",
                "variable " + ADDRESS + "); its token is then read from " + TOKEN + ", if set"
            })
    private @Nullable HostPort admin;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "a file with your token (default: " + TOKEN + ", or admin.token in stillgate.yaml)")
    private @Nullable Path tokenFile;

    /** Converter of an address in the configuration's format, or of a URL. */
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
     * Parses {@code HOST:PORT} or {@code http://HOST:PORT}.
     *
     * @throws IllegalArgumentException if the text has another format
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
            // reported below
        }
        throw new IllegalArgumentException("\"" + text
                + "\" is not an admin address: expected HOST:PORT or http://HOST:PORT, such as http://127.0.0.1:9090");
    }

    /** A response of the admin API. */
    record Response(HostPort from, int status, String text) {}

    private record Endpoint(HostPort address, @Nullable String token) {}

    /** Gets a page. Without a response, prints the reason to standard error and returns null. */
    @Nullable
    Response get(CommandLine line, String path) throws ConfigException, InterruptedException {
        return send(line, "GET", path, endpoint(line), TIMEOUT);
    }

    /** Sends a {@code POST} with a JSON object; otherwise as {@link #get}. */
    @Nullable
    Response post(CommandLine line, String path, Map<String, Object> arguments)
            throws ConfigException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder()
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JsonWriter.indented(arguments)));
        return send(line, request, path, endpoint(line), TIMEOUT);
    }

    /**
     * Gets a page that needs no token, as {@link #get}, but does not read the default {@code stillgate.yaml}.
     *
     * @param otherwise the address if none is given
     * @param timeout the timeout of the request
     */
    @Nullable
    Response probe(CommandLine line, String path, HostPort otherwise, Duration timeout)
            throws ConfigException, InterruptedException {
        Endpoint named = config == null || admin != null ? fromOptionOrEnvironment() : configured(config);
        return send(line, "GET", path, named == null ? new Endpoint(otherwise, null) : named, timeout);
    }

    private Endpoint endpoint(CommandLine line) throws ConfigException {
        Endpoint given = config == null || admin != null ? fromOptionOrEnvironment() : null;
        try {
            Endpoint found = given != null ? given : configured(config == null ? ConfigFile.byDefault(line) : config);
            return tokenFile == null ? found : new Endpoint(found.address, token(tokenFile));
        } catch (ConfigException e) {
            line.getErr().println("stillgate: the admin's address is not known" + OTHERS);
            throw e;
        }
    }

    /** Returns the endpoint named by the option or by the environment, null when neither is set. */
    private @Nullable Endpoint fromOptionOrEnvironment() {
        HostPort given = admin;
        String variable = System.getenv(ADDRESS);
        if (given == null && variable != null && !variable.isEmpty()) {
            try {
                given = parse(variable);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(ADDRESS + ": " + e.getMessage(), e);
            }
        }
        return given == null ? null : new Endpoint(given, System.getenv(TOKEN));
    }

    /** Returns the endpoint in a file, which has the hashes of operators' tokens only. */
    private static Endpoint configured(Path file) throws ConfigException {
        StillgateConfig.Admin named = new PolicyLoader(Environment.system()).admin(file);
        return new Endpoint(named.address(), named.namesOperators() ? System.getenv(TOKEN) : named.token());
    }

    private static String token(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            String token = new String(in.readNBytes(LONGEST_TOKEN), StandardCharsets.UTF_8).strip();
            if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
                throw new IllegalArgumentException("--token-file: " + file + " has no token on its only line");
            }
            return token;
        } catch (IOException e) {
            throw new IllegalArgumentException("--token-file: " + file + " cannot be read: " + FileFault.reason(e), e);
        }
    }

    private static @Nullable Response send(
            CommandLine line, String method, String path, Endpoint endpoint, Duration timeout)
            throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder().method(method, HttpRequest.BodyPublishers.noBody());
        return send(line, request, path, endpoint, timeout);
    }

    private static @Nullable Response send(
            CommandLine line, HttpRequest.Builder request, String path, Endpoint endpoint, Duration timeout)
            throws InterruptedException {
        HostPort address = reachable(endpoint.address());
        request.uri(URI.create("http://" + address + path)).timeout(timeout);
        String token = endpoint.token();
        if (token != null && !token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        Duration connect = timeout.compareTo(CONNECT) < 0 ? timeout : CONNECT;
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(connect).build()) {
            HttpResponse<String> response =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            return new Response(address, response.statusCode(), response.body());
        } catch (IOException e) {
            line.getErr()
                    .println("stillgate: " + address + " does not respond: " + reason(e)
                            + "; is the gateway running, and is this its admin address?" + OTHERS);
            return null;
        }
    }

    /** Returns the reason of a failure. Some exceptions of the HTTP client have no message. */
    private static String reason(IOException e) {
        return switch (e) {
            case HttpConnectTimeoutException slow -> "no connection in time";
            case HttpTimeoutException slow -> "no response in time";
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

    /** Returns the address to connect to: the loopback address for an admin that listens on all addresses. */
    private static HostPort reachable(HostPort address) {
        return switch (address.host()) {
            case "0.0.0.0" -> new HostPort("127.0.0.1", address.port());
            case "::" -> new HostPort("::1", address.port());
            default -> address;
        };
    }
}
