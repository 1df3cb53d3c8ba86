package dev.stillgate.loadtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stillgate.loadtests.stub.StubModel;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks with {@code strace} that only the fleet's threads use the socket of the store, never an event loop of
 * requests, although a filter there draws and publishes for every request.
 */
@Tag("slow")
public class FleetThreadsTest {
    private static final int REQUESTS = 500;
    private static final Pattern LISTENING =
            Pattern.compile("listening on \\[/127\\.0\\.0\\.1:(\\d+)].*admin on /127\\.0\\.0\\.1:(\\d+)");
    private static final Pattern THREAD = Pattern.compile("^(\\d+) ");
    private static final Pattern SENT = Pattern.compile("stillgate_fleet_feed_sent_total (\\d+)");

    @TempDir
    private Path work;

    @Test
    @Timeout(180)
    void storeSocketIsUsedByFleetThreadsOnly() throws Exception {
        assumeTrue(runs("strace", "-o", "/dev/null", "true"), "strace is not installed or not permitted");
        assumeTrue(runs("valkey-server", "--version"), "valkey-server is not installed");
        int port = freePort();
        Process store = new ProcessBuilder(
                        "valkey-server", "--save", "", "--port", "" + port, "--bind", "127.0.0.1", "--dir", "" + work)
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("valkey.out").toFile())
                .start();
        try (StubModel stub = StubModel.start();
                GatewayFiles files =
                        GatewayFiles.write(stub.baseUrl(), "filters: [{name: probe, type: fleet-probe}]\n")) {
            Path trace = work.resolve("trace");
            Process gateway = gateway(files, trace, port);
            Map<String, String> names = new HashMap<>();
            try {
                serve(gateway, names);
            } finally {
                stop(gateway);
            }
            Map<String, Integer> callsByThread = callsByThread(trace, port, names);
            System.out.println("system calls on the store's sockets by thread: " + callsByThread);
            assertThat(callsByThread).isNotEmpty();
            assertThat(callsByThread.keySet()).containsOnly("stillgate-fleet");
            assertThat(names.values()).as("the threads include event loops").anyMatch(FleetThreadsTest::isEventLoop);
        } finally {
            store.destroy();
            assertThat(store.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    private void serve(Process gateway, Map<String, String> names) throws Exception {
        Path output = work.resolve("gateway.out");
        until(
                "the gateway listens",
                () -> listening(output).find() && text(output).contains("joined the fleet"));
        Matcher listening = listening(output);
        assertThat(listening.find()).isTrue();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + listening.group(1) + "/v1/models"))
                    .build();
            for (int i = 0; i < REQUESTS; i++) {
                client.send(request, BodyHandlers.discarding());
            }
            HttpRequest metrics = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + listening.group(2) + "/metrics"))
                    .build();
            until("all records are sent", () -> sent(client, metrics) >= REQUESTS);
        }
        ProcessHandle traced = gateway.children().findFirst().orElseThrow();
        for (File task : new File("/proc/" + traced.pid() + "/task").listFiles()) {
            names.put(
                    task.getName(),
                    Files.readString(task.toPath().resolve("comm")).strip());
        }
    }

    private static long sent(HttpClient client, HttpRequest metrics) {
        try {
            Matcher sent =
                    SENT.matcher(client.send(metrics, BodyHandlers.ofString()).body());
            return sent.find() ? Long.parseLong(sent.group(1)) : 0;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns whether a thread is an event loop, by Netty's name as truncated by the kernel. */
    private static boolean isEventLoop(String thread) {
        return thread.startsWith("multiThreadIoEv");
    }

    private static Map<String, Integer> callsByThread(Path trace, int port, Map<String, String> names)
            throws IOException {
        Map<String, Integer> callsByThread = new TreeMap<>();
        for (String line : Files.readAllLines(trace, StandardCharsets.ISO_8859_1)) {
            Matcher thread = THREAD.matcher(line);
            boolean store = line.contains(":" + port + "]>")
                    || line.contains("sin_port=htons(" + port + ")")
                    || line.contains("sin6_port=htons(" + port + ")");
            if (store && thread.find()) {
                callsByThread.merge(names.getOrDefault(thread.group(1), "unknown"), 1, Integer::sum);
            }
        }
        return callsByThread;
    }

    /** Starts a gateway without io_uring, whose system calls strace cannot see. */
    private Process gateway(GatewayFiles files, Path trace, int port) throws IOException {
        Files.writeString(
                files.config(),
                Files.readString(files.config()) + "transport: epoll\nthreads: 2\nfleet: {store: 'redis://127.0.0.1:"
                        + port + "'}\n");
        Path services = Files.createDirectories(work.resolve("classes/META-INF/services"));
        Files.writeString(services.resolve("dev.stillgate.spi.FilterFactory"), FleetProbe.class.getName() + "\n");
        return new ProcessBuilder(List.of(
                        "strace",
                        "-f",
                        "-yy",
                        "--seccomp-bpf",
                        "-e",
                        "trace=connect,read,write,readv,writev,recvfrom,sendto,recvmsg,sendmsg,close,shutdown",
                        "-o",
                        trace.toString(),
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        work.resolve("classes") + File.pathSeparator + System.getProperty("java.class.path"),
                        "dev.stillgate.proxy.cli.Main",
                        "run",
                        "--config",
                        files.config().toString(),
                        "--drain-seconds",
                        "1"))
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("gateway.out").toFile())
                .start();
    }

    private static Matcher listening(Path output) {
        return LISTENING.matcher(text(output));
    }

    private static String text(Path output) {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void until(String condition, BooleanSupplier holds) throws InterruptedException {
        for (int i = 0; !holds.getAsBoolean(); i++) {
            assertThat(i).as(condition).isLessThan(1200);
            Thread.sleep(50);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /** Returns whether a program is installed and ends well with these arguments. */
    public static boolean runs(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    private static void stop(Process strace) throws InterruptedException {
        strace.children().forEach(ProcessHandle::destroy);
        if (!strace.waitFor(20, TimeUnit.SECONDS)) {
            strace.descendants().forEach(ProcessHandle::destroyForcibly);
            strace.destroyForcibly();
        }
    }
}
