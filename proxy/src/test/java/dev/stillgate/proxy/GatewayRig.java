package dev.stillgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A real gateway on ports of its own, started from files in a directory of its own. Closing it checks that no exchange
 * and no body memory is left over; what it logged can be read afterwards.
 */
final class GatewayRig implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(5);

    private final Path directory;
    private final Gateway gateway;
    private final JumpTicker ticker;
    private List<String> log = List.of();
    private String token = "";
    private boolean closed;

    private GatewayRig(Path directory, Gateway gateway, JumpTicker ticker) {
        this.directory = directory;
        this.gateway = gateway;
        this.ticker = ticker;
    }

    /** The machine's clock, which a test can stop and put forward. */
    static final class JumpTicker implements Ticker {
        private final AtomicLong ahead = new AtomicLong();
        private volatile long stoppedAt;

        @Override
        public long nanos() {
            long stopped = stoppedAt;
            return (stopped == 0 ? System.nanoTime() : stopped) + ahead.get();
        }

        /** Stops the clock, which only {@link #jump} moves from now on. */
        void stop() {
            stoppedAt = System.nanoTime();
        }

        @Override
        public long millis() {
            return System.currentTimeMillis();
        }

        void jump(Duration by) {
            ahead.addAndGet(by.toNanos());
        }
    }

    /** What the files say; every part has a default that lets requests through. */
    static final class Builder {
        private final List<String> endpoints = new ArrayList<>();
        private String timeouts = "{}";
        private String care = "";
        private String accounts = "{}";
        private String accountsFile = "";
        private String filters = "[]";
        private String limits = "{}";
        private String transport = "auto";
        private String plugins = "";
        private String state = "";
        private String fleet = "";
        private String record = "";
        private String tls = "";
        private String proxyProtocol = "";
        private String upgrade = "[]";
        private String admin = "";
        private boolean watch;
        private int threads = 1;
        private int trustedHops;

        Builder to(UpstreamScript... scripts) {
            for (UpstreamScript script : scripts) {
                toPort(script.port());
            }
            return this;
        }

        Builder toPort(int port) {
            return toUri("http://127.0.0.1:" + port);
        }

        Builder toUri(String uri) {
            endpoints.add("\"" + uri + "\"");
            return this;
        }

        Builder timeouts(String flow) {
            timeouts = flow;
            return this;
        }

        /** Adds keys to the upstream. */
        Builder care(String keys) {
            care = ", " + keys;
            return this;
        }

        Builder accounts(String flow) {
            accounts = flow;
            return this;
        }

        Builder accountsFile(String yaml) {
            accountsFile = yaml;
            return this;
        }

        Builder filters(String flow) {
            filters = flow;
            return this;
        }

        Builder limits(String flow) {
            limits = flow;
            return this;
        }

        Builder transport(String name) {
            transport = name;
            return this;
        }

        Builder plugins(Path jars) {
            plugins = "plugins: " + jars + "\n";
            return this;
        }

        /** Lets filters keep their state in a directory. */
        Builder state(Path directory) {
            state = "state: {directory: " + directory + "}\n";
            return this;
        }

        Builder fleet(String flow) {
            fleet = "fleet: " + flow + "\n";
            return this;
        }

        /** Records exchanges. */
        Builder record(String flow) {
            record = "record: " + flow + "\n";
            return this;
        }

        /** Ends TLS at the listener. */
        Builder tls(String flow) {
            tls = ", tls: " + flow;
            return this;
        }

        /** Lets connections at opaque paths change their protocol. */
        Builder upgrade(String flow) {
            upgrade = flow;
            return this;
        }

        /** Wants a header of the PROXY protocol of those who connect. */
        Builder proxyProtocol(String flow) {
            proxyProtocol = ", proxyProtocol: " + flow;
            return this;
        }

        /** Speaks HTTP/1.1 only, without TLS. */
        Builder http1() {
            tls = ", http2: false";
            return this;
        }

        /** Puts changed files in force by itself. */
        Builder watch() {
            watch = true;
            return this;
        }

        /** Wants a token of those who ask the admin. */
        Builder adminToken(String token) {
            admin = ", token: \"" + token + "\"";
            return this;
        }

        Builder threads(int count) {
            threads = count;
            return this;
        }

        Builder trustedHops(int hops) {
            trustedHops = hops;
            return this;
        }

        /** Returns the policy file's text. */
        String policy() {
            return """
                    version: 1
                    upstreams:
                      - {name: model, endpoints: [%s], timeouts: %s%s}
                    routes:
                      - {path: /v1/, upstream: model, opaque: [/v1/models, /v1/models/, /v1/blobs/], upgrade: %s}
                    accounts: %s
                    filters: %s
                    """.formatted(String.join(", ", endpoints), timeouts, care, upgrade, accounts, filters);
        }

        private String config(Path directory) {
            return """
                    listeners: [{address: "127.0.0.1:0", trustedHops: %d%s%s}]
                    admin: {address: "127.0.0.1:0"%s}
                    watch: %s
                    transport: %s
                    threads: %d
                    policy: policy.yaml
                    hashing: {h1: "0123456789abcdef-test"}
                    limits: %s
                    accessLog: {path: %s}
                    %s%s%s%s""".formatted(
                            trustedHops,
                            proxyProtocol,
                            tls,
                            admin,
                            watch,
                            transport,
                            threads,
                            limits,
                            directory.resolve("access.log"),
                            plugins,
                            state,
                            fleet,
                            record);
        }

        GatewayRig start() {
            try {
                Path directory = Files.createTempDirectory("gateway-rig");
                Files.writeString(directory.resolve("policy.yaml"), policy());
                Files.writeString(directory.resolve("accounts.yaml"), accountsFile);
                Path config = Files.writeString(directory.resolve("stillgate.yaml"), config(directory));
                JumpTicker ticker = new JumpTicker();
                return new GatewayRig(directory, Gateway.start(config, name -> null, ticker), ticker);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (ConfigException e) {
                throw new AssertionError(e);
            }
        }
    }

    static Builder with() {
        return new Builder();
    }

    /** A gateway with defaults in front of one upstream. */
    static GatewayRig before(UpstreamScript script) {
        return with().to(script).start();
    }

    RawClient connect() {
        return new RawClient(port());
    }

    int port() {
        return gateway.addresses().getFirst().getPort();
    }

    /** Sends one request on a connection of its own and reads the answer. */
    RawClient.Answer ask(String request) {
        try (RawClient client = connect()) {
            return client.send(request).answer();
        }
    }

    JumpTicker ticker() {
        return ticker;
    }

    void policy(String text) {
        try {
            Files.writeString(directory.resolve("policy.yaml"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks for metrics with a token from here on. */
    void bearing(String secret) {
        token = secret;
    }

    void whenAskedToDrain(Runnable act) {
        gateway.whenAskedToDrain(act);
    }

    /** Asks the admin, on a connection of its own. */
    RawClient.Answer admin(String line, String... fields) {
        StringBuilder head = new StringBuilder(line + " HTTP/1.1\r\nhost: admin\r\n");
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        try (RawClient client = new RawClient(adminPort())) {
            return client.send(head + "\r\n").answer();
        }
    }

    void reload() throws ConfigException {
        gateway.reload();
    }

    Path directory() {
        return directory;
    }

    /** Returns the sum of all samples whose line begins with the name and has all of the texts in it. */
    double metric(String name, String... labels) {
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

    /** Returns how often an exchange ended for that reason. */
    double reason(String code) {
        return metric("stillgate_reasons_total", "code=\"" + code + "\"");
    }

    int adminPort() {
        return gateway.adminAddress().getPort();
    }

    String scrape() {
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

    /** Waits, within reason, until something is so. */
    static void eventually(String what, BooleanSupplier so) {
        long end = System.nanoTime() + SOON.toNanos();
        while (!so.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + SOON + ": " + what);
            }
            Thread.onSpinWait();
            java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
        }
    }

    /** Checks that nothing is left over, stops the gateway and returns the lines of its access log. */
    List<String> finish() {
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
            eventually("no exchange is open", () -> metric("stillgate_exchanges_active") == 0);
            assertThat(metric("stillgate_body_memory_bytes")).as("body memory").isZero();
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
    }
}
