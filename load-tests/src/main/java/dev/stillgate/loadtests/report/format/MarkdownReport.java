package dev.stillgate.loadtests.report.format;

import dev.stillgate.loadtests.report.figure.Comparison;
import dev.stillgate.loadtests.report.figure.Distribution;
import dev.stillgate.loadtests.report.figure.Figures;
import dev.stillgate.loadtests.report.figure.Knee;
import dev.stillgate.loadtests.report.figure.Metric;
import dev.stillgate.loadtests.report.figure.OwnShare;
import dev.stillgate.loadtests.report.figure.Statistic;
import dev.stillgate.loadtests.report.record.Outcome;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Report in Markdown, to be pasted into a pull request. */
public final class MarkdownReport {
    /** The figures of tables for people, which leave out those with two names. */
    static final List<Metric> SHOWN =
            List.of(Metric.TTFT, Metric.ITL, Metric.ICL, Metric.E2E, Metric.USER, Metric.OSL, Metric.LAG);

    private MarkdownReport() {}

    /** Formats a run. */
    public static String of(Run run) {
        StringBuilder text = new StringBuilder();
        heading(text, run.load());
        outcome(text, run.figures());
        text.append("| |");
        Statistic.SHOWN.forEach(each -> text.append(' ').append(each.text()).append(" |"));
        text.append("\n|---|").append("--:|".repeat(Statistic.SHOWN.size())).append('\n');
        for (Metric metric : SHOWN) {
            Distribution values = run.figures().of(metric);
            if (!values.isEmpty()) {
                text.append("| ").append(label(metric)).append(" |");
                Statistic.SHOWN.forEach(each ->
                        text.append(' ').append(Text.number(values.get(each))).append(" |"));
                text.append('\n');
            }
        }
        if (run.share() != null) {
            share(text, run.share());
        }
        return text.append('\n').append(notes(run.figures())).append('\n').toString();
    }

    private static void heading(StringBuilder text, Load load) {
        text.append("### Load report: ")
                .append(Text.markdown(load.scenario()))
                .append(", ")
                .append(Text.markdown(load.arrivals()))
                .append("\n\n");
    }

    private static void outcome(StringBuilder text, Figures figures) {
        text.append("**")
                .append(figures.total())
                .append(" requests: ")
                .append(figures.count(Outcome.COMPLETED))
                .append(" complete, ")
                .append(figures.count(Outcome.REFUSED))
                .append(" refused, ")
                .append(figures.count(Outcome.FAILED))
                .append(" failed.** Good: ")
                .append(Text.percent(figures.goodFraction()))
                .append(objectives(figures))
                .append(". ")
                .append(Text.number(figures.outputTokens() / figures.seconds()))
                .append(" output tokens/s, ")
                .append(Text.number(figures.count(Outcome.COMPLETED) / figures.seconds()))
                .append(" requests/s.\n\n");
        counts(text, "Refused", figures.refused());
        counts(text, "Failed", figures.failed());
    }

    static String objectives(Figures figures) {
        String slo = figures.slo().text();
        return slo.isEmpty() ? " (no objectives)" : " (" + slo + " ms)";
    }

    private static void counts(StringBuilder text, String title, Map<String, Integer> counts) {
        if (!counts.isEmpty()) {
            text.append(title).append(": ");
            counts.forEach((reason, count) -> text.append(count)
                    .append(" × ")
                    .append(Text.markdown(reason))
                    .append("; "));
            text.setLength(text.length() - 2);
            text.append(".\n\n");
        }
    }

    static String label(Metric metric) {
        return switch (metric) {
            case TTFT -> "Time to first token (ms)";
            case ITL -> "Inter-token latency = TPOT (ms)";
            case ICL -> "Between chunks (ms)";
            case E2E -> "Request latency (ms)";
            case USER -> "Output tokens/s per user";
            case OSL -> "Output tokens";
            case LAG -> "Start lag of the load (ms)";
            default -> metric.label();
        };
    }

    private static void share(StringBuilder text, OwnShare share) {
        text.append("\nThe gateway's own share, in ms, of ")
                .append(share.pairs())
                .append(" pairs:\n\n| | gateway | direct | difference | 95 % interval |\n|---|--:|--:|--:|---|\n");
        for (OwnShare.Row row : share.rows()) {
            text.append("| ")
                    .append(row.metric().label())
                    .append(", ")
                    .append(row.name().equals("pair") ? "median of pairs" : row.name())
                    .append(" | ")
                    .append(Text.number(row.gateway()))
                    .append(" | ")
                    .append(Text.number(row.direct()))
                    .append(" | ")
                    .append(Text.signed(row.difference()))
                    .append(" | ")
                    .append(Text.signed(row.interval().low()))
                    .append(" to ")
                    .append(Text.signed(row.interval().high()))
                    .append(" |\n");
        }
    }

    static String notes(Figures figures) {
        double lag =
                figures.of(Metric.LAG).isEmpty() ? 0 : figures.of(Metric.LAG).get(Statistic.P99);
        String late = lag < 10
                ? ""
                : " **The load generator itself was late: p99 of the start lag is " + Text.number(lag)
                        + " ms, which is in every latency.**";
        return "Latencies are of complete responses, and begin at the intended start of a request." + late;
    }

    /** Formats a sweep. */
    public static String of(Load load, List<Knee.Step> steps) {
        StringBuilder text = new StringBuilder();
        heading(text, load);
        text.append(knee(steps))
                .append(
                        "\n\n| rate/s | good | goodput/s | refused | failed | TTFT p50 | TTFT p99 | ITL p99 | latency p99 |\n")
                .append("|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        for (Knee.Step step : steps) {
            Figures figures = step.figures();
            text.append("| ")
                    .append(Text.plain(step.rate()))
                    .append(" | ")
                    .append(Text.percent(figures.goodFraction()))
                    .append(" | ")
                    .append(Text.number(figures.goodput()))
                    .append(" | ")
                    .append(figures.count(Outcome.REFUSED))
                    .append(" | ")
                    .append(figures.count(Outcome.FAILED))
                    .append(" | ")
                    .append(shown(figures, Metric.TTFT, Statistic.P50))
                    .append(" | ")
                    .append(shown(figures, Metric.TTFT, Statistic.P99))
                    .append(" | ")
                    .append(shown(figures, Metric.ITL, Statistic.P99))
                    .append(" | ")
                    .append(shown(figures, Metric.E2E, Statistic.P99))
                    .append(" |\n");
        }
        return text.append("\nLatencies in ms. ")
                .append(notes(steps.getLast().figures()))
                .append('\n')
                .toString();
    }

    /** Returns a statistic for people, a dash if there is none. */
    static String shown(Figures figures, Metric metric, Statistic statistic) {
        Distribution values = figures.of(metric);
        return values.isEmpty() ? "–" : Text.number(values.get(statistic));
    }

    static String knee(List<Knee.Step> steps) {
        String meaning = "95 % good responses of all requests"
                + objectives(steps.getFirst().figures());
        OptionalDouble knee = Knee.of(steps);
        if (knee.isEmpty()) {
            return "No knee: already " + Text.plain(steps.getFirst().rate()) + " requests/s had less than " + meaning
                    + ".";
        }
        return (Knee.isReached(steps) ? "Knee: " : "Knee not reached: ")
                + Text.plain(knee.getAsDouble())
                + " requests/s is the highest rate up to which every rate had at least "
                + meaning
                + ".";
    }

    /** Formats a comparison. */
    public static String of(Comparison comparison) {
        StringBuilder text = new StringBuilder(
                "| figure | first | second | change | 95 % interval | allowed | verdict |\n|---|--:|--:|--:|---|--:|---|\n");
        for (Comparison.Row row : comparison.rows()) {
            boolean lacks = Double.isNaN(row.after());
            text.append("| ")
                    .append(row.threshold().name())
                    .append(" (")
                    .append(row.threshold().unit())
                    .append(") | ")
                    .append(Text.number(row.before()))
                    .append(" | ")
                    .append(lacks ? "none" : Text.number(row.after()))
                    .append(" | ")
                    .append(lacks ? "–" : Text.signed(row.change()))
                    .append(" | ")
                    .append(
                            lacks
                                    ? "–"
                                    : Text.signed(row.interval().low()) + " to "
                                            + Text.signed(row.interval().high()))
                    .append(" | ")
                    .append(row.threshold().text())
                    .append(" | ")
                    .append(
                            row.verdict() == Comparison.Verdict.REGRESSION
                                    ? "**regression**"
                                    : row.verdict().text())
                    .append(" |\n");
        }
        return text.toString();
    }
}
