package dev.stillgate.loadtests.report.figure;

import dev.stillgate.loadtests.report.record.Outcome;
import dev.stillgate.loadtests.report.record.RequestRecord;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The largest allowed change of a figure for the worse.
 *
 * @param metric null for a share of requests
 * @param limit a fraction of the first report's value, or an amount in the unit of the figure
 */
public record Threshold(String name, @Nullable Metric metric, Statistic statistic, double limit, boolean relative) {
    private static final String OF_STREAMS = "ttft_p99=10%,itl_p99=10%,e2e_p99=10%,goodput=1%";
    private static final String OF_RESPONSES = "e2e_p99=10%,goodput=1%";

    private static final List<String> SHARES = List.of("goodput", "refused", "failed");
    private static final double POINTS = 100;

    /** Returns the thresholds of a comparison that names none; only streams have times between tokens. */
    public static List<Threshold> defaults(List<RequestRecord> before) {
        return list(before.stream().anyMatch(RequestRecord::stream) ? OF_STREAMS : OF_RESPONSES);
    }

    /**
     * Parses {@code ttft_p99=10%}, {@code ttft_p99=5ms} (any unit may be written) or {@code goodput=1%}. A percentage of
     * {@code goodput}, {@code refused} or {@code failed} is in points, since they are shares of all requests.
     *
     * @throws IllegalArgumentException if the text is invalid
     */
    public static Threshold parse(String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("--threshold: expected FIGURE_STATISTIC=CHANGE, found " + text);
        }
        String name = text.substring(0, equals).strip();
        String change = text.substring(equals + 1).strip();
        boolean percent = change.endsWith("%");
        double number = number(text, change.replaceFirst("[^0-9.]*$", ""));
        if (SHARES.contains(name)) {
            return new Threshold(name, null, Statistic.AVG, number, false);
        }
        int underscore = name.lastIndexOf('_');
        if (underscore < 0) {
            throw new IllegalArgumentException("--threshold: " + name + " has no statistic, such as _p99");
        }
        Statistic statistic = Statistic.of(name.substring(underscore + 1));
        if (statistic == Statistic.STD) {
            throw new IllegalArgumentException("--threshold: no comparison of a standard deviation");
        }
        return new Threshold(
                name, Metric.of(name.substring(0, underscore)), statistic, percent ? number / 100 : number, percent);
    }

    private static double number(String text, String digits) {
        try {
            return Double.parseDouble(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--threshold: " + text + " has no number", e);
        }
    }

    /** Returns whether larger values are worse. */
    boolean isLargerWorse() {
        return metric == null ? !name.equals("goodput") : metric.isLatency();
    }

    /** Returns the values of a request. */
    double[] measure(RequestRecord request, Slo slo) {
        if (metric != null) {
            return metric.measure(request);
        }
        boolean counts = name.equals("goodput")
                ? slo.isGood(request)
                : request.outcome() == (name.equals("refused") ? Outcome.REFUSED : Outcome.FAILED);
        return new double[] {counts ? POINTS : 0};
    }

    /** Returns the unit of the figure. */
    public String unit() {
        return metric == null ? "%" : metric.unit();
    }

    /** Returns the allowed change in the unit of the figure. */
    double allowed(double before) {
        return relative ? limit * Math.abs(before) : limit;
    }

    /** Returns the threshold in the form in which it is given. */
    public String text() {
        double shown = relative ? limit * 100 : limit;
        String digits = shown == Math.rint(shown) ? Long.toString((long) shown) : Double.toString(shown);
        return digits + (relative ? "%" : metric == null ? " points" : " " + unit());
    }

    /** Parses a comma-separated list. */
    public static List<Threshold> list(String text) {
        return Arrays.stream(text.split(",", -1)).map(Threshold::parse).toList();
    }
}
