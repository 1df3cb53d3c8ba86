package dev.stillgate.proxy.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stillgate.proxy.config.FleetStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A real Valkey server on a free loopback port, with its own directory. It keeps no data across restarts. */
public final class ValkeyServer implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(60);

    private final Path directory;
    private final int port;
    private final List<String> more;
    private Process process;

    private ValkeyServer(Path directory, int port, List<String> more) {
        this.directory = directory;
        this.port = port;
        this.more = more;
    }

    /** Returns a server that is not started. Skips the test if the binary is missing. */
    static ValkeyServer prepared(Path directory, String... more) {
        assumeTrue(installed(), "valkey-server is not installed");
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new ValkeyServer(directory, free.getLocalPort(), List.of(more));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns a running server. */
    public static ValkeyServer running(Path directory, String... more) {
        ValkeyServer server = prepared(directory, more);
        server.start();
        return server;
    }

    private static boolean installed() {
        for (String directory : System.getenv("PATH").split(":")) {
            if (Files.isExecutable(Path.of(directory, "valkey-server"))) {
                return true;
            }
        }
        return false;
    }

    public void start() {
        List<String> command = new ArrayList<>(List.of(
                "valkey-server",
                "--save",
                "",
                "--port",
                String.valueOf(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                directory.toString()));
        command.addAll(more);
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("valkey.log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        until("the server listens", this::listens);
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Kills the server; its data is lost. */
    public void kill() {
        process.destroyForcibly();
        try {
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Suspends the process; its sockets stay open. */
    void freeze() {
        signal("-STOP");
    }

    void thaw() {
        signal("-CONT");
    }

    /** Closes every connection and keeps the data. */
    void breakConnections() {
        ask("CLIENT KILL TYPE normal SKIPME yes");
    }

    /** Sends one command and returns the first line of the response. */
    public String ask(String command) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void signal(String name) {
        try {
            Process kill = new ProcessBuilder("kill", name, String.valueOf(process.pid())).start();
            assertThat(kill.waitFor()).isZero();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the configuration for a gateway. */
    FleetStore store(String node) {
        return store(node, null, Duration.ofSeconds(1));
    }

    FleetStore store(String node, String password) {
        return store(node, password, Duration.ofSeconds(1));
    }

    /** Returns the configuration with the maximum timeout, for tests that must not fail on slow machines. */
    FleetStore patient(String node) {
        return store(node, null, Duration.ofSeconds(10));
    }

    public int port() {
        return port;
    }

    /** Returns the configuration with another port. */
    FleetStore store(String node, int behind) {
        return new FleetStore("redis://127.0.0.1:" + behind, null, null, node, "test", 0, Duration.ofSeconds(1));
    }

    private FleetStore store(String node, @Nullable String password, Duration timeout) {
        return new FleetStore("redis://127.0.0.1:" + port, null, password, node, "test", 0, timeout);
    }

    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            thaw();
            kill();
        }
    }

    /** Waits until a condition holds. */
    static void until(String what, BooleanSupplier holds) {
        long end = System.nanoTime() + SOON.toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("%s within %s", what, SOON).isNegative();
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
