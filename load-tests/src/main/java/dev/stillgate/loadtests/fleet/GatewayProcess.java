package dev.stillgate.loadtests.fleet;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A gateway of the fleet in its own process. */
public final class GatewayProcess implements AutoCloseable {
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
        return start(stillgate, config, Path.of(config + ".out"), Map.of());
    }

    /** Starts a gateway with additional environment variables and arguments, and waits until it listens. */
    public static GatewayProcess start(
            String stillgate, Path config, Path output, Map<String, String> environment, String... more)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(stillgate, "run", "--config", config.toString(), "--drain-seconds", "1");
        builder.command().addAll(List.of(more));
        builder.environment().putAll(environment);
        Process process = builder.redirectErrorStream(true)
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
        } catch (IllegalStateException | IOException e) {
            process.destroyForcibly();
            throw new IOException("the gateway did not start: " + Files.readString(output), e);
        }
    }

    /** Returns the port of the listener. */
    public int port() {
        return port;
    }

    /** Returns the port of the admin. */
    public int adminPort() {
        return adminPort;
    }

    /** Kills the process with SIGKILL. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Stops the process with SIGSTOP; connections stay open. */
    public void stop() throws IOException, InterruptedException {
        Await.signal(process, "-STOP");
    }

    /** Continues the stopped process. */
    public void resume() throws IOException, InterruptedException {
        Await.signal(process, "-CONT");
    }

    /** Returns the number of gateways that it knows, including itself; 0 without a store. */
    public int nodes() throws IOException {
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
