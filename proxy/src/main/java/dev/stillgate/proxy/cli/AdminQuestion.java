package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.config.HostPort;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.dialect.JsonValues;
import dev.stillgate.proxy.dialect.MalformedBody;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** A question to the admin of a running gateway: where it is, and how the answer is shown. */
final class AdminQuestion {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String UNRESERVED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            defaultValue = "config/stillgate.yaml",
            description = "the stillgate.yaml that says where the admin is (default: ${DEFAULT-VALUE})")
    private Path config = Path.of("config/stillgate.yaml");

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            converter = AdminAddress.class,
            description = "the admin's address, in the place of the one in stillgate.yaml")
    private @Nullable HostPort admin;

    @Option(names = "--json", description = "print the JSON as the admin gives it")
    private boolean json;

    /** Reads an address as the configuration does. */
    static final class AdminAddress implements CommandLine.ITypeConverter<HostPort> {
        @Override
        public HostPort convert(String text) {
            try {
                return HostPort.parse(text);
            } catch (IllegalArgumentException e) {
                throw new CommandLine.TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    /** Asks for the page of a thing and prints it; returns the command's exit code. */
    int ask(CommandLine line, String what, String page, String id) throws ConfigException, InterruptedException {
        PrintWriter err = line.getErr();
        HostPort address = address();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + "/" + page + "/" + escaped(id)))
                .timeout(PATIENCE)
                .build();
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (answer.statusCode() == 404) {
                err.println("stillgate: no " + what + " \"" + Outline.safe(id) + "\" is known");
                return 1;
            }
            return show(line, address, answer);
        } catch (IOException e) {
            err.println("stillgate: no gateway answers on " + address + ": is it running, and is that its admin?");
            return 1;
        }
    }

    private int show(CommandLine line, HostPort address, HttpResponse<byte[]> answer) {
        try {
            if (JsonValues.read(answer.body()) instanceof Map<?, ?> page) {
                if (answer.statusCode() == 200) {
                    line.getOut().print(json ? new String(answer.body(), StandardCharsets.UTF_8) : Outline.of(page));
                    line.getOut().flush();
                    return 0;
                }
                Object error = page.get("error");
                line.getErr().println("stillgate: " + address + " refuses: " + Outline.safe(String.valueOf(error)));
                return 1;
            }
        } catch (MalformedBody e) {
            // said below
        }
        line.getErr().println("stillgate: what answers on " + address + " is no admin of a gateway");
        return 1;
    }

    /** An admin that listens on every address is asked on the loopback. */
    private HostPort address() throws ConfigException {
        HostPort given = admin != null
                ? admin
                : new PolicyLoader(Environment.system()).config(config).admin().address();
        return switch (given.host()) {
            case "0.0.0.0" -> new HostPort("127.0.0.1", given.port());
            case "::" -> new HostPort("::1", given.port());
            default -> given;
        };
    }

    private static String escaped(String id) {
        StringBuilder out = new StringBuilder();
        for (byte b : id.getBytes(StandardCharsets.UTF_8)) {
            if (b > 0 && UNRESERVED.indexOf(b) >= 0) {
                out.append((char) b);
            } else {
                out.append(String.format("%%%02X", b & 0xff));
            }
        }
        return out.toString();
    }
}
