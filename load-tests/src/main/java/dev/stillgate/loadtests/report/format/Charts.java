package dev.stillgate.loadtests.report.format;

import dev.stillgate.loadtests.report.figure.Distribution;
import dev.stillgate.loadtests.report.figure.Figures;
import dev.stillgate.loadtests.report.figure.Knee;
import dev.stillgate.loadtests.report.figure.Metric;
import dev.stillgate.loadtests.report.figure.OwnShare;
import dev.stillgate.loadtests.report.figure.Slo;
import dev.stillgate.loadtests.report.figure.Statistic;
import dev.stillgate.loadtests.report.record.Outcome;
import dev.stillgate.loadtests.report.record.RequestRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** The charts of a report. */
final class Charts {
    private static final String GATEWAY = "one";
    private static final String DIRECT = "two";
    private static final double NANOS = 1e9;
    private static final int MOST_DOTS = 1500;
    private static final double FINEST = 0.9999;

    private Charts() {}

    /** Returns the charts of a run. */
    static String of(Run run) {
        Metric first = run.figures().of(Metric.TTFT).isEmpty() ? Metric.E2E : Metric.TTFT;
        StringBuilder html = new StringBuilder(overTime(run, first));
        for (Metric metric : List.of(Metric.TTFT, Metric.ITL, Metric.E2E)) {
            html.append(quantiles(run, metric));
        }
        Figures direct = run.direct();
        if (direct != null) {
            html.append(differences(OwnShare.differences(first, run.figures(), direct), first));
        }
        return html.append(quantiles(run, Metric.ICL)).append(inFlight(run)).toString();
    }

    private static String overTime(Run run, Metric metric) {
        List<RequestRecord> records = run.figures().records();
        List<Chart.Point> points = new ArrayList<>();
        int stride = 1 + records.size() / MOST_DOTS;
        List<RequestRecord> slowest = records.stream()
                .filter(each -> metric.measure(each).length > 0)
                .sorted(Comparator.comparingDouble((RequestRecord each) -> -metric.measure(each)[0]))
                .limit(100)
                .toList();
        for (RequestRecord each : Stream.concat(
                        records.stream().filter(record -> record.index() % stride == 0), slowest.stream())
                .distinct()
                .toList()) {
            double[] value = metric.measure(each);
            if (value.length > 0) {
                String tip = "request " + each.index() + ": " + Text.number(value[0]) + " ms";
                points.add(new Chart.Point(each.intended() / NANOS, value[0], tip));
            }
        }
        Chart chart = new Chart(
                        title(metric) + " of each request",
                        stride == 1
                                ? "by intended start"
                                        + (run.figures().count(Outcome.COMPLETED) < records.size()
                                                ? "; refused and failed ones at 0"
                                                : "")
                                : "by intended start; one in " + stride + ", and the 100 slowest",
                        "seconds",
                        "ms")
                .dots("complete", GATEWAY, points)
                .zero();
        missing(chart, records, Outcome.REFUSED, "refused", "warn");
        missing(chart, records, Outcome.FAILED, "failed", "bad");
        return limit(chart, run.figures().slo(), metric).html();
    }

    private static void missing(Chart chart, List<RequestRecord> records, Outcome outcome, String name, String style) {
        List<Chart.Point> points = records.stream()
                .filter(each -> each.outcome() == outcome)
                .limit(MOST_DOTS)
                .map(each -> new Chart.Point(
                        each.intended() / NANOS,
                        0,
                        "request " + each.index() + ": " + each.status() + " " + each.code()))
                .toList();
        if (!points.isEmpty()) {
            chart.dots(name, style, points);
        }
    }

    private static String quantiles(Run run, Metric metric) {
        Distribution values = run.figures().of(metric);
        if (values.isEmpty()) {
            return "";
        }
        Chart chart = new Chart(
                        title(metric),
                        metric == Metric.ICL ? "every single gap, by percentile" : "of each request, by percentile",
                        "percentile",
                        "ms")
                .tick(0, "0")
                .tick(axis(0.5), "50")
                .tick(1, "90")
                .tick(2, "99");
        if (values.count() >= 1000) {
            chart.tick(3, "99.9");
        }
        chart.line("gateway", GATEWAY, curve(values));
        Figures direct = run.direct();
        if (direct != null && !direct.of(metric).isEmpty()) {
            chart.line("straight to the model", DIRECT, curve(direct.of(metric)));
        }
        return limit(chart, run.figures().slo(), metric).html();
    }

    private static Chart limit(Chart chart, Slo slo, Metric metric) {
        Double limit = slo.limits().get(metric);
        return limit == null ? chart : chart.limit(limit, "objective " + Text.plain(limit) + " ms");
    }

    private static String title(Metric metric) {
        return MarkdownReport.label(metric).replace(" (ms)", "");
    }

    /** Returns the place of a quantile on an axis that stretches the upper end. */
    private static double axis(double fraction) {
        return -Math.log10(1 - fraction);
    }

    private static List<Chart.Point> curve(Distribution values) {
        double last = Math.min(FINEST, 1 - 1.0 / Math.max(2, values.count()));
        double end = axis(last);
        List<Chart.Point> points = new ArrayList<>();
        for (int i = 0; i <= 120; i++) {
            double fraction = 1 - Math.pow(10, -end * i / 120);
            points.add(new Chart.Point(axis(fraction), values.quantile(fraction), ""));
        }
        return points;
    }

    private static String differences(Distribution values, Metric metric) {
        if (values.isEmpty()) {
            return "";
        }
        List<Chart.Point> points = new ArrayList<>();
        for (int percent = 5; percent <= 95; percent++) {
            points.add(new Chart.Point(percent, values.quantile(percent / 100.0), ""));
        }
        return new Chart(
                        "The gateway's own share",
                        title(metric) + " of a request minus that of its pair, by percentile",
                        "percentile of pairs",
                        "ms")
                .line("difference", GATEWAY, points)
                .limit(0, "")
                .zero()
                .html();
    }

    private static String inFlight(Run run) {
        List<RequestRecord> records = run.figures().records();
        double end = run.figures().length();
        List<Chart.Point> points = new ArrayList<>();
        for (int i = 0; i <= 100; i++) {
            double at = end * i / 100;
            long open = records.stream()
                    .filter(each -> each.started() / NANOS <= at && at < each.ended() / NANOS)
                    .count();
            points.add(new Chart.Point(at, open, ""));
        }
        return new Chart("Requests in flight", "sent and not yet ended", "seconds", "requests")
                .line("in flight", GATEWAY, points)
                .zero()
                .html();
    }

    /** Returns the charts of a sweep. */
    static String of(List<Knee.Step> steps) {
        StringBuilder html = new StringBuilder();
        Chart goodput = new Chart(
                        "Goodput",
                        "offered rate times the share of good responses",
                        "offered, requests/s",
                        "requests/s")
                .line("offered", "ideal", points(steps, Figures::offered))
                .line("goodput", GATEWAY, tipped(steps, Figures::goodput))
                .zero();
        html.append(knee(goodput, steps).html());
        for (Metric metric : List.of(Metric.TTFT, Metric.ITL, Metric.E2E)) {
            List<Knee.Step> having = steps.stream()
                    .filter(step -> !step.figures().of(metric).isEmpty())
                    .toList();
            Chart chart = new Chart(
                            title(metric), "of complete responses, by offered rate", "offered, requests/s", "ms")
                    .line(
                            "p99",
                            DIRECT,
                            tipped(having, figures -> figures.of(metric).get(Statistic.P99)))
                    .line(
                            "p50",
                            GATEWAY,
                            tipped(having, figures -> figures.of(metric).get(Statistic.P50)))
                    .zero();
            html.append(limit(knee(chart, steps), steps.getFirst().figures().slo(), metric)
                    .html());
        }
        return html.toString();
    }

    private static Chart knee(Chart chart, List<Knee.Step> steps) {
        Knee.of(steps).stream()
                .filter(rate -> Knee.isReached(steps))
                .forEach(rate -> chart.mark(rate, "knee " + Text.plain(rate) + "/s"));
        return chart;
    }

    private static List<Chart.Point> points(List<Knee.Step> steps, ToDoubleFunction<Figures> value) {
        return steps.stream()
                .map(step -> new Chart.Point(step.rate(), value.applyAsDouble(step.figures()), ""))
                .toList();
    }

    private static List<Chart.Point> tipped(List<Knee.Step> steps, ToDoubleFunction<Figures> value) {
        return points(steps, value).stream()
                .map(each -> new Chart.Point(each.x(), each.y(), Text.plain(each.x()) + "/s: " + Text.number(each.y())))
                .toList();
    }
}
