package dev.stillgate.loadtests.report;

import dev.stillgate.loadtests.report.RequestRecord.Outcome;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Report in Markdown, to be pasted into a pull request. */
final class MarkdownReport {
    private static final List<String> SHOWN = List.of("avg", "min", "p50", "p90", "p95", "p99", "max", "std");
    private static final int LONGEST = 200;
    /** Start lag in milliseconds above which the load generator itself was late. */
    private static final double LATE = 10;

    private MarkdownReport() {}

    /** Formats a run. */
    static String of(LoadReport report) {
        Figures figures = report.gateway();
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "### Load report: %s, %s%n%n",
                code(String.valueOf(report.load().get("scenario"))),
                code(String.valueOf(report.load().get("arrivals")))));
        text.append(String.format(
                Locale.ROOT,
                "**%d requests: %d complete, %d refused, %d failed.** Good: %s %% (%s), %s a second. %s output tokens/s.%n%n",
                figures.records().size(),
                figures.count(Outcome.COMPLETED),
                figures.count(Outcome.REFUSED),
                figures.count(Outcome.FAILED),
                number(100.0 * figures.good() / figures.records().size()),
                figures.slo().text().isEmpty() ? "no objectives" : figures.slo().text() + " ms",
                number(figures.goodput()),
                number(figures.outputTokens() / figures.seconds())));
        counts(text, "Refused", figures.reasons(Outcome.REFUSED));
        counts(text, "Failed", figures.reasons(Outcome.FAILED));
        text.append("| | ").append(String.join(" | ", SHOWN)).append(" |\n|---|");
        text.append("--:|".repeat(SHOWN.size())).append('\n');
        for (Metric metric : Metric.values()) {
            if (!figures.of(metric).isEmpty()) {
                Map<String, Double> statistics = figures.of(metric).statistics();
                text.append("| ").append(metric.label);
                SHOWN.forEach(name -> text.append(" | ").append(number(statistics.getOrDefault(name, 0.0))));
                text.append(" |\n");
            }
        }
        OwnShare share = report.share();
        if (share != null) {
            share(text, share);
        }
        text.append("\nLatencies are of complete responses, and begin at the intended start of a request.\n");
        Distribution lag = figures.of(Metric.LAG);
        if (!lag.isEmpty() && lag.percentile(99) >= LATE) {
            text.append("**The load generator itself was late, see the start lag, which is in every latency.**\n");
        }
        return text.toString();
    }

    private static void counts(StringBuilder text, String title, Map<String, Integer> counts) {
        if (!counts.isEmpty()) {
            text.append(counts.entrySet().stream()
                    .map(each -> each.getValue() + " × " + code(each.getKey()))
                    .collect(Collectors.joining("; ", title + ": ", ".\n\n")));
        }
    }

    private static void share(StringBuilder text, OwnShare share) {
        text.append("\nThe gateway's own share, medians of ")
                .append(share.pairs())
                .append(
                        " pairs in ms:\n\n| | gateway | direct | difference | 95 % interval |\n|---|--:|--:|--:|---|\n");
        for (OwnShare.Row row : share.rows()) {
            text.append(String.format(
                    "| %s | %s | %s | %s | %s to %s |%n",
                    row.metric().label,
                    number(row.gateway()),
                    number(row.direct()),
                    signed(row.difference()),
                    signed(row.low()),
                    signed(row.high())));
        }
    }

    /** Returns a number with three significant digits or more, or a whole number. */
    static String number(double value) {
        double size = Math.abs(value);
        String format = value == Math.rint(value) || size >= 100
                ? "%,.0f"
                : size >= 10 ? "%,.1f" : size >= 0.1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }

    /** Returns a number with its sign. */
    static String signed(double value) {
        return (value > 0 ? "+" : "") + number(value);
    }

    /** Returns a text of a server as a code span of at most 200 characters without invisible ones. */
    private static String code(String text) {
        String part = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
        return "`" + part.replaceAll("\\p{C}|\\p{Zl}|\\p{Zp}", "\uFFFD").replace('`', '\'') + "`";
    }
}
