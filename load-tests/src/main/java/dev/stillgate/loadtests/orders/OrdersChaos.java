package dev.stillgate.loadtests.orders;

import dev.stillgate.loadtests.fleet.Await;
import dev.stillgate.loadtests.fleet.FleetFiles;
import dev.stillgate.loadtests.fleet.GatewayProcess;
import dev.stillgate.loadtests.fleet.StoreProcess;
import dev.stillgate.loadtests.orders.GivenOrder.Outcome;
import dev.stillgate.loadtests.stub.StubModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Gives operators' orders at random gateways of a fleet while gateways, disks, clocks, links and the store fail. The fleet is
 * healed again and again, and must then show the orders that a model of all responses predicts.
 */
public final class OrdersChaos implements AutoCloseable {
    /** Name of the fingerprint filter. */
    static final String FILTER = "behaviour";

    private static final int MAX_EPOCH_SECONDS = 60;
    private static final int LEAST_EPOCHS = 3;

    private final OrdersOptions options;
    private final Path directory;
    private final StubModel stub = StubModel.start();
    private final StoreProcess store;
    private final List<Member> members = new ArrayList<>();
    private final AdminClient admin = new AdminClient();
    private final History history = new History();
    private final Holdings holdings = new Holdings();
    private final OperationLog log;
    private final List<String> violations = Collections.synchronizedList(new ArrayList<>());
    private final List<Double> healing = new ArrayList<>();
    private boolean closed;

    private OrdersChaos(OrdersOptions options) throws IOException, InterruptedException {
        this.options = options;
        directory = Files.createTempDirectory("stillgate-orders-");
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
        log = new OperationLog(directory.resolve("operations.log"));
        log.line(options.toString());
        store = StoreProcess.start(Files.createDirectory(directory.resolve("store")));
        String filters =
                """
                  - name: %s
                    type: fingerprint
                    mode: enforce
                    config: {review: {approvals: %d}, pool: {least: %d}, regroup: 1s}
                """.formatted(FILTER, options.approvals(), Plan.members().size());
        Map<String, String> accounts = new LinkedHashMap<>();
        Plan.accounts().forEach(account -> accounts.put(account, ""));
        Plan.members().forEach(account -> accounts.put(account, device("shared")));
        Plan.others().forEach(account -> accounts.put(account, device(account)));
        FleetFiles.writePolicy(directory, stub.baseUrl(), accounts, filters);
        for (int i = 0; i < options.gateways(); i++) {
            members.add(new Member(options, directory, "gateway-" + i, new StoreLink(store.port())));
        }
    }

    private static String device(String value) {
        return ", facts: {device: \"h:%s\"}".formatted(value + "-".repeat(32 - value.length()));
    }

    /** Sends a request of each account with a device, and waits until every gateway shows the cluster. */
    private void awaitCluster() throws IOException, InterruptedException {
        for (String account :
                Stream.concat(Plan.others().stream(), Plan.members().stream()).toList()) {
            admin.ask(members.getFirst().process(), account);
        }
        for (Member member : members) {
            Await.until("a gateway shows the cluster", () -> {
                try {
                    return admin.get(member.process(), "/clusters/" + Plan.CLUSTER)
                                    .status()
                            == 200;
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException(e);
                }
            });
        }
    }

    private boolean run() throws IOException, InterruptedException {
        Nemesis.startAll(members);
        awaitFleet();
        awaitCluster();
        Plan plan = new Plan(options);
        Store commands = new Store(store);
        Intruder intruder =
                new Intruder(admin, options.approvals(), directory.resolve("accounts.yaml"), log, violations);
        Nemesis nemesis = new Nemesis(members, commands, holdings, intruder, log);
        Operators operators = new Operators(members, admin, history, holdings, log);
        Checker checker = new Checker(members, admin, history, commands, log);
        double end = log.seconds() + options.minutes() * 60;
        int epochSeconds = Math.min(MAX_EPOCH_SECONDS, options.minutes() * 60 / LEAST_EPOCHS);
        for (int epoch = 0; log.seconds() < end; epoch++) {
            copyDisks(epoch);
            long millis = (long) (1000 * Math.min(epochSeconds, Math.max(5, end - log.seconds())));
            int now = epoch;
            Thread orders = Thread.ofVirtual().start(() -> {
                try {
                    operators.give(plan, now, millis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            nemesis.run(plan, millis);
            orders.join();
            check(checker, epoch);
        }
        report();
        return violations.isEmpty();
    }

    /** Copies the disk of one gateway in each epoch, so that copies have different ages. */
    private void copyDisks(int epoch) throws IOException {
        int gateway = epoch % members.size();
        holdings.copied(gateway);
        members.get(gateway).copyDisk();
    }

    private void check(Checker checker, int epoch) throws IOException, InterruptedException {
        awaitFleet();
        double start = log.seconds();
        var wrong = checker.check(options.healSeconds());
        double took = log.seconds() - start;
        log.line("epoch %d: healed within %.1f s, %d violations".formatted(epoch, took, wrong.size()));
        violations.addAll(wrong.values());
        healing.add(took);
        if (wrong.isEmpty()) {
            holdings.everywhere(
                    history.all().stream().filter(GivenOrder::isAcknowledged).toList(), members.size());
        }
    }

    /** Waits until every gateway is linked and knows all others. */
    private void awaitFleet() throws InterruptedException {
        double start = log.seconds();
        try {
            for (Member member : members) {
                GatewayProcess process = member.process();
                Await.until("a gateway joins", () -> process != null && process.nodes() == options.gateways());
            }
            log.line("joined after %.1f s".formatted(log.seconds() - start));
        } catch (IOException e) {
            violations.add("the healed fleet does not join: " + e.getMessage());
        }
    }

    private void report() {
        List<Double> sorted = new ArrayList<>(healing);
        Collections.sort(sorted);
        print(
                "| seed | minutes | gateways | approvals | faults | orders | acknowledged | kept here | refused | without response"
                        + " | violations | healing s: median | maximum |");
        print("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        print(String.format(
                Locale.ROOT,
                "| %d | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d | %.1f | %.1f |",
                options.seed(),
                options.minutes(),
                options.gateways(),
                options.approvals(),
                log.sum("fault "),
                history.all().size(),
                count(Outcome.KNOWN),
                count(Outcome.HERE),
                count(Outcome.REFUSED),
                count(Outcome.UNANSWERED),
                violations.size(),
                sorted.get(sorted.size() / 2),
                sorted.getLast()));
        print("");
        print(log.counts());
        violations.forEach(each -> print("violation: " + each));
    }

    private long count(Outcome outcome) {
        return history.all().stream()
                .filter(order -> order.outcome() == outcome)
                .count();
    }

    private static void print(String line) {
        System.out.println(line);
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly); // store and gateways
            members.forEach(member -> member.link().close());
            stub.close();
            log.close();
            if (violations.isEmpty() && healing.size() > 0 && System.getenv("KEEP_RUN") == null) {
                Member.delete(directory);
            } else {
                System.err.println("orders-chaos: kept " + directory);
            }
        } catch (Exception e) {
            System.err.println("orders-chaos: " + e);
        }
    }

    /** Exits with 0 if all checks passed, 1 if one failed, 2 for invalid arguments. */
    public static void main(String[] args) throws IOException, InterruptedException {
        OrdersOptions options;
        try {
            options = OrdersOptions.parse(args);
        } catch (IllegalArgumentException e) {
            System.err.println("orders-chaos: " + e.getMessage());
            System.exit(2);
            return;
        }
        boolean passed;
        try (OrdersChaos run = new OrdersChaos(options)) {
            passed = run.run();
        }
        System.exit(passed ? 0 : 1);
    }
}
