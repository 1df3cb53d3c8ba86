package dev.stillgate.proxy.otlp;

import static dev.stillgate.proxy.otlp.OtlpJson.attribute;
import static dev.stillgate.proxy.otlp.OtlpJson.map;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DistributionDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Converts a Prometheus scrape to OTLP: the same cumulative numbers. Names are those of {@code /metrics} without the
 * counter suffix; those of OpenTelemetry's conventions, {@code gen_ai_…}, are written with dots.
 */
final class OtlpMetrics {
    private static final int CUMULATIVE = 2;
    private static final String GEN_AI = "gen_ai_";
    private static final String SECONDS = "_seconds";

    private final String start;
    private final String now;

    private OtlpMetrics(long startNanos, long nowNanos) {
        start = Long.toString(startNanos);
        now = Long.toString(nowNanos);
    }

    /**
     * Returns the message of a scrape.
     *
     * @param startNanos start of counting in nanoseconds since the epoch
     * @param nowNanos time of the scrape, likewise
     */
    static Map<String, Object> message(MetricSnapshots all, long startNanos, long nowNanos) {
        OtlpMetrics metrics = new OtlpMetrics(startNanos, nowNanos);
        List<Map<String, Object>> items = new ArrayList<>();
        for (MetricSnapshot metric : all) {
            Map<String, Object> data = metrics.data(metric);
            if (!data.isEmpty()) {
                items.add(data);
            }
        }
        return OtlpJson.message("Metrics", items);
    }

    /** Returns a metric; empty if OTLP has no such kind or the metric has no points. */
    private Map<String, Object> data(MetricSnapshot metric) {
        String kind;
        Map<String, Object> body;
        List<Map<String, Object>> points = new ArrayList<>();
        switch (metric) {
            case CounterSnapshot counter -> {
                kind = "sum";
                body = map("aggregationTemporality", CUMULATIVE, "isMonotonic", true);
                counter.getDataPoints().forEach(each -> number(points, metric, each.getLabels(), each.getValue()));
            }
            case GaugeSnapshot gauge -> {
                kind = "gauge";
                body = map();
                gauge.getDataPoints().forEach(each -> number(points, metric, each.getLabels(), each.getValue()));
            }
            case HistogramSnapshot histogram -> {
                kind = "histogram";
                body = map("aggregationTemporality", CUMULATIVE);
                histogram.getDataPoints().forEach(each -> points.add(buckets(metric, each)));
            }
            case SummarySnapshot summary -> {
                kind = "summary";
                body = map();
                summary.getDataPoints().forEach(each -> points.add(distribution(metric, each)));
            }
            default -> {
                return Map.of();
            }
        }
        if (points.isEmpty()) {
            return Map.of();
        }
        body.put("dataPoints", points);
        return described(metric, kind, body);
    }

    private static Map<String, Object> described(MetricSnapshot metric, String kind, Map<String, Object> body) {
        String name = metric.getMetadata().getPrometheusName();
        return map(
                "name",
                name(name),
                "description",
                metric.getMetadata().getHelp(),
                "unit",
                name.endsWith(SECONDS) ? "s" : null,
                kind,
                body);
    }

    private static String name(String prometheus) {
        if (!prometheus.startsWith(GEN_AI)) {
            return prometheus;
        }
        String bare = prometheus.endsWith(SECONDS)
                ? prometheus.substring(0, prometheus.length() - SECONDS.length())
                : prometheus;
        return bare.replace(GEN_AI, "gen_ai.")
                .replaceFirst("^gen_ai\\.(client|server)_", "gen_ai.$1.")
                .replaceFirst("\\.inference_(usage|operation)_", ".inference.$1.")
                .replace(".inference_", ".inference.")
                .replaceFirst("(cache_read|cache_write|reasoning)_", "$1.");
    }

    private static String label(MetricSnapshot metric, String prometheus) {
        if (!metric.getMetadata().getPrometheusName().startsWith(GEN_AI)) {
            return prometheus;
        }
        return switch (prometheus) {
            case "gen_ai_operation_name" -> "gen_ai.operation.name";
            case "gen_ai_provider_name" -> "gen_ai.provider.name";
            case "gen_ai_response_model" -> "gen_ai.response.model";
            case "gen_ai_token_modality" -> "gen_ai.token.modality";
            case "error_type" -> "error.type";
            default -> prometheus;
        };
    }

    private Map<String, Object> point(MetricSnapshot metric, Labels labels) {
        List<Map<String, Object>> attributes = new ArrayList<>();
        labels.forEach(each -> {
            if (!each.getValue().isEmpty()) {
                attributes.add(attribute(label(metric, each.getName()), each.getValue()));
            }
        });
        return map("attributes", attributes, "startTimeUnixNano", start, "timeUnixNano", now);
    }

    private void number(List<Map<String, Object>> points, MetricSnapshot metric, Labels labels, double value) {
        if (Double.isFinite(value)) {
            Map<String, Object> point = point(metric, labels);
            point.put("asDouble", value);
            points.add(point);
        }
    }

    private Map<String, Object> distribution(MetricSnapshot metric, DistributionDataPointSnapshot of) {
        Map<String, Object> point = point(metric, of.getLabels());
        point.put("count", Long.toString(of.hasCount() ? of.getCount() : 0));
        if (of.hasSum() && Double.isFinite(of.getSum())) {
            point.put("sum", of.getSum());
        }
        return point;
    }

    private Map<String, Object> buckets(MetricSnapshot metric, HistogramSnapshot.HistogramDataPointSnapshot of) {
        Map<String, Object> point = distribution(metric, of);
        ClassicHistogramBuckets buckets = of.getClassicBuckets();
        List<Double> bounds = new ArrayList<>();
        List<String> counts = new ArrayList<>();
        for (int i = 0; i < buckets.size(); i++) {
            if (Double.isFinite(buckets.getUpperBound(i))) {
                bounds.add(buckets.getUpperBound(i));
            }
            counts.add(Long.toString(buckets.getCount(i)));
        }
        point.put("explicitBounds", bounds);
        point.put("bucketCounts", counts);
        return point;
    }
}
