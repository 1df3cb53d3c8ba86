package dev.stillgate.loadtests.report;

import dev.stillgate.loadtests.report.RequestRecord.Outcome;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run for a report.
 *
 * @param load settings of the load by name
 * @param direct the same arrivals straight to the model, null without them
 */
record LoadReport(
        Map<String, Object> load, Figures gateway, @Nullable Figures direct) {
    private static final String PER_SECOND = "requests/sec";
    private static final String REQUESTS = "requests";

    /** Returns the gateway's own share, null without requests straight to the model. */
    @Nullable
    OwnShare share() {
        return direct == null ? null : OwnShare.of(gateway.records(), direct.records());
    }

    /** Returns the report for JSON, with AIPerf's names of figures and statistics; others have no counterpart there. */
    Map<String, Object> json() {
        Map<String, Object> report = figures(gateway);
        report.put("load", load);
        OwnShare share = share();
        if (direct != null && share != null) {
            report.put("direct", figures(direct));
            report.put("gateway_share", share);
        }
        return report;
    }

    private static Map<String, Object> figures(Figures figures) {
        double seconds = figures.seconds();
        int refused = figures.count(Outcome.REFUSED);
        int failed = figures.count(Outcome.FAILED);
        int completed = figures.count(Outcome.COMPLETED);
        Map<String, Object> all = new LinkedHashMap<>();
        total(all, "request_throughput", PER_SECOND, completed / seconds);
        total(all, "goodput", PER_SECOND, figures.goodput());
        total(all, "output_token_throughput", "tokens/sec", figures.outputTokens() / seconds);
        total(all, "request_count", REQUESTS, completed);
        total(all, "good_request_count", REQUESTS, figures.good());
        total(
                all,
                "good_request_fraction",
                "ratio",
                figures.good() / (double) figures.records().size());
        total(all, "error_request_count", REQUESTS, refused + failed);
        total(all, "refused_request_count", REQUESTS, refused);
        total(all, "failed_request_count", REQUESTS, failed);
        total(all, "total_osl", "tokens", (double) figures.outputTokens());
        total(all, "offered_request_rate", PER_SECOND, figures.offered());
        total(all, "benchmark_duration", "sec", seconds);
        for (Metric metric : Metric.values()) {
            Distribution values = figures.of(metric);
            if (!values.isEmpty()) {
                Map<String, Object> statistics = new LinkedHashMap<>(values.statistics());
                statistics.put("unit", metric.unit);
                all.put(metric.fieldName, statistics);
            }
        }
        all.put("refused_by_code", figures.reasons(Outcome.REFUSED));
        all.put("failed_by_reason", figures.reasons(Outcome.FAILED));
        return all;
    }

    private static void total(Map<String, Object> all, String field, String unit, double value) {
        all.put(field, Map.of("unit", unit, "avg", value));
    }
}
