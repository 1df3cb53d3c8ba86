package dev.stillgate.loadtests.report.format;

import dev.stillgate.loadtests.report.figure.Figures;
import dev.stillgate.loadtests.report.record.Outcome;
import java.util.List;

/** A figure with one value for the whole run, under AIPerf's name where there is one. */
record Totals(String field, String label, String unit, double value) {
    private static final String PER_SECOND = "requests/sec";
    private static final String REQUESTS = "requests";

    /** Returns all totals of a run. */
    static List<Totals> of(Figures figures) {
        double seconds = figures.seconds();
        int refused = figures.count(Outcome.REFUSED);
        int failed = figures.count(Outcome.FAILED);
        int completed = figures.count(Outcome.COMPLETED);
        return List.of(
                new Totals("request_throughput", "Request Throughput", PER_SECOND, completed / seconds),
                new Totals("goodput", "Goodput", PER_SECOND, figures.goodput()),
                new Totals(
                        "output_token_throughput",
                        "Output Token Throughput",
                        "tokens/sec",
                        figures.outputTokens() / seconds),
                new Totals("request_count", "Request Count", REQUESTS, completed),
                new Totals("good_request_count", "Good Request Count", REQUESTS, figures.good()),
                new Totals("good_request_fraction", "Good Request Fraction", "ratio", figures.goodFraction()),
                new Totals("error_request_count", "Error Request Count", REQUESTS, refused + failed),
                new Totals("refused_request_count", "Refused Request Count", REQUESTS, refused),
                new Totals("failed_request_count", "Failed Request Count", REQUESTS, failed),
                new Totals("total_osl", "Total Output Sequence Length", "tokens", figures.outputTokens()),
                new Totals("offered_request_rate", "Offered Request Rate", PER_SECOND, figures.offered()),
                new Totals("benchmark_duration", "Benchmark Duration", "sec", seconds));
    }
}
