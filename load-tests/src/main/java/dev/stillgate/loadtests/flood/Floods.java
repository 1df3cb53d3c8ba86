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
 * Honest load without and with a flood of connections that give and take nothing, and what of memory each of them costs. Fails
 * when fewer than 999 of 1,000 honest requests are served, when one of a hundred takes more than twice as long, or when a hostile
 * connection costs more than 64 KiB of heap.
 */
public final class Floods {
    private static final double LEAST_SUCCESS = 0.999;
    private static final long MOST_HEAP = 64 * 1024;
    private static final int WARM_UP_SECONDS = 10;

    private Floods() {}

    /** What a gateway takes of memory: heap after a collection, direct memory, and all that the system gave it, in bytes. */
    private record Memory(long heap, long direct, long resident) {}

    /**
     * Takes the gateway's port, its admin's port, its process id, an API key, how many half-open connections, how many that
     * never read, for how many seconds, and how many honest requests a second.
     */
    public static void main(String[] args) throws Exception {
        InetSocketAddress target = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        int halfOpen = Integer.parseInt(args[4]);
        int unread = Integer.parseInt(args[5]);
        int seconds = Integer.parseInt(args[6]);
        HonestLoad honest = new HonestLoad(target, args[3], Integer.parseInt(args[7]));
        honest.run(WARM_UP_SECONDS);
        Memory before = memory(args[1], args[2]);
        HonestLoad.Result calm = honest.run(seconds);
        HonestLoad.Result flooded;
        Memory with;
        try (HostileSockets hostile = new HostileSockets(target, args[3], halfOpen, unread)) {
            hostile.open();
            honest.run(2);
            with = memory(args[1], args[2]);
            flooded = honest.run(seconds);
            System.out.println(hostile.state());
        }
        print("without", calm);
        print("with the flood", flooded);
        long each = Math.max(1, halfOpen + unread);
        long heap = (with.heap() - before.heap()) / each;
        System.out.printf(
                Locale.ROOT,
                "a hostile connection costs %,d B of heap, %,d B of direct memory, %,d B resident%n",
                heap,
                (with.direct() - before.direct()) / each,
                (with.resident() - before.resident()) / each);
        if (flooded.success() < LEAST_SUCCESS || flooded.p99() > 2 * calm.p99() || heap > MOST_HEAP) {
            System.out.println("the flood is felt");
            System.exit(1);
        }
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
