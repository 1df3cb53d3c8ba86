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
 * Random traffic for a period. No client may wait longer than the gateway's timeouts allow, well-behaved clients get
 * complete responses, and all gauges of held resources return to zero. The seed determines the actions of each client
 * and upstream, but not the order of threads.
 */
public final class ChaosRun {
    private static final long SETTLE_MILLIS = TimeUnit.SECONDS.toMillis(60);
    private static final Pattern HELD = Pattern.compile("(?m)^(stillgate_exchanges_active|stillgate_connections_active"
            + "|stillgate_upgrades_active|stillgate_body_memory_bytes|stillgate_upstream_places_taken"
            + "|stillgate_upstream_waiting|stillgate_upstream_in_flight|stillgate_upstream_connections_open"
            + "|stillgate_upstream_connections_idle)(\\{[^}]*})? (\\S+)");

    private ChaosRun() {}

    /**
     * Arguments: port of the gateway, port of its admin API, ports of the four upstreams (HTTP/1.1, HTTP/2,
     * well-behaved ones of both), seconds, seed, number of HTTP/1.1 clients. There are a third as many HTTP/2 clients, a
     * quarter as many well-behaved ones and as many of sessions, and a twentieth as many that leave many streams.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        int port = Integer.parseInt(args[0]);
        String admin = args[1];
        long seed = Long.parseLong(args[7]);
        int clients = Integer.parseInt(args[8]);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.parseLong(args[6]));
        BooleanSupplier more = () -> System.nanoTime() - until < 0;
        Counters counters = new Counters();
        SplittableRandom random = new SplittableRandom(seed);
        Http1Model.start(Integer.parseInt(args[2]), false, ApiResponses.MESSAGES, seed + 1, counters);
        Http2Model.start(Integer.parseInt(args[3]), false, seed + 2, counters);
        Http1Model.start(Integer.parseInt(args[4]), true, ApiResponses.RESPONSES, seed + 3, counters);
        Http2Model.start(Integer.parseInt(args[5]), true, seed + 4, counters);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            threads.add(Thread.ofVirtual().start(new Http1Client(port, random.split(), counters, more)));
            if (i % 3 == 0) {
                threads.add(Thread.ofVirtual().start(new Http2Client(port, random.split(), counters, more)));
            }
            if (i % 4 == 0) {
                threads.add(Thread.ofVirtual().start(new PoliteClient(port, random.split(), counters, more)));
                threads.add(Thread.ofVirtual().start(new SessionClient(port, random.split(), counters, more)));
            }
            if (i % 20 == 0) {
                threads.add(Thread.ofVirtual().start(new LeavingClient(port, random.split(), counters, more)));
            }
        }
        for (Thread thread : threads) {
            thread.join();
        }
        List<String> held = settled(admin);
        System.out.println("seed " + seed + ", " + clients + " clients of HTTP/1.1:");
        for (String part : List.of("client", "model", "polite", "stuck", "wrong")) {
            counters.print(part);
        }
        held.forEach(line -> System.out.println("  still held: " + line));
        boolean passed = held.isEmpty()
                && counters.none("stuck")
                && counters.none("wrong")
                && counters.of("polite: complete") > 0
                && counters.of("polite: session that the model closes") > 0;
        System.exit(passed ? 0 : 1);
    }

    /** Waits until all resources are released; returns the gauges of those that are not. */
    private static List<String> settled(String admin) throws IOException, InterruptedException {
        long until = System.currentTimeMillis() + SETTLE_MILLIS;
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
