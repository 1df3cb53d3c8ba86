package dev.stillgate.loadtests.report.format;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Line and dot chart as inline SVG, in the colours of the page's style sheet. Its labels keep their size on a phone,
 * since the chart is as wide as the smallest column of the page.
 */
final class Chart {
    private static final int WIDTH = 360;
    private static final int HEIGHT = 224;
    private static final int LEFT = 46;
    private static final int RIGHT = 12;
    private static final int TOP = 14;
    private static final int BOTTOM = 34;

    /** A point, with a tooltip unless it is empty. */
    record Point(double x, double y, String tip) {}

    private record Series(String name, String style, boolean dots, List<Point> points) {}

    private record Tick(double at, String text) {}

    private record Mark(double at, String text, boolean horizontal) {}

    private final String title;
    private final String note;
    private final String xTitle;
    private final String yTitle;
    private final List<Series> series = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();
    private final List<Tick> xTicks = new ArrayList<>();
    private boolean fromZero;

    Chart(String title, String note, String xTitle, String yTitle) {
        this.title = title;
        this.note = note;
        this.xTitle = xTitle;
        this.yTitle = yTitle;
    }

    /** Adds a line; a style is a class of the style sheet. */
    Chart line(String name, String style, List<Point> points) {
        series.add(new Series(name, style, false, points));
        return this;
    }

    /** Adds dots. */
    Chart dots(String name, String style, List<Point> points) {
        series.add(new Series(name, style, true, points));
        return this;
    }

    /** Adds a horizontal line, if it is within the range of values. */
    Chart limit(double y, String text) {
        marks.add(new Mark(y, text, true));
        return this;
    }

    /** Adds a vertical line. */
    Chart mark(double x, String text) {
        marks.add(new Mark(x, text, false));
        return this;
    }

    /** Sets a label of the horizontal axis, instead of round numbers. */
    Chart tick(double x, String text) {
        xTicks.add(new Tick(x, text));
        return this;
    }

    /** Lets the vertical axis begin at 0 also for values of a narrow range. */
    Chart zero() {
        fromZero = true;
        return this;
    }

    /** Returns the figure, an empty text if there are no points. */
    String html() {
        List<Point> all =
                series.stream().flatMap(each -> each.points().stream()).toList();
        if (all.isEmpty()) {
            return "";
        }
        double minX = min(all.stream().mapToDouble(Point::x).min().orElse(0), xTicks);
        double maxX = max(all.stream().mapToDouble(Point::x).max().orElse(1), xTicks);
        double[] y = range(
                all.stream().mapToDouble(Point::y).min().orElse(0),
                all.stream().mapToDouble(Point::y).max().orElse(1));
        Scale scale = new Scale(minX, maxX == minX ? minX + 1 : maxX, y[0], y[1]);
        StringBuilder svg = new StringBuilder();
        svg.append("<figure><figcaption><b>").append(Text.html(title)).append("</b>");
        svg.append("<small>").append(Text.html(note)).append("</small></figcaption>");
        legend(svg);
        svg.append(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
                WIDTH,
                HEIGHT,
                Text.html(title + ": " + note)));
        axes(svg, scale);
        series.forEach(each -> draw(svg, scale, each));
        marks.forEach(mark -> draw(svg, scale, mark));
        return svg.append("</svg></figure>\n").toString();
    }

    private static double min(double value, List<Tick> ticks) {
        return Math.min(value, ticks.stream().mapToDouble(Tick::at).min().orElse(value));
    }

    private static double max(double value, List<Tick> ticks) {
        return Math.max(value, ticks.stream().mapToDouble(Tick::at).max().orElse(value));
    }

    /** Returns bottom and top of the vertical axis; the bottom is 0 unless all values are near each other. */
    private double[] range(double min, double max) {
        double low = min;
        double high = max;
        for (Mark mark : marks) {
            if (mark.horizontal() && mark.at() < 1.5 * max) {
                high = Math.max(high, mark.at());
            }
        }
        if (fromZero || (min >= 0 && min < 0.5 * high)) {
            low = Math.min(0, min);
        }
        double pad = high == low ? Math.max(Math.abs(high) * 0.05, 0.001) : (high - low) * 0.08;
        return new double[] {low == 0 ? 0 : low - pad, high + pad};
    }

    private void legend(StringBuilder svg) {
        if (series.size() < 2) {
            return;
        }
        svg.append("<p class=\"legend\">");
        for (Series each : series) {
            svg.append("<span><i class=\"")
                    .append(each.style())
                    .append("\"></i>")
                    .append(Text.html(each.name()));
            svg.append("</span> ");
        }
        svg.append("</p>");
    }

    private void axes(StringBuilder svg, Scale scale) {
        double step = step(scale.maxY() - scale.minY());
        for (double y = Math.ceil(scale.minY() / step) * step; y <= scale.maxY(); y += step) {
            double at = scale.y(y);
            append(
                    svg,
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
                    LEFT,
                    WIDTH - RIGHT,
                    at,
                    at);
            append(svg, "<text class=\"end\" x=\"%d\" y=\"%.1f\">%s</text>", LEFT - 5, at + 3.5, label(y, step));
        }
        for (Tick tick : xTicks.isEmpty() ? ticks(scale) : xTicks) {
            double at = scale.x(tick.at());
            append(
                    svg,
                    "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>",
                    at,
                    at,
                    TOP,
                    HEIGHT - BOTTOM);
            append(
                    svg,
                    "<text class=\"mid\" x=\"%.1f\" y=\"%d\">%s</text>",
                    at,
                    HEIGHT - BOTTOM + 13,
                    Text.html(tick.text()));
        }
        append(svg, "<text x=\"2\" y=\"9\">%s</text>", Text.html(yTitle));
        append(svg, "<text class=\"end\" x=\"%d\" y=\"%d\">%s</text>", WIDTH - RIGHT, HEIGHT - 6, Text.html(xTitle));
    }

    private static List<Tick> ticks(Scale scale) {
        List<Tick> ticks = new ArrayList<>();
        double step = step(scale.maxX() - scale.minX());
        for (double x = Math.ceil(scale.minX() / step) * step; x <= scale.maxX(); x += step) {
            ticks.add(new Tick(x, label(x, step)));
        }
        return ticks;
    }

    /** Returns a round distance of about five ticks. */
    private static double step(double length) {
        double raw = length / 5;
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double lead = raw / power;
        return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
    }

    private static String label(double value, double step) {
        int decimals = Math.max(0, (int) -Math.floor(Math.log10(step) + 1e-9));
        double clean = Math.abs(value) < step / 1000 ? 0 : value;
        return String.format(Locale.ROOT, "%,." + decimals + "f", clean);
    }

    private static void draw(StringBuilder svg, Scale scale, Series series) {
        if (series.dots()) {
            append(svg, "<g class=\"dot %s\">", series.style());
            for (Point point : series.points()) {
                append(svg, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2\">", scale.x(point.x()), scale.y(point.y()));
                tip(svg, point).append("</circle>");
            }
            svg.append("</g>");
            return;
        }
        append(svg, "<polyline class=\"line %s\" points=\"", series.style());
        series.points().forEach(point -> append(svg, "%.1f,%.1f ", scale.x(point.x()), scale.y(point.y())));
        svg.append("\"/>");
        for (Point point : series.points()) {
            if (!point.tip().isEmpty()) {
                append(
                        svg,
                        "<circle class=\"knot %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\">",
                        series.style(),
                        scale.x(point.x()),
                        scale.y(point.y()));
                tip(svg, point).append("</circle>");
            }
        }
    }

    private static StringBuilder tip(StringBuilder svg, Point point) {
        return point.tip().isEmpty()
                ? svg
                : svg.append("<title>").append(Text.html(point.tip())).append("</title>");
    }

    private static void draw(StringBuilder svg, Scale scale, Mark mark) {
        if (mark.horizontal()) {
            if (mark.at() <= scale.maxY() && mark.at() >= scale.minY()) {
                double at = scale.y(mark.at());
                append(
                        svg,
                        "<line class=\"limit\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
                        LEFT,
                        WIDTH - RIGHT,
                        at,
                        at);
                append(
                        svg,
                        "<text class=\"limit\" x=\"%d\" y=\"%.1f\">%s</text>",
                        LEFT + 4,
                        at - 3,
                        Text.html(mark.text()));
            }
            return;
        }
        double at = scale.x(mark.at());
        boolean right = at > (LEFT + WIDTH - RIGHT) / 2.0;
        append(
                svg,
                "<line class=\"limit\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>",
                at,
                at,
                TOP,
                HEIGHT - BOTTOM);
        append(
                svg,
                "<text class=\"limit%s\" x=\"%.1f\" y=\"%d\">%s</text>",
                right ? " end" : "",
                at + (right ? -4 : 4),
                TOP + 9,
                Text.html(mark.text()));
    }

    @FormatMethod
    private static void append(StringBuilder svg, @FormatString String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }

    private record Scale(double minX, double maxX, double minY, double maxY) {
        double x(double value) {
            return LEFT + (value - minX) / (maxX - minX) * (WIDTH - LEFT - RIGHT);
        }

        double y(double value) {
            return HEIGHT - BOTTOM - (value - minY) / (maxY - minY) * (HEIGHT - TOP - BOTTOM);
        }
    }
}
