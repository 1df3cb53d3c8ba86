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
 * Three gateways and a store that is killed, started again, stopped and sent on, all under load: a steady account stays
 * below every gateway's share and must not feel any of it, two greedy ones ask for far more than they may and must not get
 * more than is promised.
 */
public final class FleetRun implements AutoCloseable {
    private static final String STEADY = "steady";
    private static final String BY_REQUESTS = "greedy-requests";
    private static final String BY_TOKENS = "greedy-tokens";
    private static final int WARM_UP_SECONDS = 5;
    private static final int MOST_WARM_UPS = 8;
    private static final double WARM_MILLIS = 50;

    private final FleetOptions options;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final List<GatewayProcess> members = new ArrayList<>();
    private final Path directory;
    private final StoreProcess store;
    private final HttpClient client;
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
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
        FleetPolicyFile.writePolicy(directory, stub.baseUrl(), List.of(STEADY, BY_REQUESTS, BY_TOKENS));
        for (int i = 1; i <= options.gateways(); i++) {
            Path config = FleetPolicyFile.writeGateway(directory, "gateway-" + i, store.port());
            GatewayProcess member = GatewayProcess.start(options.stillgate(), config);
            open.push(member);
            members.add(member);
        }
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        double share = (double) FleetPolicyFile.REQUESTS.perSecond() / options.gateways();
        List<Integer> ports = members.stream().map(GatewayProcess::port).toList();
        direct = new AccountLoad(client, callers, STEADY, List.of(stub.port()), 2.1 * share, 50);
        steady = new AccountLoad(client, callers, STEADY, ports, 0.7 * share, 50);
        byRequests = new AccountLoad(client, callers, BY_REQUESTS, ports, 2.5 * share, 10);
        byTokens = new AccountLoad(client, callers, BY_TOKENS, ports, 0.9 * share, 200);
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
        phase(report, "started again", options.after());
        store.stop();
        phase(report, "stopped", options.stopped());
        store.goOn();
        Thread.sleep(options.after() * 1000L);
        endTraffic();
        record(report, "sent on");
        awaitFleet();
        return report.end();
    }

    /** Machines that still compile answer late, which would hide what an outage adds: it lasts until they do not. */
    private void warmUp(FleetReport report) throws InterruptedException {
        for (int i = 1; i <= MOST_WARM_UPS; i++) {
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

    /** Returns the 99th percentile of the steady account's latency in milliseconds. */
    private double record(FleetReport report, String name) {
        long now = System.nanoTime();
        double took = (now - phaseStart) / 1e9;
        phaseStart = now;
        PhaseTally felt = steady.takeTally();
        report.phase(name, took, direct.takeTally(), felt, byRequests.takeTally(), byTokens.takeTally());
        return felt.percentile(0.99);
    }

    /** Asks no more, and waits until everything is answered. */
    private void endTraffic() throws InterruptedException {
        for (AccountLoad traffic : List.of(direct, steady, byRequests, byTokens)) {
            traffic.end();
        }
        callers.shutdown();
        if (!callers.awaitTermination(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("requests are never answered");
        }
    }

    /** All gateways must know of all, or limits would be divided by too few. */
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

    /** Runs it; exits 0 when nothing is wrong, 1 when something is, 2 for arguments that are none. */
    public static void main(String[] args) throws IOException, InterruptedException {
        FleetOptions options;
        try {
            options = FleetOptions.parse(args);
        } catch (IllegalArgumentException e) {
            System.err.println("fleet: " + e.getMessage());
            System.exit(2);
            return;
        }
        boolean well;
        try (FleetRun run = new FleetRun(options)) {
            well = run.run();
        }
        System.exit(well ? 0 : 1);
    }
}
