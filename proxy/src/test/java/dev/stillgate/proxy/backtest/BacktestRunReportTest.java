package dev.stillgate.proxy.backtest;

import static dev.stillgate.proxy.backtest.Lines.START;
import static dev.stillgate.proxy.backtest.Lines.line;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Reports of a backtest: standings, the fate of text, and the accounts at each standing. */
class BacktestRunReportTest extends BacktestRunRig {
    @Test
    void everyChangeOfStandingIsReportedWithReasons() throws Exception {
        JsonNode report = report(
                SCRIPTED,
                line(0, "b"),
                line(10, "a").does("set a POOLED"),
                line(20, "a"),
                line(1_500, "a").does("set a MARKED"),
                line(5_500, "b").does("clear a"),
                line(9_000, "a"));
        JsonNode standings = report.get("standings");
        assertThat(standings).hasSize(1);
        assertThat(standings.get(0).get("account").asText()).isEqualTo("a");
        assertThat(standings.get(0).get("exchanges").asInt()).isEqualTo(4);
        assertThat(standings.get(0).get("tokens").toString()).isEqualTo("{\"refused\":0,\"marked\":0,\"free\":28}");
        assertThat(standings.get(0).get("changes").toString())
                .isEqualTo("[" + change(1_000, 2, "pooled") + "," + change(2_000, 3, "marked") + ","
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
    void changeAfterTheLastExchangeIsReported() throws Exception {
        JsonNode report = report(
                SCRIPTED,
                line(0, "a").end(30_000).does("set a MARKED"),
                line(29_500, "b").does("set b MARKED"));
        assertThat(report.get("standings")).hasSize(2);
        assertThat(report.at("/standings/1/changes/0/ts").asLong()).isEqualTo(START + 30_000);
        assertThat(report.get("to").asLong()).isEqualTo(START + 29_500);
        assertThat(report.get("from").asLong()).isEqualTo(START);
    }

    /** A request that the gateway refused before it read the body. */
    private static Lines unread(long after) {
        return line(after, "a")
                .text("method", "POST")
                .with("request", "null")
                .with("status", "429")
                .with("response", "null");
    }

    @Test
    void requestWithoutItsBodyIsJudgedByItsHead() throws Exception {
        JsonNode report = report(SCRIPTED, unread(0), unread(1).does("limit"), line(2, "a"));
        assertThat(report.get("codes").toString()).isEqualTo("{\"limit-x\":1}");
        assertThat(report.get("unjudged").asInt()).isOne();
        assertThat(report.get("exchanges").asInt()).isEqualTo(3);
        assertThat(report.at("/clusters/0/reasons").toString()).doesNotContain("head 429", "Served 429");
    }

    @Test
    void requestWithoutItsBodyCostsARequest() throws Exception {
        String limit = "[{name: l, type: token-bucket, config: {limits:"
                + " [{name: requests, measure: requests, capacity: 1, refill: 1/1h}]}}]";
        JsonNode report = report(limit, unread(0), unread(1), unread(2));
        assertThat(report.get("unjudged").asInt()).isOne();
        assertThat(report.get("codes").toString()).isEqualTo("{\"requests\":2}");
    }

    @Test
    void briefReportCountsAccountsAndClusters() throws Exception {
        BacktestFindings findings = run(
                SCRIPTED,
                log(
                        line(0, "a").does("set a MARKED;set b POOLED;set c MARKED"),
                        line(3_000, "b").does("clear c"),
                        line(9_000, "d")));
        Path out = directory.resolve("brief.json");
        Report.write(findings, Map.of(), out, true);
        JsonNode brief = new ObjectMapper().readTree(out.toFile());
        assertThat(brief.get("accountsByStanding").toString()).isEqualTo("{\"clear\":1,\"marked\":1,\"pooled\":1}");
        assertThat(brief.get("clusterCount").asInt()).isOne();
        assertThat(brief.has("standings")).isFalse();
        assertThat(brief.has("clusters")).isFalse();
    }

    @Test
    void refusedTextIsCountedWithItsLoggedUsage() throws Exception {
        JsonNode report = report(
                SCRIPTED,
                line(0, "a").end(5_000).does("reject"),
                line(1, "a"),
                line(2, "a"),
                line(3, "a").text("path", "/v2/other"),
                line(4, "a").text("path", "/v1//messages"),
                line(5, "a").with("request", "{\"a\":1,\"a\":2}"),
                line(6, "a").text("ja4", "bad").text("connection", "k"),
                line(7, "a").text("connection", "k"),
                line(8, "a"),
                line(9, "a").with("response", null).does("reject"));
        assertThat(report.get("rejected").toString()).isEqualTo("{\"connection\":2,\"gateway\":3,\"trial\":2}");
        assertThat(report.get("exchanges").asInt()).isEqualTo(10);
        assertThat(report.get("tokens").toString())
                .as("an unknown path has no answer")
                .isEqualTo("{\"refused\":28,\"marked\":0,\"free\":21}");
        assertThat(report.at("/clusters/0/reasons").toString())
                .contains("complete a@0 Rejected 403 -1 0 null", "complete a@2 Served 200 7 62 r-1")
                .doesNotContain("request a@3", "request a@4", "request a@6", "request a@7");
    }

    private static String answer(int tokens, String message) {
        return "{\"id\":\"r-2\",\"choices\":[{\"index\":0,\"message\":{" + message
                + "}}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":" + tokens + "}}";
    }

    @Test
    void proseOfMarkedAnswersIsMarkedAndEverythingElseIsFree() throws Exception {
        String prose = "\"content\":\"a word\"";
        String tool = "\"content\":null,\"tool_calls\":[{\"function\":{\"arguments\":\"a word\"}}]";
        JsonNode report = report(
                SCRIPTED,
                line(0, "a").with("response", answer(100, prose)).does("mark"),
                line(1, "a").with("response", answer(50, tool)).does("mark"),
                line(2, "a").with("response", null).does("mark"),
                line(3, "a").with("response", answer(30, prose)),
                line(4, "a").with("response", answer(20, prose)),
                line(5, "a")
                        .with("response", answer(1000, prose))
                        .with("status", "500")
                        .does("mark"),
                line(6, "b").with("response", answer(50, prose)));
        assertThat(report.get("tokens").toString()).isEqualTo("{\"refused\":0,\"marked\":100,\"free\":150}");
        assertThat(report.at("/clusters/0/reasons").toString())
                .contains("tapped r-2\",\"end\",\"marked r-2\",\"complete a@0");
    }

    @Test
    void codeOfAMarkedAnswerIsFree() throws Exception {
        String code = "\"content\":\"a word.\\n```\\nint x = 1;\\n```\"";
        JsonNode report = report(
                SCRIPTED, line(0, "b").with("response", answer(1000, code)).does("mark"));
        int marked = report.at("/tokens/marked").asInt();
        assertThat(marked).as("the prose before a block of code").isBetween(200, 800);
        assertThat(report.at("/tokens/free").asInt()).isEqualTo(1000 - marked);
    }

    @Test
    void listenerReceivesExchangesWithTheirLabelsAndRefusalsForStandings() throws Exception {
        List<String> seen = new ArrayList<>();
        listener = (label, account, millis, response) -> seen.add(label + " "
                + account.account().id() + "@" + (millis - START) + (response.refusedForStanding() ? " standing" : ""));
        report(
                SCRIPTED,
                line(0, "h1").label("honest:chat").does("set h1 POOLED"),
                line(1, "h2").does("limit"),
                line(2_000, "h1").label("honest:chat").does("limit"),
                line(2_001, "h1").label("honest:chat").does("reject"),
                line(2_002, "h3").label("honest:code").does("standing"));
        assertThat(seen)
                .as("a limit at pooled, no limit at clear, no other code")
                .containsExactly(
                        "honest:chat h1@0",
                        " h2@1",
                        "honest:chat h1@2000 standing",
                        "honest:chat h1@2001",
                        "honest:code h3@2002 standing");
    }

    @Test
    void shadowFilterEnforcesUnlessRunAsConfigured() throws Exception {
        String shadow = "[{name: t, type: trial, mode: shadow}]";
        Lines[] lines = {
            line(0, "a").does("reject"),
            line(1, "b").does("set a MARKED"),
            line(5_000, "a").does("reject")
        };
        JsonNode enforced = report(shadow, (Object[]) lines);
        assertThat(enforced.at("/tokens/refused").asInt()).isEqualTo(14);
        assertThat(enforced.toString()).contains("request a@5000 MARKED");
        asConfigured = true;
        JsonNode shadowed = report(shadow, (Object[]) lines);
        assertThat(shadowed.get("tokens").toString()).isEqualTo("{\"refused\":0,\"marked\":0,\"free\":21}");
        assertThat(shadowed.toString()).contains("request a@5000 CLEAR");
        assertThat(shadowed.at("/standings/0/changes/0/standing").asText()).isEqualTo("marked");
        assertThat(report("[{name: t, type: trial, mode: off}]", (Object[]) lines)
                        .get("clusters"))
                .isEmpty();
    }

    @Test
    void summaryHasTheSameContent() throws Exception {
        String table = SummaryTable.of(run(
                SCRIPTED,
                log(
                        line(0, "a").does("set a MARKED"),
                        line(1_500, "b"),
                        line(2_000, "h").does("reject"))));
        assertThat(table)
                .contains("output tokens: 7 refused, 0 marked, 14 free", "accounts by standing: {MARKED=1}")
                .contains("refused: {trial=1}, by code: ")
                .doesNotContain("too short");
    }

    @Test
    @DisplayName("newcomer F5: the table reports that the log is too short to compare accounts")
    void tableReportsThatTheLogIsTooShort() throws Exception {
        String table = SummaryTable.of(run("[{name: f, type: fingerprint}]", log(line(0, "a"), line(1, "b"))));
        assertThat(table).contains("The log is too short: a fingerprint filter compares accounts after 20 hours");
    }
}
