package dev.stillgate.loadtests.fleet;

import dev.stillgate.loadtests.stub.StubModel;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs a fleet of gateways under load while its store is killed, restarted, stopped and continued. A steady account
 * stays below every gateway's share and must not be affected. Two greedy accounts exceed their limits and must not be
 * granted more than promised.
 */
public final class FleetRun implements AutoCloseable {
    private static final String STEADY = "steady";
    private static final String BY_REQUESTS = "greedy-requests";
    private static final String BY_TOKENS = "greedy-tokens";
    private static final int WARM_UP_SECONDS = 5;
    private static final int MAX_WARM_UPS = 8;
    private static final double WARM_MILLIS = 50;

    private final FleetOptions options;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final List<GatewayProcess> members = new ArrayList<>();
    private final Path directory;
    private final StoreProcess store;
    private final HttpClient client;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final AccountLoad direct;
    private final AccountLoad steady;
    private final AccountLoad byRequests;
    private final AccountLoad byTokens;
    private long phaseStart;

    private FleetRun(FleetOptions options) throws IOException, InterruptedException {
        this.options = options;
        this.directory = Files.createTempDirectory("stillgate-fleet-");
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
        StubModel stub = StubModel.start();
        open.push(stub);
        store = StoreProcess.start(directory);
        open.push(store);
        FleetFiles.writePolicy(directory, stub.baseUrl(), List.of(STEADY, BY_REQUESTS, BY_TOKENS), FleetLimit.filter());
        for (int i = 1; i <= options.gateways(); i++) {
            String name = "gateway-" + i;
            Path own = Files.createDirectory(directory.resolve(name));
            Path config = FleetFiles.writeGateway(own, name, store.port(), "500ms", "");
            GatewayProcess member = GatewayProcess.start(options.stillgate(), config);
            open.push(member);
            members.add(member);
        }
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        double share = (double) FleetLimit.REQUESTS.perSecond() / options.gateways();
        List<Integer> ports = members.stream().map(GatewayProcess::port).toList();
        direct = new AccountLoad(client, executor, STEADY, List.of(stub.port()), 2.1 * share, 50);
        steady = new AccountLoad(client, executor, STEADY, ports, 0.7 * share, 50);
        byRequests = new AccountLoad(client, executor, BY_REQUESTS, ports, 2.5 * share, 10);
        byTokens = new AccountLoad(client, executor, BY_TOKENS, ports, 0.9 * share, 200);
    }

    private boolean run() throws IOException, InterruptedException {
        awaitFleet();
        FleetReport report = new FleetReport(options.gateways(), options.judge());
        phaseStart = System.nanoTime();
        List.of(direct, steady, byRequests, byTokens).forEach(AccountLoad::start);
        warmUp(report);
        phase(report, "before", options.before());
        store.kill();
        phase(report, "killed", options.killed());
        store.restart();
        phase(report, "restarted", options.after());
        store.stop();
        phase(report, "stopped", options.stopped());
        store.resume();
        Thread.sleep(options.after() * 1000L);
        endTraffic();
        record(report, "continued");
        awaitFleet();
        return report.end();
    }

    /** Runs until latency is low: compilation would hide the effect of an outage. */
    private void warmUp(FleetReport report) throws InterruptedException {
        for (int i = 1; i <= MAX_WARM_UPS; i++) {
            Thread.sleep(WARM_UP_SECONDS * 1000L);
            if (record(report, "warm-up") < WARM_MILLIS) {
                return;
            }
        }
    }

    private void phase(FleetReport report, String name, int seconds) throws InterruptedException {
        Thread.sleep(seconds * 1000L);
        record(report, name);
    }

    /** Ends a phase; returns the 99th percentile of the steady account's latency in milliseconds. */
    private double record(FleetReport report, String name) {
        long now = System.nanoTime();
        double took = (now - phaseStart) / 1e9;
        phaseStart = now;
        PhaseTally felt = steady.takeTally();
        report.phase(name, took, direct.takeTally(), felt, byRequests.takeTally(), byTokens.takeTally());
        return felt.percentile(0.99);
    }

    /** Sends no more requests and waits for all responses. */
    private void endTraffic() throws InterruptedException {
        for (AccountLoad traffic : List.of(direct, steady, byRequests, byTokens)) {
            traffic.end();
        }
        executor.shutdown();
        if (!executor.awaitTermination(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("requests got no response");
        }
    }

    /** Waits until every gateway knows all others, since it divides the limits by their number. */
    private void awaitFleet() throws IOException, InterruptedException {
        for (GatewayProcess member : members) {
            Await.until("all gateways have joined", () -> member.nodes() == options.gateways());
        }
    }

    @Override
    public void close() {
        synchronized (open) {
            while (!open.isEmpty()) {
                try {
                    open.pop().close();
                } catch (Exception e) {
                    System.err.println("fleet: " + e);
                }
            }
            delete();
        }
    }

    private void delete() {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            System.err.println("fleet: " + e);
        }
    }

    /** Exits with 0 if all checks passed, 1 if one failed, 2 for invalid arguments. */
    public static void main(String[] args) throws IOException, InterruptedException {
        FleetOptions options;
        try {
            options = FleetOptions.parse(args);
        } catch (IllegalArgumentException e) {
            System.err.println("fleet: " + e.getMessage());
            System.exit(2);
            return;
        }
        boolean passed;
        try (FleetRun run = new FleetRun(options)) {
            passed = run.run();
        }
        System.exit(passed ? 0 : 1);
    }
}
