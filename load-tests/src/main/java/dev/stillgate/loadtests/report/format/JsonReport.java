package dev.stillgate.loadtests.report.format;

import dev.stillgate.loadtests.json.JsonBuffer;
import dev.stillgate.loadtests.report.figure.Distribution;
import dev.stillgate.loadtests.report.figure.Figures;
import dev.stillgate.loadtests.report.figure.Knee;
import dev.stillgate.loadtests.report.figure.Metric;
import dev.stillgate.loadtests.report.figure.OwnShare;
import dev.stillgate.loadtests.report.figure.Statistic;
import dev.stillgate.loadtests.report.record.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Report in JSON with AIPerf's names of figures and statistics; other names have no counterpart there. */
public final class JsonReport {
    private JsonReport() {}

    /** Formats a run. */
    public static String of(Run run) {
        Map<String, @Nullable Object> report = figures(run.figures());
        report.put("load", load(run.load(), run.figures()));
        report.put("start_time", run.load().begun().toString());
        report.put(
                "end_time",
                run.load()
                        .begun()
                        .plusNanos((long) (run.figures().length() * 1e9))
                        .toString());
        if (run.direct() != null) {
            report.put("direct", figures(run.direct()));
        }
        if (run.share() != null) {
            report.put("gateway_share", share(run.share()));
        }
        return new JsonBuffer(8192).value(report) + "\n";
    }

    /** Formats a sweep. */
    public static String of(Load load, List<Knee.Step> steps) {
        Map<String, @Nullable Object> report = new LinkedHashMap<>();
        report.put("load", load(load, steps.getFirst().figures()));
        report.put("start_time", load.begun().toString());
        OptionalDouble knee = Knee.of(steps);
        report.put("knee", knee.isPresent() ? knee.getAsDouble() : null);
        report.put("knee_reached", Knee.isReached(steps));
        report.put("knee_least_good_request_fraction", Knee.LEAST);
        List<Object> all = new ArrayList<>();
        for (Knee.Step step : steps) {
            Map<String, @Nullable Object> figures = new LinkedHashMap<>();
            figures.put("rate", step.rate());
            figures.putAll(figures(step.figures()));
            all.add(figures);
        }
        report.put("steps", all);
        return new JsonBuffer(8192).value(report) + "\n";
    }

    private static Map<String, Object> load(Load load, Figures figures) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("scenario", load.scenario());
        all.put("url", load.url());
        if (load.direct() != null) {
            all.put("direct_url", load.direct());
        }
        all.put("model", load.model());
        all.put("arrivals", load.arrivals());
        all.put("seed", load.seed());
        all.put("slo", figures.slo().text());
        all.put("latency_begins", "intended start");
        return all;
    }

    private static Map<String, @Nullable Object> figures(Figures figures) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        Totals.of(figures).forEach(total -> all.put(total.field(), scalar(total)));
        for (Metric metric : Metric.values()) {
            Distribution values = figures.of(metric);
            if (!values.isEmpty()) {
                Map<String, Object> stats = new LinkedHashMap<>();
                stats.put("unit", metric.unit());
                for (Statistic statistic : Statistic.values()) {
                    stats.put(statistic.text(), values.get(statistic));
                }
                stats.put("count", values.count());
                all.put(metric.fieldName(), stats);
            }
        }
        all.put("refused_by_code", figures.refused());
        all.put("failed_by_reason", figures.failed());
        all.put("responses_by_model", figures.models());
        all.put("completed", figures.count(Outcome.COMPLETED));
        return all;
    }

    private static Map<String, Object> scalar(Totals total) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("unit", total.unit());
        all.put("avg", total.value());
        return all;
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static Map<String, Object> share(OwnShare share) {
        List<Object> rows = new ArrayList<>();
        for (OwnShare.Row row : share.rows()) {
            Map<String, @Nullable Object> each = new LinkedHashMap<>();
            each.put("figure", row.metric().fieldName());
            each.put("of", row.name());
            each.put("gateway", row.gateway());
            each.put("direct", row.direct());
            each.put("difference", row.difference());
            each.put("low", finite(row.interval().low()));
            each.put("high", finite(row.interval().high()));
            rows.add(each);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("unit", "ms");
        all.put("pairs", share.pairs());
        all.put("interval", "95 %, circular block bootstrap of pairs");
        all.put("differences", rows);
        return all;
    }
}
