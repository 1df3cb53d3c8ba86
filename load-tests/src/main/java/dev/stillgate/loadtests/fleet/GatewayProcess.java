package dev.stillgate.loadtests.fleet;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A gateway of the fleet in its own process. */
final class GatewayProcess implements AutoCloseable {
    private static final Pattern LISTENING =
            Pattern.compile("listening on \\[/127\\.0\\.0\\.1:(\\d+)].*admin on /127\\.0\\.0\\.1:(\\d+)");
    private static final Pattern NODES = Pattern.compile("(?m)^stillgate_fleet_nodes (\\d+)");
    private static final Pattern LINK = Pattern.compile("(?m)^stillgate_fleet_link (\\d+)");

    private final Process process;
    private final int port;
    private final int adminPort;

    private GatewayProcess(Process process, int port, int adminPort) {
        this.process = process;
        this.port = port;
        this.adminPort = adminPort;
    }

    /** Starts a gateway and waits until it listens. */
    static GatewayProcess start(String stillgate, Path config) throws IOException, InterruptedException {
        Path output = Path.of(config + ".out");
        Process process = new ProcessBuilder(stillgate, "run", "--config", config.toString(), "--drain-seconds", "1")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        Matcher[] found = new Matcher[1];
        try {
            Await.until("a gateway listens", () -> {
                found[0] = LISTENING.matcher(Files.readString(output));
                return found[0].find() || !process.isAlive();
            });
            return new GatewayProcess(
                    process, Integer.parseInt(found[0].group(1)), Integer.parseInt(found[0].group(2)));
        } catch (IllegalStateException e) {
            process.destroyForcibly();
            throw new IOException("the gateway did not start: " + Files.readString(output), e);
        }
    }

    int port() {
        return port;
    }

    /** Returns the number of gateways that it knows, including itself; 0 without a store. */
    int nodes() throws IOException {
        String metrics = metrics();
        return value(LINK, metrics) == 1 ? value(NODES, metrics) : 0;
    }

    private static int value(Pattern pattern, String metrics) {
        Matcher matcher = pattern.matcher(metrics);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    private String metrics() throws IOException {
        try (InputStream in =
                URI.create("http://127.0.0.1:" + adminPort + "/metrics").toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        Await.stop(process);
    }
}
