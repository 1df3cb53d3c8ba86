package dev.stillgate.loadtests.reload;

import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Changes a large {@code accounts.yaml} of a running gateway over and over, and tells how long each reload took on the wall and
 * of the gateway's processor time, and what a steady pulse of requests felt beside it and without it.
 *
 * <p>Arguments: the gateway's port, its admin's port, its process, the file, how many accounts, how many reloads, requests a
 * second, seconds without a reload. With {@code write FILE ACCOUNTS} it only writes such a file.
 */
public final class AccountsReload {
    private static final double MOST_WALL_MILLIS = 5_000;
    private static final int TICKS = 100;
    private static final long WARM_MILLIS = 15_000;

    private final HttpClient client = HttpClient.newHttpClient();
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

    /** Runs it; exits 1 when a request failed, a reload took too long, or requests felt it. */
    public static void main(String[] args) throws Exception {
        if (args.length == 3 && args[0].equals("write")) {
            write(Path.of(args[1]), Integer.parseInt(args[2]), 0);
            return;
        }
        AccountsReload run = new AccountsReload(
                Integer.parseInt(args[1]), Long.parseLong(args[2]), Path.of(args[3]), Integer.parseInt(args[4]));
        boolean well = run.measure(
                Integer.parseInt(args[0]),
                Integer.parseInt(args[5]),
                Integer.parseInt(args[6]),
                Integer.parseInt(args[7]));
        System.exit(well ? 0 : 1);
    }

    /** Writes a list of accounts in which some have another tier in each generation. */
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
        try (SteadyRequests pulse = new SteadyRequests(port, perSecond)) {
            Thread.sleep(WARM_MILLIS);
            pulse.take();
            Thread.sleep(seconds * 1000L);
            SteadyRequests.Felt calm = pulse.take();
            print("without", calm, "");
            boolean well = calm.failed() == 0;
            for (int i = 1; i <= reloads; i++) {
                write(file, accounts, i);
                Thread.sleep(2_000); // what writing 100 MB beside them did to requests is no reload's
                pulse.take();
                well &= reload(pulse, calm, i);
            }
            return well;
        }
    }

    private boolean reload(SteadyRequests pulse, SteadyRequests.Felt calm, int number) throws Exception {
        long cpu = cpuTicks();
        long begun = System.nanoTime();
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(reload)
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        double wall = (System.nanoTime() - begun) / 1e6;
        double processor = (cpuTicks() - cpu) * 1000.0 / TICKS;
        SteadyRequests.Felt felt = pulse.take();
        print(
                "reload " + number,
                felt,
                String.format(Locale.ROOT, "%8.0f %8.0f  %d", wall, processor, answer.statusCode()));
        if (answer.statusCode() != 200) {
            System.out.println(answer.body());
        }
        boolean unfelt = felt.p99() <= 5 * calm.p99() + 20;
        return answer.statusCode() == 200 && wall < MOST_WALL_MILLIS && felt.failed() == 0 && unfelt;
    }

    /** Returns the processor time of the gateway's process, user's and system's, in hundredths of a second. */
    private long cpuTicks() throws IOException {
        String line = Files.readString(stat);
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    private static void print(String what, SteadyRequests.Felt felt, String more) {
        System.out.printf(
                Locale.ROOT,
                "%-10s %6d asked, %d failed; ms: median %7.2f, p99 %7.2f, longest %7.2f %s%n",
                what,
                felt.asked(),
                felt.failed(),
                felt.median(),
                felt.p99(),
                felt.longest(),
                more.isEmpty() ? "  wall ms   cpu ms  status" : more);
    }
}
