package dev.stillgate.proxy.rig;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.gateway.Gateway;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real gateway on free ports with its files in a temporary directory. Closing it asserts that no exchange and no body
 * memory is left; its log can be read afterwards.
 */
public final class GatewayRig implements AutoCloseable {
    /** The longest wait for what happens at once on an idle machine. Generous, because machines that test are busy. */
    static final Duration SOON = Duration.ofSeconds(30);

    private final Path directory;
    private final Gateway gateway;
    private final JumpTicker ticker;
    private final LoopBarrier loops;
    private List<String> log = List.of();
    private String token = "";
    private boolean closed;
    private @Nullable Thread drain;

    GatewayRig(Path directory, Gateway gateway, JumpTicker ticker, LoopBarrier loops) {
        this.directory = directory;
        this.gateway = gateway;
        this.ticker = ticker;
        this.loops = loops;
    }

    public static RigBuilder with() {
        return new RigBuilder();
    }

    /** Starts a gateway with defaults in front of one upstream. */
    public static GatewayRig before(UpstreamScript script) {
        return with().to(script).start();
    }

    public Gateway gateway() {
        return gateway;
    }

    public RawClient connect() {
        return new RawClient(port(), 0, loops::await);
    }

    public int port() {
        return gateway.addresses().getFirst().getPort();
    }

    /** Sends one request on a new connection and returns the response. */
    public RawClient.Response ask(String request) {
        try (RawClient client = connect()) {
            return client.send(request).answer();
        }
    }

    public JumpTicker ticker() {
        return ticker;
    }

    public void policy(String text) {
        try {
            Files.writeString(directory.resolve("policy.yaml"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Uses a token for metrics from now on. */
    public void bearing(String secret) {
        token = secret;
    }

    public void onDrainRequest(Runnable act) {
        gateway.onDrainRequest(act);
    }

    /** Sends a request to the admin API on a new connection. */
    public RawClient.Response admin(String line, String... fields) {
        StringBuilder head = new StringBuilder(line + " HTTP/1.1\r\nhost: localhost\r\n");
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        loops.await();
        try (RawClient client = new RawClient(adminPort())) {
            return client.send(head + "\r\n").answer();
        }
    }

    /** Starts draining the gateway, which closes itself once its last connection is closed. */
    public void drain() {
        drain(SOON);
    }

    /** Starts draining the gateway, which closes itself after this time at the latest. */
    public void drain(Duration atMost) {
        drain = Thread.ofVirtual().start(() -> gateway.drain(atMost));
    }

    public void reload() throws ConfigException {
        gateway.reload();
    }

    public Path directory() {
        return directory;
    }

    /** Returns the sum of all samples whose line starts with the name and contains all of the texts. */
    public double metric(String name, String... labels) {
        double sum = 0;
        for (String line : scrape().lines().toList()) {
            boolean fits = line.startsWith(name + "{") || line.startsWith(name + " ");
            for (String label : labels) {
                fits &= line.contains(label);
            }
            if (fits) {
                sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
            }
        }
        return sum;
    }

    /** Returns the number of exchanges that ended for this reason. */
    public double reason(String code) {
        return metric("stillgate_reasons_total", "code=\"" + code + "\"");
    }

    public int adminPort() {
        return gateway.adminAddress().getPort();
    }

    public String scrape() {
        loops.await();
        try {
            URI metrics = URI.create("http://127.0.0.1:" + adminPort() + "/metrics");
            HttpURLConnection connection = (HttpURLConnection) metrics.toURL().openConnection();
            if (!token.isEmpty()) {
                connection.setRequestProperty("authorization", "Bearer " + token);
            }
            try (var in = connection.getInputStream()) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until a condition holds; fails after a timeout. */
    public static void eventually(String what, BooleanSupplier so) {
        long end = System.nanoTime() + SOON.toNanos();
        long pause = 1_000_000;
        while (!so.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + SOON + ": " + what);
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(2 * pause, 20_000_000);
        }
    }

    /** Asserts that nothing is left, stops the gateway and returns its access log lines. */
    public List<String> finish() {
        close();
        return log;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (drain != null) {
                assertThat(drain.join(SOON)).as("drained").isTrue(); // the admin API is closed, and metrics with it
            } else {
                eventually("no exchange is open", () -> metric("stillgate_exchanges_active") == 0);
                assertThat(metric("stillgate_body_memory_bytes"))
                        .as("body memory")
                        .isZero();
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while draining", e);
        } finally {
            gateway.close();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            log = Files.readAllLines(directory.resolve("access.log"));
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        AccessLogSchema.assertConform(log);
    }
}
