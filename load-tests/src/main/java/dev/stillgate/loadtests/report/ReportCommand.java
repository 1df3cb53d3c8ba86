package dev.stillgate.loadtests.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stillgate.loadtests.options.Options;
import dev.stillgate.loadtests.report.RequestRecord.Outcome;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The command behind {@code load-tests/run gatling … --report} and {@code load-tests/run gatling compare}. */
public final class ReportCommand {
    private static final double WAKING_RATE = 30;
    private static final Duration DRAIN = Duration.ofMinutes(2);
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
            .build();

    private ReportCommand() {}

    /**
     * Runs the command and exits: 0 for success, 1 for failed requests, a run without a complete response or a
     * regression, 2 for invalid arguments.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        System.exit(run(args, System.out, System.err));
    }

    /** Runs the command and returns its exit code. */
    static int run(String[] args, PrintStream out, PrintStream err) throws IOException, InterruptedException {
        try {
            return switch (args.length == 0 ? "" : args[0]) {
                case "run" -> load(new LoadOptions(args, 1), out);
                case "compare" -> compare(args, out);
                default -> throw new IllegalArgumentException("expected run or compare");
            };
        } catch (IllegalArgumentException e) {
            err.println("gatling: " + e.getMessage());
            return 2;
        }
    }

    private static int load(LoadOptions options, PrintStream out) throws IOException, InterruptedException {
        List<ModelRequests.Target> targets = options.targets();
        Slo slo = options.slo();
        Arrivals arrivals = options.arrivals();
        List<Long> schedule = arrivals.schedule(options.seconds(), options.seed());
        Path to = options.out();
        try (ModelLoad load = ModelLoad.of(options.requests(), DRAIN)) {
            if (options.waking() > 0) {
                double rate = Math.min(WAKING_RATE, Math.max(1, arrivals.rate()));
                List<Long> waking = new Arrivals(false, rate).schedule(options.waking(), 0);
                out.printf("%d requests to each server as a warm-up (skip it with --no-waking)%n", waking.size());
                load.run(targets, waking);
            }
            out.printf("%d requests to each server, %s%n", schedule.size(), arrivals.description());
            List<List<RequestRecord>> records = load.run(targets, schedule);
            Figures gateway = new Figures(records.getFirst(), slo);
            Figures direct = records.size() == 1 ? null : new Figures(records.get(1), slo);
            LoadReport report = new LoadReport(options.described(), gateway, direct);
            Files.createDirectories(to);
            write(to.resolve("records.jsonl"), gateway);
            if (direct != null) {
                write(to.resolve("records-direct.jsonl"), direct);
            }
            Files.writeString(to.resolve("report.json"), JSON.writeValueAsString(report.json()) + "\n");
            Files.writeString(to.resolve("report.md"), MarkdownReport.of(report));
            out.print(MarkdownReport.of(report));
            out.printf("%nreport: %s%n", to.resolve("report.json"));
            return gateway.count(Outcome.FAILED) == 0 && gateway.count(Outcome.COMPLETED) > 0 ? 0 : 1;
        }
    }

    private static void write(Path file, Figures figures) throws IOException {
        List<String> lines = new ArrayList<>();
        for (RequestRecord each : figures.records()) {
            lines.add(JSON.writeValueAsString(each));
        }
        Files.write(file, lines);
    }

    private static int compare(String[] args, PrintStream out) throws IOException {
        if (args.length < 3) {
            throw new IllegalArgumentException("compare: expected two reports");
        }
        Options options = new Options(args, 3, List.of("--threshold"));
        Comparison comparison = Comparison.of(report(args[1]), report(args[2]), options.get("--threshold"));
        out.print(comparison.markdown());
        return comparison.hasRegression() ? 1 : 0;
    }

    /** Reads a report: a JSON file, or a directory with {@code report.json}. */
    private static JsonNode report(String name) throws IOException {
        Path file = Files.isDirectory(Path.of(name)) ? Path.of(name, "report.json") : Path.of(name);
        if (!Files.exists(file)) {
            throw new IllegalArgumentException(file + " does not exist");
        }
        return JSON.readTree(Files.readString(file));
    }
}
