package dev.stillgate.loadtests.flood;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Locale;

/**
 * Measures honest load without and with a flood of hostile connections, and the memory of each connection. For
 * Stillgate, at least 999 of 1,000 honest requests must be served, p99 must not double, and a hostile connection must
 * not cost more than 64 KiB of heap. For other proxies it only prints the figures.
 */
public final class FloodRun {
    private static final double MIN_SUCCESS = 0.999;
    private static final long MAX_HEAP = 64 * 1024;
    private static final int WARM_UP_SECONDS = 10;

    private FloodRun() {}

    /** Memory of a gateway in bytes: heap after a collection, direct memory, resident memory. */
    private record Memory(long heap, long direct, long resident) {
        private static final Memory UNKNOWN = new Memory(0, 0, 0);
    }

    /**
     * Arguments: port of the proxy, API key, number of half-open connections, number of connections that never read,
     * seconds, honest requests per second; for Stillgate also the port of its admin API and its process id.
     */
    public static void main(String[] args) throws Exception {
        InetSocketAddress target = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        int hostile = Integer.parseInt(args[2]) + Integer.parseInt(args[3]);
        int seconds = Integer.parseInt(args[4]);
        boolean ours = args.length > 6;
        HonestLoad honest = new HonestLoad(target, args[1], Integer.parseInt(args[5]));
        honest.run(WARM_UP_SECONDS);
        Memory before = ours ? memory(args[6], args[7]) : Memory.UNKNOWN;
        HonestLoad.Result baseline = honest.run(seconds);
        HonestLoad.Result flooded;
        Memory with;
        try (FloodProcess.Handle flood = new FloodProcess.Handle(args[0], args[1], args[2], args[3])) {
            honest.run(2);
            with = ours ? memory(args[6], args[7]) : Memory.UNKNOWN;
            flooded = honest.run(seconds);
            System.out.println(flood.end());
        }
        print("without", baseline);
        print("with the flood", flooded);
        boolean slowed = flooded.success() < MIN_SUCCESS || flooded.p99() > 2 * baseline.p99();
        if (ours && (costs(before, with, Math.max(1, hostile)) > MAX_HEAP || slowed)) {
            System.out.println("the flood slows honest clients or costs too much memory");
            System.exit(1);
        }
    }

    /** Prints the memory cost of one hostile connection and returns its bytes of heap. */
    private static long costs(Memory before, Memory with, int connections) {
        long heap = (with.heap() - before.heap()) / connections;
        System.out.printf(
                Locale.ROOT,
                "a hostile connection costs %,d B of heap, %,d B of direct memory, %,d B resident%n",
                heap,
                (with.direct() - before.direct()) / connections,
                (with.resident() - before.resident()) / connections);
        return heap;
    }

    private static void print(String when, HonestLoad.Result result) {
        System.out.printf(
                Locale.ROOT,
                "%s: %d requests, %.3f %% served, p50 %,d us, p99 %,d us%n",
                when,
                result.requests(),
                100 * result.success(),
                result.p50(),
                result.p99());
    }

    private static Memory memory(String admin, String pid) throws IOException, InterruptedException {
        Process collect = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java").replaceAll("java$", "jcmd"),
                        pid,
                        "GC.run")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        collect.waitFor();
        Thread.sleep(1_500); // the gateway updates its gauges once a second
        String metrics;
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + "/metrics"))
                    .build();
            metrics = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        }
        double most = sum(metrics, "jvm_memory_max_bytes{area=\"heap\",id=\"G1 Old Gen\"");
        long resident = java.nio.file.Files.readAllLines(java.nio.file.Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .findFirst()
                .orElse(0);
        long direct = (long) (sum(metrics, "stillgate_used_direct_memory") * most);
        return new Memory((long) (sum(metrics, "stillgate_used_heap") * most), direct, resident);
    }

    private static double sum(String metrics, String start) {
        return metrics.lines()
                .filter(line -> line.startsWith(start))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
