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
 * Honest load without and with a flood of connections that give and take nothing, and what of memory each of them costs. Of
 * Stillgate it fails when fewer than 999 of 1,000 honest requests are served, when one of a hundred takes more than twice as long,
 * or when a hostile connection costs more than 64 KiB of heap; of another proxy it tells what there is to compare with.
 */
public final class FloodRun {
    private static final double LEAST_SUCCESS = 0.999;
    private static final long MOST_HEAP = 64 * 1024;
    private static final int WARM_UP_SECONDS = 10;

    private FloodRun() {}

    /** What a gateway takes of memory: heap after a collection, direct memory, and all that the system gave it, in bytes. */
    private record Memory(long heap, long direct, long resident) {
        private static final Memory UNKNOWN = new Memory(0, 0, 0);
    }

    /**
     * Takes the proxy's port, an API key, how many half-open connections, how many that never read, for how many seconds, how
     * many honest requests a second, and of Stillgate its admin's port and process id.
     */
    public static void main(String[] args) throws Exception {
        InetSocketAddress target = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        int hostile = Integer.parseInt(args[2]) + Integer.parseInt(args[3]);
        int seconds = Integer.parseInt(args[4]);
        boolean ours = args.length > 6;
        HonestLoad honest = new HonestLoad(target, args[1], Integer.parseInt(args[5]));
        honest.run(WARM_UP_SECONDS);
        Memory before = ours ? memory(args[6], args[7]) : Memory.UNKNOWN;
        HonestLoad.Result calm = honest.run(seconds);
        HonestLoad.Result flooded;
        Memory with;
        try (FloodProcess.Begun flood = new FloodProcess.Begun(args[0], args[1], args[2], args[3])) {
            honest.run(2);
            with = ours ? memory(args[6], args[7]) : Memory.UNKNOWN;
            flooded = honest.run(seconds);
            System.out.println(flood.end());
        }
        print("without", calm);
        print("with the flood", flooded);
        boolean felt = flooded.success() < LEAST_SUCCESS || flooded.p99() > 2 * calm.p99();
        if (ours && (costs(before, with, Math.max(1, hostile)) > MOST_HEAP || felt)) {
            System.out.println("the flood is felt");
            System.exit(1);
        }
    }

    /** Says what one hostile connection costs of memory, and returns its bytes of heap. */
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
                "%s: %d asked, %.3f %% served, p50 %,d us, p99 %,d us%n",
                when,
                result.asked(),
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
        Thread.sleep(1_500); // the gateway looks once a second
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
