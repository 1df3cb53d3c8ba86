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
 * Callers who leave in every phase of an exchange, half of them with FIN and half with RST, and how soon the model hears of
 * each. It is the model itself, so that both ends are seen by one clock. Of those that never came to the model the gateway's
 * access log tells: they have left its queue, and its connections that were being opened are closed. Fails when one of them
 * took longer than 100 ms.
 */
public final class DisconnectRun implements AutoCloseable {
    private static final long SOON = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);
    private static final int AT_ONCE = 50;

    private final InetSocketAddress gateway;
    private final URI metrics;
    private final StubModel model;
    private final HttpClient http = HttpClient.newHttpClient();
    private final ServerSocket full;
    private final List<Socket> waiting = new ArrayList<>();
    private final DisconnectLog log;
    private int named;
    private boolean late;

    /** A model on a port, and an endpoint on another one that takes no connection. */
    private DisconnectRun(InetSocketAddress gateway, String admin, int modelPort, int fullPort, Path log) throws IOException {
        this.log = new DisconnectLog(log);
        this.gateway = gateway;
        this.metrics = URI.create("http://127.0.0.1:" + admin + "/metrics");
        this.model = StubModel.start("127.0.0.1", modelPort, 1);
        this.full = new ServerSocket(fullPort, 1, InetAddress.getLoopbackAddress());
        for (int i = 0; i < 2; i++) { // and the kernel's queue is full
            waiting.add(new Socket(full.getInetAddress(), fullPort));
        }
    }

    /**
     * Takes the gateway's port, its admin's, the model's, that of an endpoint that takes nobody, how many callers, and the
     * gateway's access log.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        InetSocketAddress gateway = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        int each = Integer.parseInt(args[4]) / 10;
        boolean late;
        try (DisconnectRun gone =
                new DisconnectRun(gateway, args[1], Integer.parseInt(args[2]), Integer.parseInt(args[3]), Path.of(args[5]))) {
            gone.warmUp();
            System.out.printf(
                    Locale.ROOT,
                    "%-26s %-4s %8s %8s %8s %8s %8s%n",
                    "phase",
                    "with",
                    "callers",
                    "in time",
                    "p50",
                    "p99",
                    "max");
            for (boolean reset : new boolean[] {false, true}) {
                gone.unseen(Phase.queued(), "stillgate_upstream_waiting", reset, each);
                gone.unseen(Phase.connecting(), "stillgate_upstream_connections_open", reset, each);
                gone.seen(Phase.sending(), reset, each);
                gone.seen(Phase.awaiting(), reset, each);
                gone.seen(Phase.streaming(), reset, each);
            }
            late = gone.late;
        }
        if (late) {
            System.out.println("somebody was noticed too late");
            System.exit(1);
        }
    }

    private void warmUp() throws IOException, InterruptedException {
        for (int i = 0; i < 20; i++) {
            leaveTogether(Phase.streaming(), false, AT_ONCE);
        }
    }

    private List<DisconnectingClient> come(Phase phase, int count) throws IOException {
        List<DisconnectingClient> callers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            callers.add(new DisconnectingClient(gateway, "c" + ++named, phase));
        }
        return callers;
    }

    /** Callers whose request comes to the model, which notes when their connections close. */
    private void seen(Phase phase, boolean reset, int count) throws IOException, InterruptedException {
        List<Long> took = new ArrayList<>();
        for (int left = count; left > 0; left -= AT_ONCE) {
            took.addAll(leaveTogether(phase, reset, Math.min(left, AT_ONCE)));
        }
        print(phase, reset, count, took);
    }

    private List<Long> leaveTogether(Phase phase, boolean reset, int count) throws IOException, InterruptedException {
        List<DisconnectingClient> callers = come(phase, count);
        await(
                phase + ": all have come",
                () -> callers.stream().allMatch(caller -> model.stats().hasArrived(caller.name())));
        if (phase.behaviour().startsWith("events")) {
            for (DisconnectingClient caller : callers) {
                caller.awaitEvent();
            }
        }
        List<Long> left = new ArrayList<>();
        for (DisconnectingClient caller : callers) {
            left.add(caller.leave(reset));
        }
        List<Long> took = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = callers.get(i).name();
            await(phase + ": " + name + " is gone", () -> model.stats().disconnectedAt(name) != null);
            Long gone = model.stats().disconnectedAt(name);
            took.add(gone == null ? PATIENCE : gone - left.get(i));
        }
        return took;
    }

    /**
     * Callers of whom the model never hears: a gauge of the gateway says when all of them wait, and its access log when it gave
     * each of them up.
     */
    private void unseen(Phase phase, String gauge, boolean reset, int count) throws IOException {
        List<DisconnectingClient> holders = phase.path().equals("/v1/responses") ? come(phase, 1) : List.of();
        for (DisconnectingClient holder : holders) {
            await("the only place is taken", () -> model.stats().hasArrived(holder.name()));
        }
        double before = gauge(gauge);
        Map<String, Long> left = new HashMap<>();
        for (int rest = count; rest > 0; rest -= AT_ONCE) {
            int now = Math.min(rest, AT_ONCE);
            List<DisconnectingClient> callers = come(phase, now);
            await(phase + ": all wait", () -> gauge(gauge) == before + now);
            for (DisconnectingClient caller : callers) {
                long when = System.currentTimeMillis();
                caller.leave(reset);
                left.put(caller.name(), when);
            }
            await(phase + ": all are gone", () -> gauge(gauge) == before);
        }
        for (DisconnectingClient holder : holders) {
            holder.leave(true);
        }
        Map<String, Long> ended = new HashMap<>();
        await(phase + ": all are logged", () -> {
            log.ends(ended);
            return ended.keySet().containsAll(left.keySet());
        });
        List<Long> took = new ArrayList<>();
        left.forEach((name, when) -> {
            long end = model.stats().hasArrived(name) ? Long.MAX_VALUE : ended.getOrDefault(name, Long.MAX_VALUE);
            took.add(end == Long.MAX_VALUE ? PATIENCE : TimeUnit.MILLISECONDS.toNanos(Math.max(0, end - when)));
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
            throw new IllegalStateException("the gateway's metrics", e);
        }
    }

    private static void await(String what, BooleanSupplier so) {
        long end = System.nanoTime() + PATIENCE;
        while (!so.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("not within 10 s: " + what);
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    private void print(Phase phase, boolean reset, int count, List<Long> took) {
        long[] sorted = took.stream().mapToLong(Long::longValue).sorted().toArray();
        long inTime = took.stream().filter(nanos -> nanos <= SOON).count();
        late |= inTime < count;
        System.out.printf(
                Locale.ROOT,
                "%-26s %-4s %8d %8d %5.1f ms %5.1f ms %5.1f ms%n",
                phase.what(),
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
