package dev.stillgate.loadtests.reload;

import dev.stillgate.loadtests.fleet.AccountLoad;
import dev.stillgate.loadtests.fleet.PhaseTally;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Reloads a large {@code accounts.yaml} of a running gateway repeatedly. Prints the time and processor time of each
 * reload, and the latency of steady requests with and without a reload.
 *
 * <p>Arguments: port of the gateway, port of its admin API, process id, file, number of accounts, number of reloads,
 * requests per second, seconds without a reload. {@code write FILE ACCOUNTS} only writes such a file.
 */
public final class AccountsReload {
    private static final double MAX_WALL_MILLIS = 5_000;
    private static final int TICKS = 100;
    private static final int OUTPUT_TOKENS = 61;
    private static final long WARM_MILLIS = 15_000;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI reload;
    private final Path stat;
    private final Path file;
    private final int accounts;

    private AccountsReload(int admin, long process, Path file, int accounts) {
        this.reload = URI.create("http://127.0.0.1:" + admin + "/reload");
        this.stat = Path.of("/proc", Long.toString(process), "stat");
        this.file = file;
        this.accounts = accounts;
    }

    /** Exits with 1 if a request failed, a reload took too long, or latency rose too much. */
    public static void main(String[] args) throws Exception {
        if (args.length == 3 && args[0].equals("write")) {
            write(Path.of(args[1]), Integer.parseInt(args[2]), 0);
            return;
        }
        AccountsReload run = new AccountsReload(
                Integer.parseInt(args[1]), Long.parseLong(args[2]), Path.of(args[3]), Integer.parseInt(args[4]));
        boolean passed = run.measure(
                Integer.parseInt(args[0]),
                Integer.parseInt(args[5]),
                Integer.parseInt(args[6]),
                Integer.parseInt(args[7]));
        System.exit(passed ? 0 : 1);
    }

    /** Writes an accounts file; some accounts have another tier in each generation. */
    private static void write(Path file, int accounts, int generation) throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (BufferedWriter out = Files.newBufferedWriter(fresh)) {
            out.write("accounts:\n");
            for (int i = 0; i < accounts; i++) {
                String hash = String.format(Locale.ROOT, "%016x%016x", random.nextLong(), random.nextLong());
                String tier = (i + generation) % 10 == 0 ? "gold" : "standard";
                out.write("  - {id: account-%07d, keys: [\"h1:%s\"], organisation: org-%d, tier: %s}%n"
                        .formatted(i, hash, i / 10, tier));
            }
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private boolean measure(int port, int reloads, int perSecond, int seconds) throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            AccountLoad requests = new AccountLoad(client, executor, "steady", List.of(port), perSecond, OUTPUT_TOKENS);
            requests.start();
            Thread.sleep(WARM_MILLIS);
            requests.takeTally();
            Thread.sleep(seconds * 1000L);
            PhaseTally baseline = requests.takeTally();
            print("without", baseline, "");
            boolean passed = failed(baseline) == 0;
            for (int i = 1; i <= reloads; i++) {
                write(file, accounts, i);
                Thread.sleep(2_000); // the effect of writing 100 MB on requests is not counted
                requests.takeTally();
                passed &= reload(requests, baseline, i);
            }
            requests.end();
            return passed;
        }
    }

    private boolean reload(AccountLoad requests, PhaseTally baseline, int number) throws Exception {
        long cpu = cpuTicks();
        long begun = System.nanoTime();
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(reload)
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        double wall = (System.nanoTime() - begun) / 1e6;
        double processor = (cpuTicks() - cpu) * 1000.0 / TICKS;
        PhaseTally latency = requests.takeTally();
        print(
                "reload " + number,
                latency,
                String.format(Locale.ROOT, "%8.0f %8.0f  %d", wall, processor, response.statusCode()));
        if (response.statusCode() != 200) {
            System.out.println(response.body());
        }
        boolean fast = latency.percentile(0.99) <= 5 * baseline.percentile(0.99) + 20;
        return response.statusCode() == 200 && wall < MAX_WALL_MILLIS && failed(latency) == 0 && fast;
    }

    /** Returns user and system time of the gateway's process in hundredths of a second. */
    private long cpuTicks() throws IOException {
        String line = Files.readString(stat);
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    /** Returns the number of requests without status 200. */
    private static int failed(PhaseTally tally) {
        return tally.requests() - tally.answered();
    }

    private static void print(String what, PhaseTally latency, String more) {
        System.out.printf(
                Locale.ROOT,
                "%-10s %6d requests, %d failed; ms: median %7.2f, p99 %7.2f, max %7.2f %s%n",
                what,
                latency.requests(),
                failed(latency),
                latency.percentile(0.5),
                latency.percentile(0.99),
                latency.percentile(1),
                more.isEmpty() ? "  wall ms   cpu ms  status" : more);
    }
}
