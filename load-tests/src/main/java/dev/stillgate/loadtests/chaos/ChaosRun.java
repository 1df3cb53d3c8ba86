package dev.stillgate.loadtests.chaos;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Random traffic for a while, then silence: no client may wait longer than the gateway's own time limits allow, polite ones
 * get every answer whole, and every gauge of something held is zero again. The seed decides what each client and each
 * upstream does; how the threads interleave is not repeatable.
 */
public final class ChaosRun {
    private static final long SETTLED_MILLIS = TimeUnit.SECONDS.toMillis(60);
    private static final Pattern HELD = Pattern.compile("(?m)^(stillgate_exchanges_active|stillgate_connections_active"
            + "|stillgate_upgrades_active|stillgate_body_memory_bytes|stillgate_upstream_places_taken"
            + "|stillgate_upstream_waiting|stillgate_upstream_in_flight|stillgate_upstream_connections_open"
            + "|stillgate_upstream_connections_idle)(\\{[^}]*})? (\\S+)");

    private ChaosRun() {}

    /**
     * Takes the gateway's port, its admin's, those of the three upstreams (HTTP/1.1, HTTP/2, polite), how many seconds, the
     * seed, and how many clients of HTTP/1.1; there are a third as many of HTTP/2 and a quarter as many polite ones.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        int port = Integer.parseInt(args[0]);
        String admin = args[1];
        long seed = Long.parseLong(args[6]);
        int clients = Integer.parseInt(args[7]);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.parseLong(args[5]));
        BooleanSupplier more = () -> System.nanoTime() - until < 0;
        Counters tally = new Counters();
        SplittableRandom random = new SplittableRandom(seed);
        Http1Model.start(Integer.parseInt(args[2]), false, ApiResponses.MESSAGES, seed + 1, tally);
        Http2Model.start(Integer.parseInt(args[3]), seed + 2, tally);
        Http1Model.start(Integer.parseInt(args[4]), true, ApiResponses.RESPONSES, seed + 3, tally);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            threads.add(Thread.ofVirtual().start(new Http1Client(port, random.split(), tally, more)));
            if (i % 3 == 0) {
                threads.add(Thread.ofVirtual().start(new Http2Client(port, random.split(), tally, more)));
            }
            if (i % 4 == 0) {
                threads.add(Thread.ofVirtual().start(new PoliteClient(port, random.split(), tally, more)));
            }
        }
        for (Thread thread : threads) {
            thread.join();
        }
        List<String> held = settled(admin);
        System.out.println("seed " + seed + ", " + clients + " clients of HTTP/1.1:");
        for (String part : List.of("client", "model", "polite", "stuck", "wrong")) {
            tally.print(part);
        }
        held.forEach(line -> System.out.println("  still held: " + line));
        boolean well =
                held.isEmpty() && tally.none("stuck") && tally.none("wrong") && tally.of("polite: served whole") > 0;
        System.exit(well ? 0 : 1);
    }

    /** Waits until everything is given back; returns what is not. */
    private static List<String> settled(String admin) throws IOException, InterruptedException {
        long until = System.currentTimeMillis() + SETTLED_MILLIS;
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + "/metrics"))
                    .build();
            while (true) {
                List<String> held = HELD.matcher(http.send(request, HttpResponse.BodyHandlers.ofString())
                                .body())
                        .results()
                        .filter(found -> Double.parseDouble(found.group(3)) != 0)
                        .map(MatchResult::group)
                        .toList();
                if (held.isEmpty() || System.currentTimeMillis() > until) {
                    return held;
                }
                Thread.sleep(500);
            }
        }
    }
}
