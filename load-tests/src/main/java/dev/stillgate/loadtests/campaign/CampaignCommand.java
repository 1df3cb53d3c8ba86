package dev.stillgate.loadtests.campaign;

import dev.stillgate.loadtests.campaign.traffic.LogWriter;
import dev.stillgate.loadtests.campaign.traffic.Scenario;
import dev.stillgate.loadtests.campaign.traffic.SignUpRules;
import dev.stillgate.loadtests.campaign.traffic.SimulatedAccount;
import dev.stillgate.loadtests.campaign.traffic.Simulation;
import dev.stillgate.loadtests.campaign.traffic.Tactics;
import dev.stillgate.loadtests.labels.LabelTables;
import dev.stillgate.loadtests.labels.Labels;
import dev.stillgate.loadtests.options.Options;
import dev.stillgate.proxy.backtest.Backtest;
import dev.stillgate.proxy.backtest.BacktestFindings;
import dev.stillgate.proxy.backtest.SummaryTable;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * The command {@code load-tests/run campaign}: writes exchange logs of honest customers and campaigns, evaluates a
 * policy on such a log, drives a gateway, or plays against the filters in virtual time.
 */
public final class CampaignCommand {
    private static final int BUFFER = 1 << 18;
    private static final List<String> EVALUATE = List.of("--policy", "--accounts", "--log", "--out");
    private static final List<String> OUTPUT = List.of("--out", "--name", "--gzip");

    private CampaignCommand() {}

    /** Runs the command and exits. */
    public static void main(String[] args) throws IOException {
        System.exit(run(args, System.out, System.err));
    }

    /** Runs the command and returns its exit code. */
    public static int run(String[] args, PrintStream out, PrintStream err) throws IOException {
        try {
            switch (args.length == 0 ? "" : args[0]) {
                case "generate" -> generate(generateOptions(args), out);
                case "accounts" -> {
                    Options options = generateOptions(args);
                    writeAccounts(simulation(options), options);
                }
                case "drive" -> {
                    return drive(DriveOptions.parse(args, 1), out);
                }
                case "evaluate" -> evaluate(new Options(args, 1, EVALUATE), out);
                case "play" -> new Play(PlayOptions.parse(args, 1)).run(out);
                case "scenarios" -> scenarios(out);
                default ->
                    throw new IllegalArgumentException(
                            "expected generate, accounts, evaluate, drive, play or scenarios");
            }
            return 0;
        } catch (IllegalArgumentException e) {
            err.println("campaign: " + e.getMessage());
            return 2;
        }
    }

    /** Replays a log under a policy (open loop), and reports by label. */
    private static void evaluate(Options options, PrintStream out) throws IOException {
        Labels labels = new Labels(false);
        String accounts = options.get("--accounts");
        try {
            BacktestFindings findings = new Backtest(Environment.system())
                    .run(new Backtest.Options(
                            options.path("--policy"),
                            null,
                            null,
                            accounts == null ? null : Path.of(accounts),
                            List.of(options.path("--log")),
                            false,
                            null,
                            labels,
                            (exchanges, millis, part) -> {}));
            labels.write(findings, Map.of(), options.path("--out"));
            out.print(LabelTables.of(labels, findings.tally().runs("canary")));
            out.print(SummaryTable.of(findings));
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static int drive(DriveOptions options, PrintStream out) throws IOException {
        Drive drive = new Drive(
                options.simulation(), options.gateways(), options.speedup(), options.admins(), options.calendar());
        try (SimulatedModel model = new SimulatedModel(options.modelPort())) {
            return drive.run(options.minutes(), model, options.answers(), out) ? 0 : 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private static void scenarios(PrintStream out) {
        for (Scenario scenario : Scenario.all()) {
            out.printf("%s: %d days, %,d honest accounts%n", scenario.name(), scenario.days(), scenario.honest());
            scenario.campaigns()
                    .forEach(plan -> out.printf(
                            "  %-14s %4d accounts, %5.1f a day each, %s %s%n",
                            plan.name(), plan.accounts(), plan.perDay(), plan.works(), plan.evasions()));
        }
    }

    private static Options generateOptions(String[] args) throws IOException {
        List<String> known = new ArrayList<>(OUTPUT);
        known.addAll(Simulation.OPTIONS);
        known.addAll(SignUpRules.OPTIONS);
        Options options = new Options(args, 1, known);
        Files.createDirectories(directory(options));
        return options;
    }

    private static Path directory(Options options) {
        return Path.of(options.get("--out", "."));
    }

    private static String stem(Options options) {
        return options.get("--name", options.get("--scenario", "default") + "-" + options.get("--seed", "1"));
    }

    private static void generate(Options options, PrintStream out) throws IOException {
        long began = System.nanoTime();
        Simulation simulation = simulation(options);
        boolean gzip = options.get("--gzip", "yes").equals("yes");
        Path log = directory(options).resolve(stem(options) + (gzip ? ".jsonl.gz" : ".jsonl"));
        LogWriter writer;
        try (OutputStream file = open(log, gzip)) {
            writer = new LogWriter(file);
            simulation.play(writer);
        }
        writeAccounts(simulation, options);
        report(writer, simulation, (System.nanoTime() - began) / 1e9, log, out);
    }

    private static Simulation simulation(Options options) {
        return Simulation.of(options, Tactics.STUBBORN, SignUpRules.of(options, "no"));
    }

    private static OutputStream open(Path log, boolean gzip) throws IOException {
        OutputStream file = new BufferedOutputStream(Files.newOutputStream(log), BUFFER);
        return gzip ? new BufferedOutputStream(new FastGzip(file), BUFFER) : file;
    }

    /** Gzip at the fastest level. */
    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(OutputStream out) throws IOException {
            super(out, BUFFER);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }

    private static void writeAccounts(Simulation simulation, Options options) throws IOException {
        Path file = directory(options).resolve(stem(options) + ".accounts.yaml");
        try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            writer.write("accounts:\n");
            for (SimulatedAccount account : simulation.accounts()) {
                writer.write(account.line());
            }
        }
    }

    private static void report(LogWriter writer, Simulation simulation, double seconds, Path log, PrintStream out) {
        long all = writer.lines().values().stream().mapToLong(Long::longValue).sum();
        writer.lines().forEach((label, count) -> out.printf("%-34s %,10d%n", label, count));
        out.printf(
                "%s: %,d exchanges of %,d accounts, %,d bytes a line, %.1f s, %,.0f lines a second%n",
                log, all, simulation.accounts().size(), all == 0 ? 0 : writer.written() / all, seconds, all / seconds);
    }
}
