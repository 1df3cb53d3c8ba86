package dev.stillgate.loadtests.report.format;

import dev.stillgate.loadtests.report.figure.Distribution;
import dev.stillgate.loadtests.report.figure.Figures;
import dev.stillgate.loadtests.report.figure.Knee;
import dev.stillgate.loadtests.report.figure.Metric;
import dev.stillgate.loadtests.report.figure.OwnShare;
import dev.stillgate.loadtests.report.figure.Statistic;
import dev.stillgate.loadtests.report.record.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Report as one HTML page without scripts or other files: inline style sheet and SVG, light and dark. */
public final class HtmlReport {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final StringBuilder html = new StringBuilder(1 << 16);

    private HtmlReport() {}

    /** Formats a run. */
    public static String of(Run run) {
        HtmlReport page = new HtmlReport();
        page.head(run.load(), run.figures());
        page.verdict(run.figures());
        OwnShare share = run.share();
        if (share != null) {
            page.share(share);
        }
        page.tiles(run.figures());
        page.html
                .append("<h2>Charts</h2><div class=\"charts\">\n")
                .append(Charts.of(run))
                .append("</div>\n");
        page.html.append("<h2>Figures of complete responses</h2>\n");
        page.figures(run.figures());
        Figures direct = run.direct();
        if (share != null && direct != null) {
            page.html.append("<h2>The same arrivals straight to the model</h2>\n");
            page.figures(direct);
            page.html.append("<h2>The gateway's own share</h2>\n");
            page.shares(share);
        }
        page.counts("Refused by code", run.figures().refused());
        page.counts("Failed by reason", run.figures().failed());
        page.counts("Complete responses by model", run.figures().models());
        page.terms(share != null);
        return page.end();
    }

    /** Formats a sweep; its table links to the report of each rate. */
    public static String of(Load load, List<Knee.Step> steps) {
        HtmlReport page = new HtmlReport();
        page.head(load, steps.getFirst().figures());
        page.html
                .append("<p class=\"verdict\">")
                .append(Text.html(MarkdownReport.knee(steps)))
                .append("</p>\n<h2>Charts</h2><div class=\"charts\">\n")
                .append(Charts.of(steps))
                .append("</div>\n<h2>Rates</h2>\n");
        page.rates(steps);
        page.terms(false);
        return page.end();
    }

    private void head(Load load, Figures figures) {
        html.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<meta http-equiv=\"Content-Security-Policy\" ")
                .append("content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>Load report: ")
                .append(Text.html(load.scenario()))
                .append("</title>\n<style>\n")
                .append(style())
                .append("</style></head>\n<body>\n<header><h1>Load report: ")
                .append(Text.html(load.scenario()))
                .append("</h1>\n<p class=\"soft\">")
                .append(TIME.format(load.begun()))
                .append(" · arrivals: ")
                .append(Text.html(load.arrivals()))
                .append(", seed ")
                .append(load.seed())
                .append(" · model <bdi>")
                .append(Text.html(load.model()))
                .append("</bdi> · <bdi>")
                .append(Text.html(load.url()))
                .append("</bdi>");
        if (load.direct() != null) {
            html.append(" beside <bdi>").append(Text.html(load.direct())).append("</bdi>");
        }
        html.append(" · objectives: ")
                .append(
                        figures.slo().text().isEmpty()
                                ? "none"
                                : Text.html(figures.slo().text()) + " ms")
                .append("</p></header>\n<main>\n");
    }

    private static String style() {
        try (InputStream css = HtmlReport.class.getResourceAsStream("report.css")) {
            if (css == null) {
                throw new IllegalStateException("report.css is not on the class path");
            }
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void verdict(Figures figures) {
        int completed = figures.count(Outcome.COMPLETED);
        int refused = figures.count(Outcome.REFUSED);
        int failed = figures.count(Outcome.FAILED);
        html.append("<p class=\"verdict\">");
        if (completed == figures.total()) {
            html.append("All ").append(completed).append(" responses were complete. ");
        } else {
            html.append("Of ").append(figures.total()).append(" requests, ");
            html.append(completed).append(" got a complete response, ");
            html.append("<span class=\"").append(refused > 0 ? "warn" : "soft").append("\">");
            html.append(refused).append(" were refused</span>, ");
            html.append("<span class=\"").append(failed > 0 ? "bad" : "soft").append("\">");
            html.append(failed).append(" failed</span>. ");
        }
        if (!figures.slo().limits().isEmpty()) {
            html.append(Text.percent(figures.goodFraction())).append(" of all requests met the objectives. ");
        }
        html.append("</p>\n");
        String notes = MarkdownReport.notes(figures);
        int late = notes.indexOf("**");
        if (late >= 0) {
            html.append("<p class=\"bad\">")
                    .append(Text.html(notes.substring(late).replace("**", "")))
                    .append("</p>\n");
        }
    }

    private void share(OwnShare share) {
        for (OwnShare.Row row : share.rows()) {
            if (row.name().equals("pair") && row.metric() != Metric.ITL) {
                html.append("<p>The gateway's own share of the ")
                        .append(row.metric() == Metric.TTFT ? "time to first token" : "request latency")
                        .append(": <b>")
                        .append(Text.signed(row.difference()))
                        .append(" ms</b> <span class=\"soft\">(median of ")
                        .append(share.pairs())
                        .append(" pairs, 95 % interval ")
                        .append(Text.signed(row.interval().low()))
                        .append(" to ")
                        .append(Text.signed(row.interval().high()))
                        .append(" ms")
                        .append(row.interval().low() <= 0 && row.interval().high() >= 0 ? ", which contains zero" : "")
                        .append(")</span></p>\n");
            }
        }
    }

    private void tiles(Figures figures) {
        html.append("<dl class=\"tiles\">");
        latency(figures, Metric.TTFT, "Time to first token, p50");
        latency(figures, Metric.ITL, "Inter-token latency, p50");
        latency(figures, Metric.E2E, "Request latency, p50");
        tile("Output tokens/s", Text.number(figures.outputTokens() / figures.seconds()), perUser(figures), "");
        tile(
                "Requests/s",
                Text.number(figures.count(Outcome.COMPLETED) / figures.seconds()),
                "offered " + Text.number(figures.offered()),
                "");
        tile(
                "Good",
                Text.percent(figures.goodFraction()),
                "goodput " + Text.number(figures.goodput()) + "/s",
                figures.goodFraction() < Knee.LEAST ? "warn" : "good");
        int refused = figures.count(Outcome.REFUSED);
        int failed = figures.count(Outcome.FAILED);
        tile("Refused", Integer.toString(refused), "by filters", refused > 0 ? "warn" : "");
        tile("Failed", Integer.toString(failed), "everything else", failed > 0 ? "bad" : "");
        html.append("</dl>\n");
    }

    private static String perUser(Figures figures) {
        Distribution users = figures.of(Metric.USER);
        return users.isEmpty() ? "" : Text.number(users.get(Statistic.P50)) + " per user, p50";
    }

    private void latency(Figures figures, Metric metric, String label) {
        Distribution values = figures.of(metric);
        if (!values.isEmpty()) {
            tile(
                    label,
                    Text.number(values.get(Statistic.P50)) + " ms",
                    "p99 " + Text.number(values.get(Statistic.P99)) + " ms",
                    "");
        }
    }

    private void tile(String label, String value, String note, String style) {
        html.append("<div><dt>").append(label).append("</dt><dd");
        if (!style.isEmpty()) {
            html.append(" class=\"").append(style).append('"');
        }
        html.append('>').append(value).append("<small>").append(note).append("</small></dd></div>");
    }

    private void figures(Figures figures) {
        html.append("<div class=\"table\"><table><thead><tr><th></th>");
        Statistic.SHOWN.forEach(each -> html.append("<th>").append(each.text()).append("</th>"));
        html.append("</tr></thead><tbody>\n");
        for (Metric metric : MarkdownReport.SHOWN) {
            Distribution values = figures.of(metric);
            if (!values.isEmpty()) {
                html.append("<tr><th>").append(MarkdownReport.label(metric)).append("</th>");
                Statistic.SHOWN.forEach(each -> html.append("<td>")
                        .append(Text.number(values.get(each)))
                        .append("</td>"));
                html.append("</tr>\n");
            }
        }
        html.append("</tbody></table></div>\n");
    }

    private void shares(OwnShare share) {
        html.append("<div class=\"table\"><table><thead><tr><th></th><th>gateway, ms</th><th>direct, ms</th>")
                .append("<th>difference, ms</th><th>95 % interval</th></tr></thead><tbody>\n");
        for (OwnShare.Row row : share.rows()) {
            html.append("<tr><th>").append(row.metric().label()).append(", ");
            html.append(row.name().equals("pair") ? "median of pairs" : row.name())
                    .append("</th><td>");
            html.append(Text.number(row.gateway())).append("</td><td>").append(Text.number(row.direct()));
            html.append("</td><td>").append(Text.signed(row.difference())).append("</td><td>");
            html.append(Text.signed(row.interval().low())).append(" to ");
            html.append(Text.signed(row.interval().high())).append("</td></tr>\n");
        }
        html.append("</tbody></table></div>\n");
    }

    private void rates(List<Knee.Step> steps) {
        html.append(
                        "<div class=\"table\"><table><thead><tr><th>rate/s</th><th>good</th><th>refused</th><th>failed</th>")
                .append("<th>TTFT p50</th><th>TTFT p99</th><th>ITL p99</th><th>latency p99</th></tr></thead><tbody>\n");
        for (Knee.Step step : steps) {
            Figures figures = step.figures();
            boolean knee = Knee.isReached(steps) && Knee.of(steps).orElse(-1) == step.rate();
            html.append(knee ? "<tr class=\"knee\">" : "<tr>").append("<th><a href=\"");
            html.append(folder(step.rate())).append("/report.html\">");
            html.append(Text.plain(step.rate()))
                    .append("</a>")
                    .append(knee ? " knee" : "")
                    .append("</th>");
            for (String cell : List.of(
                    Text.percent(figures.goodFraction()),
                    Integer.toString(figures.count(Outcome.REFUSED)),
                    Integer.toString(figures.count(Outcome.FAILED)),
                    MarkdownReport.shown(figures, Metric.TTFT, Statistic.P50),
                    MarkdownReport.shown(figures, Metric.TTFT, Statistic.P99),
                    MarkdownReport.shown(figures, Metric.ITL, Statistic.P99),
                    MarkdownReport.shown(figures, Metric.E2E, Statistic.P99))) {
                html.append("<td>").append(cell).append("</td>");
            }
            html.append("</tr>\n");
        }
        html.append("</tbody></table></div>\n<p class=\"soft\">Latencies in milliseconds.</p>\n");
    }

    /** Returns the folder of a rate within the folder of its sweep. */
    public static String folder(double rate) {
        return Text.plain(rate);
    }

    private void counts(String title, Map<String, Integer> counts) {
        if (counts.isEmpty()) {
            return;
        }
        html.append("<h2>").append(title).append("</h2>\n<div class=\"table\"><table><tbody>\n");
        counts.forEach((name, count) -> html.append("<tr><td class=\"name\"><bdi>")
                .append(Text.html(name))
                .append("</bdi></td><td>")
                .append(count)
                .append("</td></tr>\n"));
        html.append("</tbody></table></div>\n");
    }

    private void terms(boolean paired) {
        html.append("<details><summary>How the figures are defined</summary><dl class=\"terms\">");
        term(
                "Begin of a latency",
                "the intended start of the request, not the actual one. A stalled server cannot hide "
                        + "the requests that it delayed (coordinated omission). The start lag shows how late the load itself was.");
        term("Time to first token", "until the first event with output: text, reasoning or arguments of a tool.");
        term(
                "Inter-token latency (TPOT)",
                "time from first to last output, divided by the number of tokens less one. "
                        + "AIPerf calls it inter-token latency, vLLM time per output token.");
        term("Inter chunk latency", "every single gap between two events with output, which vLLM calls ITL.");
        term("Request latency", "until the last event with output; for a response in one piece, until its end.");
        term("Good", "complete, and within all objectives. The share counts refused and failed requests as not good.");
        term("Refused", "status 403 or 429, as filters answer. A model that limits rates itself answers 429 too.");
        term("Failed", "any other status, a connection error, an incomplete stream, or an error event.");
        term("Quantiles", "interpolated between order statistics, of complete responses.");
        if (paired) {
            term(
                    "The gateway's own share",
                    "every arrival goes to the gateway and straight to the model, in turn first, "
                            + "the second one at most 5 ms later. The model gets twice the load. Intervals resample blocks of "
                            + "neighbouring pairs; they have the noise of this run, not that of another day.");
        }
        html.append("</dl></details>\n");
    }

    private void term(String name, String meaning) {
        html.append("<dt>").append(name).append("</dt><dd>").append(meaning).append("</dd>");
    }

    private String end() {
        return html.append("</main></body></html>\n").toString();
    }
}
