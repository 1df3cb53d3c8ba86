package dev.stillgate.loadtests.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.loadtests.options.Options;
import dev.stillgate.loadtests.report.arrival.Arrival;
import dev.stillgate.loadtests.report.arrival.Arrivals;
import dev.stillgate.loadtests.report.figure.Comparison;
import dev.stillgate.loadtests.report.figure.Figures;
import dev.stillgate.loadtests.report.figure.Knee;
import dev.stillgate.loadtests.report.figure.OwnShare;
import dev.stillgate.loadtests.report.figure.Slo;
import dev.stillgate.loadtests.report.figure.Threshold;
import dev.stillgate.loadtests.report.format.CsvReport;
import dev.stillgate.loadtests.report.format.HtmlReport;
import dev.stillgate.loadtests.report.format.JsonReport;
import dev.stillgate.loadtests.report.format.Load;
import dev.stillgate.loadtests.report.format.MarkdownReport;
import dev.stillgate.loadtests.report.format.Run;
import dev.stillgate.loadtests.report.record.Outcome;
import dev.stillgate.loadtests.report.record.RecordFile;
import dev.stillgate.loadtests.report.record.RequestRecord;
import dev.stillgate.loadtests.report.send.ModelLoad;
import dev.stillgate.loadtests.report.send.Target;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The command behind {@code load-tests/run gatling … --report} and {@code load-tests/run gatling compare}. */
public final class ReportCommand {
    private static final String RECORDS = "records.jsonl";
    private static final double WAKING_RATE = 30;

    private ReportCommand() {}

    /**
     * Runs the command and exits: 0 for success, 1 for failed requests, a run without a complete response or a
     * regression, 2 for invalid arguments.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        System.exit(run(args, System.out, System.err));
    }

    /** Runs the command and returns its exit code. */
    public static int run(String[] args, PrintStream out, PrintStream err) throws IOException, InterruptedException {
        try {
            return switch (args.length == 0 ? "" : args[0]) {
                case "run" -> load(LoadOptions.parse(args, 1), out);
                case "compare" -> compare(args, out);
                default -> throw new IllegalArgumentException("expected run or compare");
            };
        } catch (IllegalArgumentException e) {
            err.println("gatling: " + e.getMessage());
            return 2;
        }
    }

    private static int load(LoadOptions options, PrintStream out) throws IOException, InterruptedException {
        List<Target> targets = options.targets();
        List<Double> sweep = options.sweep();
        options.slo();
        Arrivals arrivals = options.arrivals();
        List<Arrival> schedule = arrivals.schedule(options.seconds(), options.seed());
        Files.createDirectories(options.out());
        try (ModelLoad load = new ModelLoad(options.kind(), Duration.ofSeconds(options.drain()))) {
            if (options.waking() > 0) {
                double rate = Math.min(WAKING_RATE, sweep.isEmpty() ? Math.max(1, arrivals.rate()) : sweep.getFirst());
                List<Arrival> waking = new Arrivals(Arrivals.Kind.CONSTANT, rate, null).schedule(options.waking(), 0);
                out.printf("%d requests to each server as a warm-up (skip it with --no-waking)%n", waking.size());
                load.run(targets, waking);
            }
            if (!sweep.isEmpty()) {
                return sweep(options, load, targets, arrivals, out);
            }
            out.printf("%d requests to each server, %s%n", schedule.size(), arrivals.description());
            Figures figures = one(options, load, targets, arrivals, schedule, options.out());
            out.print(Files.readString(options.out().resolve("report.md")));
            out.printf("%nreport: %s%n", options.out().resolve("report.html"));
            return figures.count(Outcome.FAILED) == 0 && figures.count(Outcome.COMPLETED) > 0 ? 0 : 1;
        }
    }

    private static int sweep(
            LoadOptions options, ModelLoad load, List<Target> targets, Arrivals arrivals, PrintStream out)
            throws IOException, InterruptedException {
        Instant begun = Instant.now();
        List<Knee.Step> steps = new ArrayList<>();
        for (double rate : options.sweep()) {
            Arrivals faster = arrivals.at(rate);
            List<Arrival> schedule = faster.schedule(options.seconds(), options.seed());
            out.printf("%d requests to each server, %s%n", schedule.size(), faster.description());
            Path folder = Files.createDirectories(options.out().resolve(HtmlReport.folder(rate)));
            steps.add(new Knee.Step(rate, one(options, load, targets, faster, schedule, folder)));
        }
        Load swept =
                described(options, targets, "sweep, " + arrivals.kind().name().toLowerCase(Locale.ROOT), begun);
        Path to = options.out();
        String markdown = MarkdownReport.of(swept, steps);
        write(to, "report.json", JsonReport.of(swept, steps));
        write(to, "report.csv", CsvReport.of(steps));
        write(to, "report.md", markdown);
        write(to, "report.html", HtmlReport.of(swept, steps));
        out.print(markdown);
        out.printf("%nreport: %s%n", to.resolve("report.html"));
        return steps.stream().allMatch(step -> step.figures().count(Outcome.COMPLETED) == 0) ? 1 : 0;
    }

    /** Runs one schedule and writes its records and reports. */
    private static Figures one(
            LoadOptions options,
            ModelLoad load,
            List<Target> targets,
            Arrivals arrivals,
            List<Arrival> schedule,
            Path folder)
            throws IOException, InterruptedException {
        Instant begun = Instant.now();
        List<List<RequestRecord>> records = load.run(targets, schedule);
        Load described = described(options, targets, arrivals.description(), begun);
        Figures gateway = new Figures(records.getFirst(), options.slo());
        RecordFile.write(folder.resolve(RECORDS), gateway.records());
        Run run = new Run(described, gateway, null, null);
        if (targets.size() > 1) {
            Figures direct = new Figures(records.get(1), options.slo());
            RecordFile.write(folder.resolve("records-direct.jsonl"), direct.records());
            run = new Run(described, gateway, direct, OwnShare.of(gateway.records(), direct.records(), options.seed()));
        }
        write(folder, "report.json", JsonReport.of(run));
        write(folder, "report.csv", CsvReport.of(gateway));
        write(folder, "report.md", MarkdownReport.of(run));
        write(folder, "report.html", HtmlReport.of(run));
        return gateway;
    }

    private static Load described(LoadOptions options, List<Target> targets, String arrivals, Instant begun) {
        return new Load(
                options.scenario(),
                targets.getFirst().url(),
                targets.size() > 1 ? targets.get(1).url() : null,
                options.model(),
                arrivals,
                options.seed(),
                begun);
    }

    private static void write(Path folder, String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text, StandardCharsets.UTF_8);
    }

    private static int compare(String[] args, PrintStream out) throws IOException {
        if (args.length < 3) {
            throw new IllegalArgumentException("compare: expected the directories of two reports");
        }
        Options options = new Options(args, 3, List.of("--threshold", "--slo", "--seed"));
        Path first = Path.of(args[1]);
        String slo = options.get("--slo");
        List<RequestRecord> before = records(first);
        String thresholds = options.get("--threshold");
        Comparison comparison = Comparison.of(
                before,
                records(Path.of(args[2])),
                Slo.parse(slo == null ? sloOf(first) : slo),
                thresholds == null ? Threshold.defaults(before) : Threshold.list(thresholds),
                options.integer("--seed", 1, Long.MIN_VALUE, Long.MAX_VALUE));
        out.print(MarkdownReport.of(comparison));
        return comparison.hasRegression() ? 1 : 0;
    }

    private static List<RequestRecord> records(Path folder) throws IOException {
        Path file = folder.resolve(RECORDS);
        if (!Files.exists(file)) {
            throw new IllegalArgumentException(
                    folder + " has no " + RECORDS + "; of a sweep, name the folder of one rate");
        }
        return RecordFile.read(file);
    }

    private static String sloOf(Path folder) throws IOException {
        Path file = folder.resolve("report.json");
        return Files.exists(file)
                ? new ObjectMapper()
                        .readTree(file.toFile())
                        .path("load")
                        .path("slo")
                        .asText("")
                : "";
    }
}
