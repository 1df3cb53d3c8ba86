package dev.stillgate.loadtests.disconnect;

import dev.stillgate.loadtests.stub.StubModel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Disconnects clients in every phase of an exchange, half of them with FIN and half with RST, and measures how soon the
 * model notices. The stub model runs in this process, so that one clock times both ends. For requests that never reach
 * the model, the gateway's access log gives the time. Fails if one delay exceeds 100 ms.
 */
public final class DisconnectRun implements AutoCloseable {
    private static final long MAX_DELAY = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long TIMEOUT = TimeUnit.SECONDS.toNanos(10);
    private static final int CONCURRENT = 50;

    private final InetSocketAddress gateway;
    private final URI metrics;
    private final StubModel model;
    private final HttpClient http = HttpClient.newHttpClient();
    private final ServerSocket full;
    private final List<Socket> waiting = new ArrayList<>();
    private final DisconnectLog log;
    private int named;
    private boolean late;

    /** Starts a model, and on another port an endpoint that accepts no connection. */
    private DisconnectRun(InetSocketAddress gateway, String admin, int modelPort, int fullPort, Path log)
            throws IOException {
        this.log = new DisconnectLog(log);
        this.gateway = gateway;
        this.metrics = URI.create("http://127.0.0.1:" + admin + "/metrics");
        this.model = StubModel.start("127.0.0.1", modelPort, 1);
        this.full = new ServerSocket(fullPort, 1, InetAddress.getLoopbackAddress());
        for (int i = 0; i < 2; i++) { // fills the kernel's accept queue
            waiting.add(new Socket(full.getInetAddress(), fullPort));
        }
    }

    /**
     * Arguments: port of the gateway, port of its admin API, port of the model, port of an endpoint that accepts no
     * connection, number of clients, access log of the gateway.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        InetSocketAddress gateway = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        int each = Integer.parseInt(args[4]) / 10;
        boolean late;
        try (DisconnectRun run = new DisconnectRun(
                gateway, args[1], Integer.parseInt(args[2]), Integer.parseInt(args[3]), Path.of(args[5]))) {
            run.warmUp();
            System.out.printf(
                    Locale.ROOT,
                    "%-26s %-4s %8s %8s %8s %8s %8s%n",
                    "phase",
                    "with",
                    "clients",
                    "in time",
                    "p50",
                    "p99",
                    "max");
            for (boolean reset : new boolean[] {false, true}) {
                run.measureAtGateway(Phase.queued(), "stillgate_upstream_waiting", reset, each);
                run.measureAtGateway(Phase.connecting(), "stillgate_upstream_connections_open", reset, each);
                run.measureAtModel(Phase.sending(), reset, each);
                run.measureAtModel(Phase.awaiting(), reset, each);
                run.measureAtModel(Phase.streaming(), reset, each);
            }
            late = run.late;
        }
        if (late) {
            System.out.println("a disconnect was noticed too late");
            System.exit(1);
        }
    }

    private void warmUp() throws IOException, InterruptedException {
        for (int i = 0; i < 20; i++) {
            disconnect(Phase.streaming(), false, CONCURRENT);
        }
    }

    private List<DisconnectingClient> connect(Phase phase, int count) throws IOException {
        List<DisconnectingClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(new DisconnectingClient(gateway, "c" + ++named, phase));
        }
        return clients;
    }

    /** Disconnects clients whose requests reach the model, which records when their connections close. */
    private void measureAtModel(Phase phase, boolean reset, int count) throws IOException, InterruptedException {
        List<Long> took = new ArrayList<>();
        for (int rest = count; rest > 0; rest -= CONCURRENT) {
            took.addAll(disconnect(phase, reset, Math.min(rest, CONCURRENT)));
        }
        print(phase, reset, count, took);
    }

    private List<Long> disconnect(Phase phase, boolean reset, int count) throws IOException, InterruptedException {
        List<DisconnectingClient> clients = connect(phase, count);
        await(
                phase + ": all requests have arrived",
                () -> clients.stream().allMatch(client -> model.stats().hasArrived(client.name())));
        if (phase.stub().startsWith("events")) {
            for (DisconnectingClient client : clients) {
                client.awaitEvent();
            }
        }
        List<Long> disconnected = new ArrayList<>();
        for (DisconnectingClient client : clients) {
            disconnected.add(client.disconnect(reset));
        }
        List<Long> took = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = clients.get(i).name();
            await(phase + ": " + name + " has disconnected", () -> model.stats().disconnectedAt(name) != null);
            Long noticed = model.stats().disconnectedAt(name);
            took.add(noticed == null ? TIMEOUT : noticed - disconnected.get(i));
        }
        return took;
    }

    /**
     * Disconnects clients whose requests never reach the model. A gauge of the gateway shows when all of them wait, and
     * its access log when it ended each exchange.
     */
    private void measureAtGateway(Phase phase, String gauge, boolean reset, int count) throws IOException {
        List<DisconnectingClient> holders = phase.path().equals("/v1/responses") ? connect(phase, 1) : List.of();
        for (DisconnectingClient holder : holders) {
            await("the concurrency limit is reached", () -> model.stats().hasArrived(holder.name()));
        }
        double before = gauge(gauge);
        Map<String, Long> disconnected = new HashMap<>();
        for (int rest = count; rest > 0; rest -= CONCURRENT) {
            int now = Math.min(rest, CONCURRENT);
            List<DisconnectingClient> clients = connect(phase, now);
            await(phase + ": all are waiting", () -> gauge(gauge) == before + now);
            for (DisconnectingClient client : clients) {
                long when = System.currentTimeMillis();
                client.disconnect(reset);
                disconnected.put(client.name(), when);
            }
            await(phase + ": none is waiting", () -> gauge(gauge) == before);
        }
        for (DisconnectingClient holder : holders) {
            holder.disconnect(true);
        }
        Map<String, Long> ended = new HashMap<>();
        await(phase + ": all are logged", () -> {
            log.readEnds(ended);
            return ended.keySet().containsAll(disconnected.keySet());
        });
        List<Long> took = new ArrayList<>();
        disconnected.forEach((name, when) -> {
            long end = model.stats().hasArrived(name) ? Long.MAX_VALUE : ended.getOrDefault(name, Long.MAX_VALUE);
            took.add(end == Long.MAX_VALUE ? TIMEOUT : TimeUnit.MILLISECONDS.toNanos(Math.max(0, end - when)));
        });
        print(phase, reset, count, took);
    }

    private double gauge(String name) {
        HttpRequest request = HttpRequest.newBuilder(metrics).build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name + "{"))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("cannot read the metrics", e);
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TIMEOUT;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("not within 10 s: " + what);
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    private void print(Phase phase, boolean reset, int count, List<Long> took) {
        long[] sorted = took.stream().mapToLong(Long::longValue).sorted().toArray();
        long inTime = took.stream().filter(nanos -> nanos <= MAX_DELAY).count();
        late |= inTime < count;
        System.out.printf(
                Locale.ROOT,
                "%-26s %-4s %8d %8d %5.1f ms %5.1f ms %5.1f ms%n",
                phase.title(),
                reset ? "RST" : "FIN",
                count,
                inTime,
                sorted[sorted.length / 2] / 1e6,
                sorted[(int) (sorted.length * 0.99)] / 1e6,
                sorted[sorted.length - 1] / 1e6);
    }

    @Override
    public void close() throws IOException {
        model.close();
        for (Socket socket : waiting) {
            socket.close();
        }
        full.close();
        http.close();
    }
}
