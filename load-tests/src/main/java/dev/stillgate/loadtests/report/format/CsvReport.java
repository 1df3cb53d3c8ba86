package dev.stillgate.loadtests.report.format;

import dev.stillgate.loadtests.report.figure.Distribution;
import dev.stillgate.loadtests.report.figure.Figures;
import dev.stillgate.loadtests.report.figure.Knee;
import dev.stillgate.loadtests.report.figure.Metric;
import dev.stillgate.loadtests.report.figure.Statistic;
import java.util.List;
import java.util.Locale;

/** Report in CSV with AIPerf's labels: a table of distributions, an empty line, and a table of totals. */
public final class CsvReport {
    private CsvReport() {}

    /** Formats the figures of a run. */
    public static String of(Figures figures) {
        StringBuilder csv = new StringBuilder("Metric");
        for (Statistic statistic : Statistic.values()) {
            csv.append(',').append(statistic.text());
        }
        csv.append('\n');
        for (Metric metric : Metric.values()) {
            Distribution values = figures.of(metric);
            if (!values.isEmpty()) {
                csv.append(label(metric.label(), metric.unit()));
                for (Statistic statistic : Statistic.values()) {
                    csv.append(',').append(number(values.get(statistic)));
                }
                csv.append('\n');
            }
        }
        csv.append("\nMetric,Value\n");
        for (Totals total : Totals.of(figures)) {
            csv.append(label(total.label(), total.unit()))
                    .append(',')
                    .append(number(total.value()))
                    .append('\n');
        }
        return csv.toString();
    }

    /** Formats a sweep, one line a rate. */
    public static String of(List<Knee.Step> steps) {
        StringBuilder csv = new StringBuilder("Rate");
        List<Totals> totals = Totals.of(steps.getFirst().figures());
        totals.forEach(each -> csv.append(',').append(label(each.label(), each.unit())));
        List<Metric> metrics = List.of(Metric.TTFT, Metric.ITL, Metric.E2E);
        for (Metric metric : metrics) {
            csv.append(',').append(metric.label()).append(" p50 (ms)");
            csv.append(',').append(metric.label()).append(" p99 (ms)");
        }
        csv.append('\n');
        for (Knee.Step step : steps) {
            csv.append(number(step.rate()));
            Totals.of(step.figures()).forEach(each -> csv.append(',').append(number(each.value())));
            for (Metric metric : metrics) {
                Distribution values = step.figures().of(metric);
                csv.append(',').append(values.isEmpty() ? "" : number(values.get(Statistic.P50)));
                csv.append(',').append(values.isEmpty() ? "" : number(values.get(Statistic.P99)));
            }
            csv.append('\n');
        }
        return csv.toString();
    }

    private static String label(String name, String unit) {
        return unit.equals("requests") ? name : name + " (" + unit + ")";
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : String.format(Locale.ROOT, "%.4f", value);
    }
}
