package dev.stillgate.proxy;

import static dev.stillgate.proxy.backtest.Lines.START;
import static dev.stillgate.proxy.backtest.Lines.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.backtest.BrokenLogException;
import dev.stillgate.proxy.backtest.Findings;
import dev.stillgate.proxy.backtest.Lines;
import dev.stillgate.proxy.backtest.Report;
import dev.stillgate.proxy.backtest.SummaryTable;
import dev.stillgate.proxy.backtest.TrialFilter;
import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.config.ConfigException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backtests from the log to the report, with a filter that does what the log's headers say. */
class RehearsalTest {
    private static final String TRIAL = "[{name: trial-1, type: trial}]";
    private static final long HOUR = 3_600_000;
    private static final long DAY = 24 * HOUR;

    @TempDir
    private static Path shared;

    private static Path plugins;

    @TempDir
    private Path directory;

    private final List<String> complaints = new ArrayList<>();
    private boolean lenient;
    private boolean asConfigured;
    private Path accounts;

    @BeforeAll
    static void compile() throws IOException {
        plugins = TestPlugins.in(shared, "trial", TrialFilter.SOURCE);
    }

    private Path policy(String filters) throws IOException {
        return Files.writeString(directory.resolve("policy.yaml"), """
                version: 1
                upstreams: [{name: model, endpoints: ["http://model.invalid:9"]}]
                routes: [{path: /v1/, upstream: model, opaque: [/v1/embeddings]}]
                filters: %s
                """.formatted(filters));
    }

    private Path log(Object... lines) throws IOException {
        String text = Arrays.stream(lines).map(line -> line + "\n").collect(Collectors.joining());
        return Files.writeString(directory.resolve("log.jsonl"), text);
    }

    private Findings run(String filters, Path... logs) throws IOException, ConfigException {
        return new Rehearsal(name -> null)
                .run(new Rehearsal.Terms(
                        policy(filters),
                        plugins,
                        accounts,
                        List.of(logs),
                        asConfigured,
                        lenient ? complaints::add : null,
                        (exchanges, millis, part) -> {}));
    }

    private String report(Findings findings) throws IOException {
        Path out = directory.resolve("report.json");
        Report.write(findings, out);
        return Files.readString(out);
    }

    private JsonNode report(String filters, Object... lines) throws IOException, ConfigException {
        return new ObjectMapper().readTree(report(run(filters, log(lines))));
    }

    /** Returns what the trial filter saw. */
    private List<String> trace(Object... lines) throws IOException, ConfigException {
        JsonNode reasons = report(TRIAL, lines).at("/clusters/0/reasons");
        return StreamSupport.stream(reasons.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    private List<String> traceOf(String kind, Object... lines) throws IOException, ConfigException {
        return trace(lines).stream().filter(seen -> seen.startsWith(kind)).toList();
    }

    @Test
    void anExchangePassesEveryPhaseWithWhatTheLineTells() throws Exception {
        assertThat(trace(line(0, "a")
                        .end(2_500)
                        .text("connection", "k")
                        .text("http", "1.0")
                        .text("ja4", "t13")))
                .satisfies(trace ->
                        assertThat(trace.getFirst()).startsWith("made@0").endsWith(" null"))
                .containsSubsequence(
                        "connection 1 1.0 t13",
                        "request a@0 CLEAR ACCEPTED 1 CHAT_COMPLETIONS",
                        "text hello",
                        "head 200 application/json null",
                        "complete a@2500 Served 200 7 62 r-1");
    }

    @Test
    void theHeadOfAStreamSaysSo() throws Exception {
        String stream = "{\"model\":\"m\",\"stream\":true,\"messages\":[]}";
        assertThat(traceOf(
                        "head",
                        line(0, "a").with("request", stream),
                        line(1, "a").with("request", stream).with("status", "429")))
                .containsExactly("head 200 text/event-stream null", "head 429 application/json null");
    }

    @Test
    void answersEndInOrderBeforeRequestsOfTheSameTimeAndTasksComeLast() throws Exception {
        List<String> order = trace(
                        line(0, "a").end(2_000).does("set a MARKED"),
                        line(500, "b").end(1_500),
                        line(500, "c"),
                        line(1_000, "d"),
                        line(1_000, "a"),
                        line(1_500, "a"),
                        line(2_000, "e"))
                .stream()
                .filter(seen -> seen.matches("(request|complete|tick).*"))
                .map(seen -> seen.replaceAll("^(.)\\w*( \\w)?@(\\d+)( \\w+)?.*", "$1$2 $3$4"))
                .toList();
        assertThat(order)
                .containsExactly(
                        "r a 0 CLEAR",
                        "r b 500 CLEAR",
                        "r c 500 CLEAR",
                        "c c 500 Served",
                        "r d 1000 CLEAR",
                        "c d 1000 Served",
                        "r a 1000 CLEAR",
                        "c a 1000 Served",
                        "t 1000",
                        "c b 1500 Served",
                        "r a 1500 MARKED",
                        "c a 1500 Served",
                        "c a 2000 Served",
                        "r e 2000 CLEAR",
                        "c e 2000 Served");
    }

    @Test
    void everyChangeOfAStandingIsReportedWithItsReasonsAndItsEndToo() throws Exception {
        JsonNode report = report(
                TRIAL,
                line(0, "b"),
                line(10, "a").does("set a TIGHTENED"),
                line(20, "a"),
                line(1_500, "a").does("set a MARKED"),
                line(5_500, "b").does("clear a"),
                line(9_000, "a"));
        JsonNode standings = report.get("standings");
        assertThat(standings).hasSize(1);
        assertThat(standings.get(0).get("account").asText()).isEqualTo("a");
        assertThat(standings.get(0).get("exchanges").asInt()).isEqualTo(4);
        assertThat(standings.get(0).get("harvested").asInt()).isEqualTo(4);
        assertThat(standings.get(0).get("changes").toString())
                .isEqualTo("[" + change(1_000, 2, "tightened") + "," + change(2_000, 3, "marked") + ","
                        + change(6_000, 3, "clear") + "]");
        assertThat(report.at("/clusters/0/id").asText()).isEqualTo("c1");
        assertThat(report.at("/clusters/0/since").asLong()).isEqualTo(5);
        assertThat(report.at("/clusters/0/accounts").toString()).isEqualTo("[\"a\"]");
    }

    private static String change(long after, int exchange, String standing) {
        return "{\"ts\":" + (START + after) + ",\"exchange\":" + exchange + ",\"standing\":\"" + standing
                + "\",\"evidence\":4.5,\"cluster\":\"c1\",\"reasons\":[\"trial\"]}";
    }

    @Test
    void aChangeAfterTheLastExchangeIsSeen() throws Exception {
        JsonNode report = report(
                TRIAL,
                line(0, "a").end(30_000).does("set a WATCHED"),
                line(29_500, "b").does("set b MARKED"));
        assertThat(report.get("standings")).hasSize(2);
        assertThat(report.at("/standings/1/changes/0/ts").asLong()).isEqualTo(START + 30_000);
        assertThat(report.get("to").asLong()).isEqualTo(START + 29_500);
        assertThat(report.get("from").asLong()).isEqualTo(START);
    }

    @Test
    void whatIsRefusedDeliversNothingAndIsCountedByTheTypeOfItsFilter() throws Exception {
        JsonNode report = report(
                TRIAL,
                line(0, "a").end(5_000).does("reject").label("campaign:x"),
                line(1, "a").does("pace").label("campaign:x"),
                line(2, "a").label("campaign:x"),
                line(3, "a").text("path", "/v2/other").label("campaign:x"),
                line(4, "a").text("path", "/v1//messages").label("campaign:x"),
                line(5, "a").with("request", "{\"a\":1,\"a\":2}").label("campaign:x"),
                line(6, "a").text("ja4", "bad").text("connection", "k").label("campaign:x"),
                line(7, "a").text("connection", "k").label("campaign:x"),
                line(8, "a").label("campaign:x"));
        assertThat(report.get("rejected").toString()).isEqualTo("{\"connection\":2,\"gateway\":3,\"trial\":1}");
        assertThat(report.at("/labels/campaign:x/exchanges").asInt()).isEqualTo(9);
        assertThat(report.at("/labels/campaign:x/harvestFraction").asDouble()).isEqualTo(2 / 9.0);
        assertThat(report.at("/clusters/0/reasons").toString())
                .contains("complete a@0 Rejected 403 -1 0 null", "complete a@2 Served 200 7 62 r-1")
                .doesNotContain("request a@3", "request a@4", "request a@6", "request a@7");
    }

    @Test
    void anAnswerIsHarvestedUnlessItBearsAMark() throws Exception {
        String prose = "{\"id\":\"r-2\",\"choices\":[{\"index\":0,\"message\":{\"content\":\"a word\"}}]}";
        String tool = "{\"id\":\"r-3\",\"choices\":[{\"index\":0,\"message\":{\"content\":null,"
                + "\"tool_calls\":[{\"function\":{\"arguments\":\"a word\"}}]}}]}";
        JsonNode report = report(
                TRIAL,
                line(0, "a").with("response", prose).does("mark").label("campaign:x"),
                line(1, "a").with("response", tool).does("mark").label("campaign:x"),
                line(2, "a").with("response", null).does("mark").label("campaign:x"),
                line(3, "a").with("response", prose).label("campaign:x"),
                line(4, "a")
                        .with("response", prose)
                        .with("status", "500")
                        .does("mark")
                        .label("campaign:x"));
        assertThat(report.at("/labels/campaign:x/harvestFraction").asDouble()).isEqualTo(4 / 5.0);
        assertThat(report.at("/clusters/0/reasons").toString()).contains("tapped r-2\",\"end", "tapped r-3\",\"end");
    }

    @Test
    void coverIsNotCountedInAHarvestButMakesAMember() throws Exception {
        JsonNode report = report(
                TRIAL,
                line(0, "a").label("campaign:x/cover"),
                line(1, "a").label("campaign:x").does("reject"),
                line(2, "b").label("campaign:x/cover"),
                line(3, "a").label("campaign:x"));
        JsonNode campaign = report.at("/labels/campaign:x");
        assertThat(campaign.get("accounts").asInt()).isEqualTo(2);
        assertThat(campaign.get("exchanges").asInt()).isEqualTo(2);
        assertThat(campaign.get("harvestFraction").asDouble()).isEqualTo(0.5);
        assertThat(report.get("accounts").asInt()).isEqualTo(2);
        assertThat(report.get("exchanges").asInt()).isEqualTo(4);
    }

    @Test
    void campaignsAreCaughtAtMarkedAndHonestAccountsCountedAtEveryRung() throws Exception {
        JsonNode report = report(
                TRIAL,
                line(0, "c1").label("campaign:x"),
                line(1, "c2").label("campaign:x"),
                line(2, "c3").label("campaign:x").does("set c1 MARKED;set c2 SLOWED;set c3 TIGHTENED"),
                line(3, "w").label("campaign:y").does("set w WATCHED"),
                line(4, "h1").label("honest:chat").does("set h1 TIGHTENED;set h2 BLOCKED"),
                line(HOUR, "h2").label("honest:chat").does("clear h2"),
                line(2 * HOUR, "h2").label("honest:chat"),
                line(2 * HOUR, "warm-up"));
        assertThat(report.at("/labels/honest:chat").toString())
                .isEqualTo("{\"accounts\":2,\"tightened\":2,\"marked\":1,\"blocked\":1}");
        JsonNode x = report.at("/labels/campaign:x");
        assertThat(x.get("caught").asInt()).isEqualTo(2);
        assertThat(x.get("belowMarked").asDouble()).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(x.get("medianHoursToCatch").asDouble()).isCloseTo(999.5 / HOUR, within(1e-12));
        JsonNode y = report.at("/labels/campaign:y");
        assertThat(y.get("belowMarked").asDouble()).isEqualTo(1);
        assertThat(y.get("medianHoursToCatch").isNull()).isTrue();
        assertThat(report.at("/overall/belowMarked").asDouble()).isCloseTo(2 / 3.0, within(1e-12));
        assertThat(report.at("/overall/harvestFraction").asDouble()).isEqualTo(1);
        assertThat(report.get("labels")).hasSize(3);
    }

    @Test
    void anAccountMarkedBeforeItsFirstLabelWasCaughtInNoTime() throws Exception {
        JsonNode report =
                report(TRIAL, line(0, "a").does("set a MARKED"), line(DAY, "a").label("campaign:x"));
        assertThat(report.at("/labels/campaign:x/medianHoursToCatch").asDouble())
                .isZero();
    }

    @Test
    void accountsAreJoinedWithWhatIsListed() throws Exception {
        accounts = Files.writeString(
                directory.resolve("accounts.yaml"), "accounts:\n  - {id: a, keys: [], organisation: o}\n");
        assertThat(traceOf("request", line(0, "a"), line(1, "b"), line(2, "anonymous")))
                .extracting(seen -> seen.split(" ")[3])
                .containsExactly("LISTED", "ACCEPTED", "NONE");
    }

    @Test
    void thePolicysOwnAccountsAreReadWhereTheyAre() throws Exception {
        Path own = directory.resolve("accounts.yaml");
        String filters = TRIAL + "\naccounts: {file: accounts.yaml}";
        assertThat(report(filters, line(0, "a")).toString()).contains("request a@0 CLEAR ACCEPTED");
        Files.writeString(own, "accounts:\n  - {id: a, keys: []}\n");
        assertThat(report(filters, line(0, "a")).toString()).contains("request a@0 CLEAR LISTED");
    }

    @Test
    void aConnectionIsOneObjectForAllItsLinesAndNamelessOnesAreAlone() throws Exception {
        assertThat(traceOf(
                        "request",
                        line(0, "a").text("connection", "k"),
                        line(1, "b"),
                        line(2, "c"),
                        line(3, "a").text("connection", "k")))
                .extracting(seen -> seen.split(" ")[4])
                .containsExactly("1", "2", "3", "1");
    }

    @Test
    void pathsAreReadByTheirMethodWhichFollowsFromTheRequest() throws Exception {
        assertThat(traceOf(
                        "request",
                        line(0, "a").text("path", "/v1/messages?beta=true"),
                        line(1, "a").text("path", "/v1/responses/r-1").with("request", null),
                        line(2, "a")
                                .text("path", "/v1/responses/r-1")
                                .with("request", "null")
                                .text("method", "DELETE"),
                        line(3, "a").text("path", "/v1/embeddings")))
                .extracting(seen -> seen.split(" ")[5])
                .containsExactly("MESSAGES", "STORED_RESPONSE", "CONTROL", "OPAQUE");
    }

    @Test
    void anUploadIsOpaqueBecauseNoLogHoldsItsForm() throws Exception {
        assertThat(trace(line(0, "a")
                        .text("path", "/v1/files")
                        .text("method", "POST")
                        .with("request", null)))
                .contains("body Opaque", "complete a@0 Served 200 -1 62 null");
    }

    @Test
    void aFilterInShadowIsTakenAsEnforcingUnlessItIsLeftThere() throws Exception {
        String shadow = "[{name: t, type: trial, mode: shadow}]";
        Lines[] lines = {
            line(0, "a").does("reject").label("campaign:x"),
            line(1, "b").does("set a MARKED").label("campaign:x"),
            line(5_000, "a").does("pace").label("campaign:x")
        };
        JsonNode enforced = report(shadow, (Object[]) lines);
        assertThat(enforced.at("/labels/campaign:x/harvestFraction").asDouble()).isEqualTo(1 / 3.0);
        assertThat(enforced.toString()).contains("request a@5000 MARKED");
        asConfigured = true;
        JsonNode shadowed = report(shadow, (Object[]) lines);
        assertThat(shadowed.at("/labels/campaign:x/harvestFraction").asDouble()).isEqualTo(1);
        assertThat(shadowed.toString()).contains("request a@5000 CLEAR");
        assertThat(shadowed.at("/standings/0/changes/0/standing").asText()).isEqualTo("marked");
        assertThat(report("[{name: t, type: trial, mode: off}]", (Object[]) lines)
                        .get("clusters"))
                .isEmpty();
    }

    @Test
    void theSameLogGivesTheSameBytes() throws Exception {
        Object[] lines = IntStream.range(0, 500)
                .mapToObj(i -> line(i * 700L, "a" + i % 37)
                        .end(i * 700L + i % 7 * 1_000)
                        .does(i % 5 == 0 ? "set a" + i % 31 + " MARKED" : "none")
                        .label(i % 3 == 0 ? "campaign:x" : "honest:y"))
                .toArray();
        Path log = log(lines);
        String first = report(run(TRIAL, log));
        assertThat(report(run(TRIAL, log))).isEqualTo(first);
        assertThat(report(run(TRIAL, gzip(log)))).isEqualTo(first);
        assertThat(first).startsWith("{\"policy\":\"sha256:").endsWith("}\n");
    }

    private Path gzip(Path file) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            Files.copy(file, out);
        }
        return Files.write(directory.resolve("packed"), bytes.toByteArray());
    }

    @Test
    void severalFilesAreOneLog() throws Exception {
        Path one = gzip(log(line(0, "a"), line(1, "a")));
        Path other = log(line(2, "a"));
        assertThat(run(TRIAL, one, other).exchanges()).isEqualTo(3);
        assertThatThrownBy(() -> run(TRIAL, other, one))
                .isInstanceOf(BrokenLogException.class)
                .hasMessageStartingWith(one + ":1: ts: goes back by 2 ms from the line before");
    }

    static Stream<List<String>> brokenLines() {
        return Stream.of(
                List.of("no JSON", "no exchange: an object expected"),
                List.of(line(1, "a") + "}", "no exchange: bytes after the JSON object"),
                List.of(line(1, "a").toString().replace("}", ""), "no exchange: "),
                List.of(line(1, "a").with("ts", "\"1\"").toString(), "ts: expected milliseconds"),
                List.of(line(1, "a").with("ts", "17e11").toString(), "ts: expected milliseconds"),
                List.of(line(1, "a").with("ts", null).toString(), "ts: expected milliseconds"),
                List.of(line(-1, "a").toString(), "ts: goes back by 1 ms"),
                List.of(line(400 * DAY, "a").toString(), "ts: more than 366 days after"),
                List.of(line(1, "a").end(0).toString(), "end: expected"),
                List.of(line(1, "a").end(40 * DAY).toString(), "end: expected"),
                List.of(line(1, "a").with("status", null).toString(), "status: expected"),
                List.of(line(1, "a").with("status", "20").toString(), "status: expected"),
                List.of(line(1, "").toString(), "account: is empty"),
                List.of(line(1, "a").with("account", "7").toString(), "account: expected a text"),
                List.of(line(1, "a").with("account", null).toString(), "account: expected a text"),
                List.of(line(1, "a").text("ip", "host.example").toString(), "ip: expected an address"),
                List.of(line(1, "a").with("path", null).toString(), "path: expected a text"),
                List.of(line(1, "a").with("headers", null).toString(), "headers: is missing"),
                List.of(line(1, "a").with("headers", "[[\"a\"]]").toString(), "headers: expected a list"),
                List.of(line(1, "a").with("headers", "{}").toString(), "headers: expected a list"),
                List.of(line(1, "a").text("label", "campain:x").toString(), "label: expected honest:GROUP"),
                List.of(line(1, "a").text("label", "honest:").toString(), "label: expected honest:GROUP"),
                List.of(line(1, "\\ud800").toString(), "account: half a surrogate pair"),
                List.of("{\"ts\":1,\"ts\":2}", "no exchange: a key that is there already"));
    }

    @Test
    void brokenLinesEndItWithTheirPlaceOrAreCounted() throws Exception {
        for (List<String> broken : brokenLines().toList()) {
            Path log = log(line(0, "a"), broken.getFirst(), "", line(1, "a"));
            lenient = false;
            assertThatThrownBy(() -> run(TRIAL, log))
                    .isInstanceOf(BrokenLogException.class)
                    .hasMessageStartingWith(log + ":2: " + broken.getLast());
            lenient = true;
            complaints.clear();
            Findings findings = run(TRIAL, log);
            assertThat(findings.broken()).as(broken.getFirst()).isEqualTo(1);
            assertThat(findings.exchanges()).isEqualTo(2);
            assertThat(complaints).hasSize(1);
        }
    }

    @Test
    void aCompressedFileThatEndsTooEarlyIsBrokenAtItsLastLine() throws Exception {
        Path whole = gzip(log(IntStream.range(0, 20_000)
                .mapToObj(i -> line(i, "a" + Integer.toHexString(i * 7919)))
                .toArray()));
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = Files.write(directory.resolve("cut"), Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> run(TRIAL, cut))
                .isInstanceOf(BrokenLogException.class)
                .hasMessageMatching("\\Q" + cut + "\\E:\\d+: the compressed file ends too early");
        lenient = true;
        Findings findings = run(TRIAL, cut, log(line(DAY, "b")));
        assertThat(findings.broken()).isEqualTo(1);
        assertThat(findings.exchanges()).isBetween(2_000L, 19_000L);
        Path empty = Files.write(directory.resolve("head"), Arrays.copyOf(bytes, 5));
        assertThat(run(TRIAL, empty, log(line(0, "b"))).broken()).isEqualTo(1);
    }

    @Test
    void whatHoldsNoExchangeOrIsNotThereFails() throws IOException {
        Path empty = log();
        assertThatThrownBy(() -> run(TRIAL, empty))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no exchange");
        assertThatThrownBy(() -> run(TRIAL, directory.resolve("absent"))).isInstanceOf(IOException.class);
        Path good = log(line(0, "a"));
        assertThatThrownBy(() -> run("[{name: t, type: trail}]", good))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("no filter type \"trail\"");
    }

    @Test
    void theTableSaysTheSameForPeople() throws Exception {
        String table = SummaryTable.of(run(
                TRIAL,
                log(
                        line(0, "a").label("campaign:x").does("set a MARKED"),
                        line(1, "b").label("campaign:x"),
                        line(2, "h").label("honest:chat").does("reject"))));
        assertThat(table.lines().toList().get(1)).matches("x +2 +2 +100.00 % +100.00 % +50.00 % +0.0");
        assertThat(table).containsPattern("chat +1 +1 +0 \\(<= 95.000 %\\)").contains("refused: {trial=1}");
    }

    @Test
    void whatAnAnswerWasMadeOfIsKnownWhenItEnds() throws Exception {
        String response = "{\"id\":\"r-9\",\"choices\":[{\"message\":{\"content\":\"" + "word ".repeat(20) + "\"}}]}";
        assertThat(traceOf(
                        "answer",
                        line(0, "a").with("response", response).end(5_000),
                        line(10, "b").end(20)))
                .containsExactly("answer 100 1 true");
    }

    @Test
    void spaceInALineIsNoMatter() throws Exception {
        String spaced =
                line(0, "a").toString().replace(":", " : ").replace(",", " , ").replace("[", "[ ");
        assertThat(spaced).contains("\"status\" : 200 ");
        assertThat(traceOf("complete", spaced)).containsExactly("complete a@0 Served 200 7 74 r-1");
    }

    @Test
    void theTextsOfALogAreReadAsTheyAreEncoded() throws Exception {
        byte[] odd = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"sch\\u00f6n \\\"日本\\\"\"}]}"
                .getBytes(StandardCharsets.UTF_8);
        assertThat(traceOf("text", line(0, "a").with("request", new String(odd, StandardCharsets.UTF_8))))
                .containsExactly("text schön \"日本\"");
    }
}
