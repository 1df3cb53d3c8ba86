package dev.stillgate.loadtests.report.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.loadtests.report.Records;
import dev.stillgate.loadtests.report.figure.Comparison;
import dev.stillgate.loadtests.report.figure.Figures;
import dev.stillgate.loadtests.report.figure.Knee;
import dev.stillgate.loadtests.report.figure.OwnShare;
import dev.stillgate.loadtests.report.figure.Slo;
import dev.stillgate.loadtests.report.figure.Threshold;
import dev.stillgate.loadtests.report.record.Outcome;
import dev.stillgate.loadtests.report.record.RecordFile;
import dev.stillgate.loadtests.report.record.RequestRecord;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FormatTest {
    private static final String HOSTILE = "m\"><script>alert(1)</script>|`x`\n# h\u202Eevil\u0000\uD800 ' & [a](b)";

    private static final Load LOAD = new Load(
            "Streaming",
            "http://gw/" + HOSTILE,
            null,
            HOSTILE,
            "constant, 10/s",
            1,
            Instant.parse("2026-01-02T03:04:05Z"));

    @TempDir
    private Path directory;

    private static List<RequestRecord> records() {
        List<RequestRecord> all = new ArrayList<>(Records.noisy(30, 100, 1));
        all.add(Records.missing(30, Outcome.REFUSED, 429, HOSTILE));
        RequestRecord last = all.removeFirst();
        all.addFirst(new RequestRecord(
                last.index(),
                true,
                last.intended(),
                last.started(),
                last.firstEvent(),
                last.ended(),
                last.events(),
                last.outputs(),
                10,
                10,
                200,
                Outcome.COMPLETED,
                null,
                null,
                HOSTILE));
        return all;
    }

    private static Run run() {
        Figures gateway = new Figures(records(), Slo.parse("ttft=90"));
        Figures direct = new Figures(Records.noisy(31, 95, 1), Slo.NONE);
        return new Run(LOAD, gateway, direct, OwnShare.of(gateway.records(), direct.records(), 1));
    }

    @Test
    void jsonHasAiPerfNamesAndEscapesTexts() throws IOException {
        JsonNode json = new ObjectMapper().readTree(JsonReport.of(run()));
        for (String name : List.of(
                "time_to_first_token",
                "inter_token_latency",
                "inter_chunk_latency",
                "request_latency",
                "output_token_throughput_per_user",
                "output_sequence_length",
                "input_sequence_length")) {
            for (String stat : List.of("avg", "min", "max", "p50", "p90", "p95", "p99", "std")) {
                assertThat(json.path(name).path(stat).isNumber())
                        .as(name + " " + stat)
                        .isTrue();
            }
        }
        for (String name : List.of(
                "request_throughput",
                "output_token_throughput",
                "goodput",
                "request_count",
                "good_request_count",
                "error_request_count",
                "benchmark_duration")) {
            assertThat(json.path(name).path("avg").isNumber()).as(name).isTrue();
        }
        assertThat(json.path("time_per_output_token").path("p50"))
                .isEqualTo(json.path("inter_token_latency").path("p50"));
        assertThat(json.path("refused_by_code").fieldNames().next()).startsWith("429 m\"><script>alert(1)");
        assertThat(json.path("gateway_share").path("pairs").asInt()).isEqualTo(30);
        assertThat(json.path("direct").path("request_count").path("avg").asInt())
                .isEqualTo(31);
    }

    @Test
    void csvHasAiPerfLabels() {
        String csv = CsvReport.of(run().figures());
        assertThat(csv)
                .startsWith("Metric,avg,min,max,p1,p5,p10,p25,p50,p75,p90,p95,p99,std\n")
                .contains(
                        "\nTime to First Token (ms),", "\n\nMetric,Value\n", "\nOutput Token Throughput (tokens/sec),")
                .contains("\nRequest Count,30\n", "\nRefused Request Count,1\n");
        assertThat(csv.lines()
                        .filter(line -> line.startsWith("Request Latency"))
                        .findFirst()
                        .orElseThrow()
                        .split(","))
                .hasSize(14);
    }

    /** The page is parsed as XML after its doctype, so markup in a text would show as an element. */
    @Test
    void hostileTextsStayTextInHtml() throws Exception {
        String html = HtmlReport.of(run());
        assertThat(html).doesNotContain("<script").doesNotContain("\u202E").doesNotContain("\u0000");
        assertThat(html).contains("&lt;script&gt;alert(1)&lt;/script&gt;");
        assertThat(html.replaceAll("(?s)<style>.*?</style>", ""))
                .doesNotContainPattern("(src|href)=|url\\(|@import")
                .contains("default-src 'none'");
        wellFormed(html);
    }

    private static void wellFormed(String html) throws Exception {
        String body = html.substring(html.indexOf("<body>"), html.indexOf("</html>"));
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void hostileTextsStayTextInMarkdown() {
        String markdown = MarkdownReport.of(run());
        String outsideCode = markdown.replaceAll("`[^`\n]*`", "");
        assertThat(outsideCode).doesNotContain("<script", "`", "](", "\u202E");
        assertThat(markdown).doesNotContain("&#", "\u202E").contains("1 × `429 m\"><script>");
        assertThat(markdown.lines().filter(line -> line.startsWith("#"))).hasSize(1);
        assertThat(markdown).contains("31 requests: 30 complete, 1 refused, 0 failed.");
    }

    @Test
    void aRunWithoutResponsesHasAReport() throws Exception {
        Figures none = new Figures(List.of(Records.missing(0, Outcome.FAILED, 0, null)), Slo.parse("ttft=1"));
        Run run = new Run(LOAD, none, null, null);
        wellFormed(HtmlReport.of(run));
        assertThat(MarkdownReport.of(run)).contains("Good: 0.0 %");
        assertThat(new ObjectMapper().readTree(JsonReport.of(run)).has("time_to_first_token"))
                .isFalse();
        assertThat(CsvReport.of(none)).contains("Failed Request Count,1");
    }

    @Test
    void aSweepMarksItsKnee() throws Exception {
        List<Knee.Step> steps = List.of(
                new Knee.Step(10, new Figures(Records.noisy(30, 50, 1), Slo.parse("ttft=500"))),
                new Knee.Step(20, new Figures(Records.noisy(30, 60, 2), Slo.parse("ttft=500"))),
                new Knee.Step(40.5, new Figures(Records.noisy(30, 900, 3), Slo.parse("ttft=500"))));
        String html = HtmlReport.of(LOAD, steps);
        wellFormed(html);
        assertThat(html).contains("knee 20/s", "href=\"40.5/report.html\"", "<tr class=\"knee\">");
        assertThat(MarkdownReport.of(LOAD, steps)).contains("Knee: 20 requests/s");
        JsonNode json = new ObjectMapper().readTree(JsonReport.of(LOAD, steps));
        assertThat(json.path("knee").asDouble()).isEqualTo(20);
        assertThat(json.path("knee_reached").asBoolean()).isTrue();
        assertThat(json.path("steps")).hasSize(3);
        assertThat(HtmlReport.of(LOAD, steps.subList(0, 2)))
                .contains("Knee not reached: 20")
                .doesNotContain("knee 20/s");
        assertThat(CsvReport.of(steps).lines()).hasSize(4);
    }

    @Test
    void aComparisonNamesItsRegression() {
        Comparison comparison = Comparison.of(
                Records.noisy(200, 100, 1),
                Records.noisy(200, 150, 2),
                Slo.NONE,
                Threshold.list("ttft_p50=10%,itl_p50=1ms"),
                1);
        assertThat(comparison.hasRegression()).isTrue();
        assertThat(MarkdownReport.of(comparison))
                .contains("| ttft_p50 (ms) |", "**regression**", "within the threshold");
    }

    @Test
    void recordsAreReadAsWritten() throws IOException {
        Path file = directory.resolve("records.jsonl");
        List<RequestRecord> records = new ArrayList<>(Records.noisy(5, 100, 1));
        records.add(Records.missing(5, Outcome.FAILED, 0, null));
        RecordFile.write(file, records);
        assertThat(RecordFile.read(file)).isEqualTo(records);
        assertThat(Files.readAllLines(file))
                .hasSize(6)
                .allSatisfy(line -> assertThat(line)
                        .startsWith("{\"index\":")
                        .contains("\"intended_ns\":", "\"started_ns\":", "\"first_event_ns\":", "\"last_event_ns\":"));
    }
}
