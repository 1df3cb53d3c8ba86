package dev.stillgate.loadtests.demo;

import dev.stillgate.loadtests.campaign.Drive;
import dev.stillgate.loadtests.campaign.SimulatedModel;
import dev.stillgate.loadtests.campaign.traffic.Scenario;
import dev.stillgate.loadtests.campaign.traffic.SignUpRules;
import dev.stillgate.loadtests.campaign.traffic.Simulation;
import dev.stillgate.loadtests.campaign.traffic.Tactics;
import dev.stillgate.loadtests.canary.NgramStudent;
import dev.stillgate.loadtests.compressed.CompressedGateway;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.spi.Ticker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code proxy/bin/stillgate demo}, which the launcher runs from a source tree. */
@Command(
        name = "stillgate demo",
        mixinStandardHelpOptions = true,
        description = {
            "Play honest customers and three campaigns against a gateway.",
            "A stub model answers. A day takes a minute. The console's address and commands to try are printed, and the",
            "gateway keeps running. With --once: a tour, then the main job faster and checked; exit 0 or 1.",
            "It listens on two loopback ports: 8080 for clients and 9090 for the console, or free ones if these are taken.",
            "With --once it takes free ones."
        })
public final class Demo implements Callable<Integer> {
    private static final String SECRET = "STILLGATE_HASH_SECRET";
    private static final int PORT = 8080;
    private static final int ADMIN_PORT = 9090;
    private static final int MAX_PORT = 65_535;
    private static final double MINUTE_A_DAY = 1440;
    private static final double ONCE_SPEEDUP = 4 * MINUTE_A_DAY;
    private static final int ONCE_DAYS = 5;
    private static final int SIMULATED_ONCE = 8;
    private static final int DAYS = 30;
    private static final int STUDENT_ANSWERS = 2000;
    private static final Duration TRAFFIC_TIMEOUT = Duration.ofSeconds(100);

    @Option(names = "--once", description = "run the tour and the main job, check both, and exit")
    private boolean once;

    @Option(names = "--seed", paramLabel = "N", description = "the seed of the traffic (default: 1)")
    private long seed = 1;

    @Option(names = "--port", paramLabel = "N", description = "the port for clients", converter = Port.class)
    private @Nullable Integer port;

    @Option(names = "--admin-port", paramLabel = "N", description = "the port of the console", converter = Port.class)
    private @Nullable Integer adminPort;

    /** Converter of a TCP port; 0 stands for any free one. */
    private static final class Port implements CommandLine.ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > MAX_PORT) {
                throw new CommandLine.TypeConversionException("expected a port from 0 to " + MAX_PORT);
            }
            return Integer.valueOf(text);
        }
    }

    public static void main(String[] args) {
        System.exit(command().execute(args));
    }

    static CommandLine command() {
        return new CommandLine(new Demo()).setExecutionExceptionHandler((failure, line, parsed) -> {
            line.getErr().println("stillgate: " + failure.getMessage());
            return 1;
        });
    }

    @Override
    public Integer call() throws IOException, InterruptedException, ConfigException {
        double speedup = once ? ONCE_SPEEDUP : MINUTE_A_DAY;
        DemoFiles files = DemoFiles.create();
        Scenario scenario = Scenario.named("demo");
        int days = once ? SIMULATED_ONCE : DAYS;
        Simulation simulation =
                Simulation.create(scenario, seed, days, scenario.honest(), 1, Tactics.STUBBORN, SignUpRules.PLAIN);
        files.accounts(simulation.accounts(), secret());
        long since = System.currentTimeMillis();
        try (SimulatedModel model = new SimulatedModel(0); // first, so that the gateway's first request is answered
                Gateway gateway = gateway(files, model.port(), speedup, since)) {
            String url = "http://127.0.0.1:" + gateway.addresses().getFirst().getPort();
            String admin = "http://127.0.0.1:" + gateway.adminAddress().getPort();
            Thread traffic = traffic(simulation, files, model, url, since, speedup);
            if (once) {
                return tour(url, admin, files, traffic) ? 0 : 1;
            }
            closeAtInterrupt(gateway, files);
            String command = Objects.requireNonNullElse(System.getenv("STILLGATE_COMMAND"), "stillgate");
            System.out.print(commandsToTry(command, url, admin, files));
            Thread.currentThread().join(); // until Ctrl-C
            return 0;
        } finally {
            files.close();
        }
    }

    private Gateway gateway(DemoFiles files, int model, double speedup, long since)
            throws IOException, ConfigException {
        Path shipped = Path.of(Objects.requireNonNullElse(System.getenv("STILLGATE_CONFIG_DIR"), "config"));
        files.write(shipped, "http://127.0.0.1:" + model, port(port, PORT), port(adminPort, ADMIN_PORT));
        return Gateway.start(files.config(), environment(), CompressedGateway.ticker(Ticker.system(), speedup, since));
    }

    private static void closeAtInterrupt(Gateway gateway, DemoFiles files) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            gateway.close();
            files.close();
        }));
    }

    private boolean tour(String url, String admin, DemoFiles files, Thread traffic)
            throws IOException, InterruptedException {
        boolean succeeded = new DemoTour(url, admin, files.accessLog(), System.out).run();
        System.out.println(
                "\nThe main job: " + ONCE_DAYS + " days of honest customers and three campaigns, four days a minute");
        DemoStory story = new DemoStory(admin, System.out);
        String cluster = story.await(Duration.ofSeconds(60));
        if (cluster == null) {
            return false;
        }
        long found = System.currentTimeMillis();
        succeeded &= story.confirm(cluster, Duration.ofSeconds(20));
        if (!traffic.join(TRAFFIC_TIMEOUT)) {
            System.out.println("the traffic did NOT end in time");
            return false;
        }
        succeeded &= story.text(cluster);
        System.out.println("a rival trains a small model on what the cluster was served since then; is it marked?");
        Path served = files.directory().resolve("served.jsonl");
        Path suspect = files.directory().resolve("suspect.jsonl");
        story.served(cluster, files.answers(), found, served);
        NgramStudent.write(served, suspect, STUDENT_ANSWERS, seed);
        succeeded &= story.finding(cluster, verify(suspect, files));
        System.out.println(succeeded ? "\nAll went as expected." : "\nSomething did NOT go as expected, see above.");
        return succeeded;
    }

    /** Starts the traffic; returns its thread. */
    private Thread traffic(
            Simulation simulation, DemoFiles files, SimulatedModel model, String gateway, long since, double speedup) {
        double minutes = (once ? ONCE_DAYS : DAYS) * MINUTE_A_DAY / speedup;
        Drive drive = new Drive(simulation, List.of(URI.create(gateway)), speedup, List.of(), since);
        return Thread.ofPlatform().daemon().name("traffic").start(() -> {
            try (PrintStream out = new PrintStream(files.driveLog().toFile(), StandardCharsets.UTF_8)) {
                drive.run(minutes, model, files.answers(), out);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Tests answers for the marks of all keys of the ledger, as {@code canary verify} does; returns its JSON. */
    private static byte[] verify(Path suspect, DemoFiles files) throws IOException {
        List<String> arguments = List.of(
                "verify",
                "--json",
                "--all-keys",
                "--suspect",
                suspect.toString(),
                "--ledger",
                files.ledger().toString(),
                "--save",
                "a student of the demo",
                "--secret-file",
                files.canarySecret().toString());
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        for (dev.stillgate.spi.Command command : ServiceLoader.load(dev.stillgate.spi.Command.class)) {
            if (command.name().equals("canary")) {
                command.run(
                        arguments,
                        InputStream.nullInputStream(),
                        new PrintStream(json, true, StandardCharsets.UTF_8),
                        System.err);
            }
        }
        return json.toByteArray();
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

    static String commandsToTry(String command, String url, String admin, DemoFiles files) throws IOException {
        return DemoFiles.resource("commands.txt")
                .formatted(
                        url,
                        admin,
                        files.accessLog(),
                        files.policy(),
                        command,
                        URI.create(admin).getAuthority());
    }
}
