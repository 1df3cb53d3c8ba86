package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Demo: honest customers and three campaigns, a stub model, and a gateway between them. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Play honest customers and three campaigns against a gateway.",
            "A stub model answers. A day takes a minute. The console's address and commands to try are printed, and the",
            "gateway keeps running. With --once: a tour, then the main job faster and checked; exit 0 or 1.",
            "It listens on two loopback ports: 8080 for clients and 9090 for the console, or free ones if these are taken.",
            "With --once it takes free ones."
        })
final class DemoCommand implements Callable<Integer> {
    private static final String SECRET = "STILLGATE_HASH_SECRET";
    private static final int PORT = 8080;
    private static final int ADMIN_PORT = 9090;
    private static final double MINUTE_A_DAY = 1440;
    private static final double ONCE_SPEEDUP = 4 * MINUTE_A_DAY;
    private static final double ONCE_DAYS = 5;
    private static final int SIMULATED_ONCE = 8;
    private static final int DAYS = 30;

    @Option(names = "--once", description = "run the tour and the main job, check both, and exit")
    private boolean once;

    @Option(names = "--seed", paramLabel = "N", description = "the seed of the traffic (default: 1)")
    private long seed = 1;

    @Option(names = "--port", paramLabel = "N", description = "the port for clients", converter = Port.class)
    private @Nullable Integer port;

    @Option(names = "--admin-port", paramLabel = "N", description = "the port of the console", converter = Port.class)
    private @Nullable Integer adminPort;

    @Override
    public Integer call() throws IOException, InterruptedException, ConfigException {
        String classpath = System.getenv("STILLGATE_STUB_CLASSPATH");
        String shipped = System.getenv("STILLGATE_CONFIG_DIR");
        if (classpath == null || shipped == null) {
            System.err.println("stillgate: the demo runs from a source tree, as proxy/bin/stillgate demo");
            return 1;
        }
        double speedup = once ? ONCE_SPEEDUP : MINUTE_A_DAY;
        try (StubProcess stub = StubProcess.start(classpath);
                DemoFiles files = DemoFiles.create();
                DemoTraffic traffic =
                        new DemoTraffic(classpath, files.directory(), seed, once ? SIMULATED_ONCE : DAYS)) {
            int model = free(0);
            files.write(Path.of(shipped), "http://127.0.0.1:" + model, port(port, PORT), port(adminPort, ADMIN_PORT));
            files.accounts(traffic.accounts(), secret());
            long since = System.currentTimeMillis();
            try (Gateway gateway = Gateway.start(files.config(), environment(), calendar(since, speedup))) {
                String url =
                        "http://127.0.0.1:" + gateway.addresses().getFirst().getPort();
                String admin = "http://127.0.0.1:" + gateway.adminAddress().getPort();
                Process played =
                        traffic.play(model, stub.url(), url, since, once ? ONCE_DAYS : DAYS, speedup, files.answers());
                if (once) {
                    return tour(url, admin, files, traffic, played) ? 0 : 1;
                }
                String command = Objects.requireNonNullElse(System.getenv("STILLGATE_COMMAND"), "stillgate");
                System.out.print(commandsToTry(command, url, admin, files));
                return Signals.serve(gateway, Duration.ZERO, false, Duration.ofSeconds(10));
            }
        }
    }

    private boolean tour(String url, String admin, DemoFiles files, DemoTraffic traffic, Process played)
            throws IOException, InterruptedException {
        boolean succeeded = new DemoTour(url, admin, files.accessLog()).run(System.out);
        System.out.println("\nThe main job: " + (int) ONCE_DAYS + " days of honest customers and three campaigns,"
                + " four days a minute");
        DemoStory story = new DemoStory(admin, System.out);
        String cluster = story.await(Duration.ofSeconds(60));
        if (cluster == null) {
            return false;
        }
        long found = System.currentTimeMillis();
        succeeded &= story.confirm(cluster, Duration.ofSeconds(20));
        if (!played.waitFor(100, TimeUnit.SECONDS)) {
            System.out.println("the traffic did NOT end in time");
            return false;
        }
        succeeded &= story.text(cluster);
        System.out.println("a rival trains a small model on what the cluster was served since then; is it marked?");
        Path served = files.directory().resolve("served.jsonl");
        story.served(cluster, files.answers(), found, served);
        Path suspect = traffic.student(served, seed);
        succeeded &= story.finding(cluster, traffic.verify(suspect, files.ledger(), files.canarySecret()));
        System.out.println(succeeded ? "\nAll went as expected." : "\nSomething did NOT go as expected, see above.");
        return succeeded;
    }

    /** Returns a ticker whose calendar runs faster. Timeouts and limits do not. */
    private static Ticker calendar(long since, double speedup) {
        Ticker machine = Ticker.system();
        return new Ticker() {
            @Override
            public long nanos() {
                return machine.nanos();
            }

            @Override
            public long millis() {
                return since + (long) ((machine.millis() - since) * speedup);
            }

            @Override
            public double pace() {
                return speedup;
            }
        };
    }

    /** Returns the port that was given, else the usual one or another free one. */
    private int port(@Nullable Integer given, int usual) throws IOException {
        if (given != null) {
            return given;
        }
        return once ? 0 : free(usual);
    }

    /** Returns the port if it is free, else a free one. */
    private static int free(int port) throws IOException {
        for (int wanted : new int[] {port, 0}) {
            try (ServerSocket probe = new ServerSocket()) {
                probe.setReuseAddress(true);
                probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted));
                return probe.getLocalPort();
            } catch (IOException taken) {
                // another one is tried
            }
        }
        throw new IOException("no port is free");
    }

    /**
     * Returns the environment with a default hashing secret. It is public, since the demo's keys are not secret either.
     */
    private static Environment environment() {
        return name -> name.equals(SECRET) ? secret() : System.getenv(name);
    }

    private static String secret() {
        return Objects.requireNonNullElse(System.getenv(SECRET), "a public secret for the demo");
    }

    static String commandsToTry(String command, String url, String admin, DemoFiles files) {
        return """

                Stillgate runs in front of a stub model, and honest customers and three campaigns send requests: a day
                takes a minute. Open the console:

                  %2$s/console/

                Within four minutes a cluster waits under Review. Read its dossier, confirm it, and see its requests
                refused and its answers marked. The traffic ends after half an hour.

                An answer, and a stream (either API; any key that does not begin with "invalid"):
                  curl %1$s/v1/messages -H 'x-api-key: demo' -H 'content-type: application/json' \\
                    -d '{"model":"stub-1","max_tokens":100,"messages":[{"role":"user","content":"Hello"}]}'
                  curl -N %1$s/v1/chat/completions -H 'authorization: Bearer demo' -H 'content-type: application/json' \\
                    -d '{"model":"stub-1","stream":true,"messages":[{"role":"user","content":"Hello"}]}'

                A refused region (the demo trusts one proxy to name the client's address):
                  curl -i %1$s/v1/messages -H 'x-api-key: demo' -H 'x-forwarded-for: 175.45.176.1' \\
                    -H 'content-type: application/json' -d '{}'

                A rate limit (50 requests a minute for accounts that are not listed):
                  for i in $(seq 60); do curl -s -o /dev/null -w '%%{http_code} ' %1$s/v1/messages -H 'x-api-key: busy' \\
                    -H 'content-type: application/json' \\
                    -d '{"model":"stub-1","max_tokens":1,"messages":[{"role":"user","content":"Hello"}]}'; done

                The queue of review on the command line, its first cluster, and an order on it (with its revision for N):
                  %5$s review --admin %6$s
                  %5$s admin GET /clusters/c1 --admin %6$s
                  %5$s admin POST /clusters/c1/confirm by=me why=demo revision:=N --admin %6$s

                Decisions, and a change of policy while it runs:
                  tail -f %3$s
                  edit %4$s
                  %5$s reload --admin %6$s

                Ctrl-C stops it.
                """.formatted(
                        url, admin, files.accessLog(), files.policy(), command, admin.substring("http://".length()));
    }
}
