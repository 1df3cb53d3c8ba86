package dev.stillgate.loadtests.report;

import static dev.stillgate.loadtests.report.MarkdownReport.number;
import static dev.stillgate.loadtests.report.MarkdownReport.signed;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Comparison of two reports in JSON, ours or AIPerf's. A change for the worse above its threshold is a regression; the
 * noise of the two runs must be in the threshold.
 */
record Comparison(List<Row> rows) {
    private static final String DEFAULTS = "ttft_p99=10%,itl_p99=10%,e2e_p99=10%,goodput=1%";

    /** @param after NaN if the second report lacks the figure */
    record Row(Threshold threshold, double before, double after, boolean isRegression) {}

    /**
     * The largest allowed change of a figure for the worse.
     *
     * @param metric null for the goodput
     * @param limit a fraction of the first report's value, or an amount in the unit of the figure
     */
    record Threshold(String name, @Nullable Metric metric, String statistic, double limit, boolean relative) {
        /**
         * Parses {@code ttft_p99=10%}, {@code ttft_p99=5ms} (any unit may be written) or {@code goodput=1%}, which is in
         * points of all requests. Throws {@link IllegalArgumentException} for an invalid text.
         */
        static Threshold parse(String text) {
            String[] sides = text.strip().split("=", -1);
            String limit = sides.length == 2 ? sides[1].replaceFirst("[^0-9.]*$", "") : "";
            if (!limit.matches("\\d+(\\.\\d+)?")) {
                throw new IllegalArgumentException("--threshold: expected FIGURE_STATISTIC=CHANGE, found " + text);
            }
            double number = Double.parseDouble(limit);
            boolean percent = sides[1].endsWith("%");
            if (sides[0].equals("goodput")) {
                return new Threshold(sides[0], null, "", number, false);
            }
            int underscore = Math.max(0, sides[0].lastIndexOf('_'));
            Metric metric = Metric.of(sides[0].substring(0, underscore));
            double limitOrShare = percent ? number / 100 : number;
            return new Threshold(sides[0], metric, sides[0].substring(underscore + 1), limitOrShare, percent);
        }

        private String unit() {
            return metric == null ? "%" : metric.unit;
        }

        /** Returns the value of a report, NaN if it has none. */
        private double value(JsonNode report) {
            return metric == null
                    ? 100 * report.path("good_request_fraction").path("avg").asDouble(Double.NaN)
                    : report.path(metric.fieldName).path(statistic).asDouble(Double.NaN);
        }

        private Row compare(JsonNode first, JsonNode second) {
            double before = value(first);
            double after = value(second);
            if (Double.isNaN(before)) {
                throw new IllegalArgumentException("the first report has no " + name);
            }
            double worse = metric == null ? before - after : after - before;
            double allowed = relative ? limit * Math.abs(before) : limit;
            return new Row(this, before, after, Double.isNaN(after) || worse > allowed);
        }

        private String allowed() {
            return relative ? number(100 * limit) + "%" : number(limit) + (metric == null ? " points" : " " + unit());
        }
    }

    /**
     * Compares two reports.
     *
     * @param thresholds a comma-separated list, null for the defaults that the first report has
     * @throws IllegalArgumentException if a threshold is invalid or the first report lacks a figure
     */
    static Comparison of(JsonNode first, JsonNode second, @Nullable String thresholds) {
        return new Comparison(Stream.of((thresholds == null ? DEFAULTS : thresholds).split(",", -1))
                .map(Threshold::parse)
                .filter(each -> thresholds != null || !Double.isNaN(each.value(first)))
                .map(each -> each.compare(first, second))
                .toList());
    }

    /** Returns whether a figure has regressed. */
    boolean hasRegression() {
        return rows.stream().anyMatch(Row::isRegression);
    }

    /** Returns the comparison as a table in Markdown. */
    String markdown() {
        return rows.stream()
                .map(row -> String.format(
                        "| %s (%s) | %s | %s | %s | %s | %s |%n",
                        row.threshold().name(),
                        row.threshold().unit(),
                        number(row.before()),
                        Double.isNaN(row.after()) ? "none" : number(row.after()),
                        Double.isNaN(row.after()) ? "–" : signed(row.after() - row.before()),
                        row.threshold().allowed(),
                        row.isRegression() ? "**regression**" : "allowed"))
                .collect(Collectors.joining(
                        "",
                        "| figure | first | second | change | allowed | verdict |\n|---|--:|--:|--:|--:|---|\n",
                        ""));
    }
}
