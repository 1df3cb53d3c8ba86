package dev.stillgate.proxy.backtest;

import static dev.stillgate.proxy.backtest.Lines.START;
import static dev.stillgate.proxy.backtest.Lines.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Reports of a backtest: standings, the fate of text, and the accounts at each standing. */
@Tag("slow")
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
                line(0, "a").end(5_000).does("reject").label("campaign:x"),
                line(1, "a").label("campaign:x"),
                line(2, "a").label("campaign:x"),
                line(3, "a").text("path", "/v2/other").label("campaign:x"),
                line(4, "a").text("path", "/v1//messages").label("campaign:x"),
                line(5, "a").with("request", "{\"a\":1,\"a\":2}").label("campaign:x"),
                line(6, "a").text("ja4", "bad").text("connection", "k").label("campaign:x"),
                line(7, "a").text("connection", "k").label("campaign:x"),
                line(8, "a").label("campaign:x"),
                line(9, "a").with("response", null).does("reject").label("campaign:x"));
        assertThat(report.get("rejected").toString()).isEqualTo("{\"connection\":2,\"gateway\":3,\"trial\":2}");
        assertThat(report.at("/labels/campaign:x/exchanges").asInt()).isEqualTo(10);
        assertThat(report.at("/labels/campaign:x/tokens").asInt())
                .as("an unknown path has no answer")
                .isEqualTo(7 * 7);
        assertShares(report.at("/labels/campaign:x/shares"), 4 / 7.0, 0, 3 / 7.0);
        assertThat(report.at("/clusters/0/reasons").toString())
                .contains("complete a@0 Rejected 403 -1 0 null", "complete a@2 Served 200 7 62 r-1")
                .doesNotContain("request a@3", "request a@4", "request a@6", "request a@7");
    }

    private static void assertShares(JsonNode shares, double refused, double marked, double free) {
        assertThat(shares.get("refused").asDouble()).isCloseTo(refused, within(1e-12));
        assertThat(shares.get("marked").asDouble()).isCloseTo(marked, within(1e-12));
        assertThat(shares.get("free").asDouble()).isCloseTo(free, within(1e-12));
    }

    private static String answer(int tokens, String message) {
        return "{\"id\":\"r-2\",\"choices\":[{\"index\":0,\"message\":{" + message
                + "}}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":" + tokens + "}}";
    }

    @Test
    void proseOfMarkedAnswersIsMarkedAndEverythingElseIsFree() throws Exception {
        String prose = "\"content\":\"a word\"";
        String code = "\"content\":\"a word.\\n```\\nint x = 1;\\n```\"";
        String tool = "\"content\":null,\"tool_calls\":[{\"function\":{\"arguments\":\"a word\"}}]";
        JsonNode report = report(
                SCRIPTED,
                line(0, "a").with("response", answer(100, prose)).does("mark").label("campaign:x"),
                line(1, "a").with("response", answer(50, tool)).does("mark").label("campaign:x"),
                line(2, "a").with("response", null).does("mark").label("campaign:x"),
                line(3, "a").with("response", answer(30, prose)).label("campaign:x"),
                line(4, "a").with("response", answer(20, prose)).label("campaign:x"),
                line(5, "a")
                        .with("response", answer(1000, prose))
                        .with("status", "500")
                        .does("mark")
                        .label("campaign:x"),
                line(6, "b").with("response", answer(1000, code)).does("mark").label("campaign:y"));
        assertThat(report.at("/labels/campaign:x/tokens").asInt()).isEqualTo(200);
        assertShares(report.at("/labels/campaign:x/shares"), 0, 0.5, 0.5);
        double marked = report.at("/labels/campaign:y/shares/marked").asDouble();
        assertThat(marked).as("the prose before a block of code").isBetween(0.2, 0.8);
        assertShares(
                report.at("/overall/byTokens/shares"),
                0,
                (100 + 1000 * marked) / 1200,
                (100 + 1000 * (1 - marked)) / 1200);
        assertShares(report.at("/overall/mean/shares"), 0, (0.5 + marked) / 2, (1.5 - marked) / 2);
        assertThat(report.at("/clusters/0/reasons").toString())
                .contains("tapped r-2\",\"end\",\"marked r-2\",\"complete a@0");
    }

    @Test
    void coverTrafficMakesMembersButCountsNoText() throws Exception {
        JsonNode report = report(
                SCRIPTED,
                line(0, "a").label("campaign:x/cover"),
                line(1, "a").label("campaign:x").does("reject"),
                line(2, "b").label("campaign:x/cover"),
                line(3, "a").label("campaign:x"));
        JsonNode campaign = report.at("/labels/campaign:x");
        assertThat(campaign.get("accounts").asInt()).isEqualTo(2);
        assertThat(campaign.get("exchanges").asInt()).isEqualTo(2);
        assertThat(campaign.get("tokens").asInt()).isEqualTo(14);
        assertShares(campaign.get("shares"), 0.5, 0, 0.5);
        assertThat(report.get("accounts").asInt()).isEqualTo(2);
        assertThat(report.get("exchanges").asInt()).isEqualTo(4);
    }

    @Test
    void campaignsAndHonestAccountsAreCountedByStanding() throws Exception {
        JsonNode report = report(
                SCRIPTED,
                line(0, "c1").label("campaign:x"),
                line(1, "c2").label("campaign:x"),
                line(2, "c3").label("campaign:x").does("set c1 MARKED;set c2 BLOCKED;set c3 POOLED"),
                line(3, "w").label("campaign:y"),
                line(4, "h1").label("honest:chat").does("set h1 POOLED;set h2 BLOCKED"),
                line(HOUR, "h2").label("honest:chat").does("clear h2"),
                line(2 * HOUR, "h2").label("honest:chat"),
                line(2 * HOUR, "warm-up"));
        JsonNode honest = report.at("/labels/honest:chat/rungs");
        assertThat(honest.at("/pooled/accounts").asInt()).isEqualTo(2);
        assertThat(honest.at("/blocked/accounts").asInt()).isEqualTo(1);
        assertThat(report.get("honest").toString())
                .isEqualTo(report.at("/labels/honest:chat").toString());
        JsonNode pooled = report.at("/labels/campaign:x/rungs/pooled");
        assertThat(pooled.get("accounts").asInt()).isEqualTo(2);
        assertThat(pooled.get("hoursToNineInTen").isNull()).as("two of three").isTrue();
        JsonNode x = report.at("/labels/campaign:x/rungs/marked");
        assertThat(x.get("accounts").asInt()).isEqualTo(3);
        assertThat(x.get("hoursToFirst").asDouble()).isCloseTo(1_000.0 / HOUR, within(1e-12));
        assertThat(x.get("hoursToNineInTen").asDouble()).isCloseTo(1_000.0 / HOUR, within(1e-12));
        assertThat(x.get("ownHoursToNineInTen").asDouble()).isCloseTo(1_000.0 / HOUR, within(1e-12));
        assertThat(x.get("medianHours").asDouble()).isCloseTo(999.0 / HOUR, within(1e-12));
        JsonNode y = report.at("/labels/campaign:y/rungs/pooled");
        assertThat(y.toString())
                .isEqualTo("{\"accounts\":0,\"hoursToFirst\":null,\"hoursToNineInTen\":null,"
                        + "\"ownHoursToNineInTen\":null,\"medianHours\":null}");
        assertThat(report.get("labels")).hasSize(3);
    }

    @Test
    void honestRefusalsForStandingsAreCounted() throws Exception {
        JsonNode report = report(
                SCRIPTED,
                line(0, "h1").label("honest:chat").does("set h1 POOLED"),
                line(1, "h2").label("honest:chat").does("limit"),
                line(2_000, "h1").label("honest:chat").does("limit"),
                line(2_001, "h1").label("honest:chat").does("reject"),
                line(2_002, "h3").label("honest:code").does("standing"));
        JsonNode chat = report.at("/labels/honest:chat");
        assertThat(chat.get("exchanges").asInt()).isEqualTo(4);
        assertThat(chat.get("refusedForStanding").asInt())
                .as("a limit at pooled, no limit at clear, no other code")
                .isEqualTo(1);
        assertThat(chat.get("refusedForStandingShare").asDouble()).isEqualTo(0.25);
        assertThat(chat.get("refusedForStandingBound95").asDouble()).isEqualTo(ClopperPearson.upper95(1, 4));
        assertShares(chat.get("shares"), 0.75, 0, 0.25);
        assertThat(report.at("/honest/refusedForStanding").asInt()).isEqualTo(2);
        assertThat(report.at("/honest/accountsRefused/accounts").asInt()).isEqualTo(2);
        assertThat(report.at("/honest/accountsRefused/bound95").asDouble()).isEqualTo(ClopperPearson.upper95(2, 3));
    }

    @Test
    void accountMarkedBeforeItsFirstLabelTookZeroHours() throws Exception {
        JsonNode report = report(
                SCRIPTED, line(0, "a").does("set a MARKED"), line(DAY, "a").label("campaign:x"));
        assertThat(report.at("/labels/campaign:x/rungs/marked/medianHours").asDouble())
                .isZero();
        assertThat(report.at("/labels/campaign:x/rungs/marked/hoursToFirst").asDouble())
                .isZero();
    }

    @Test
    void shadowFilterEnforcesUnlessRunAsConfigured() throws Exception {
        String shadow = "[{name: t, type: trial, mode: shadow}]";
        Lines[] lines = {
            line(0, "a").does("reject").label("campaign:x"),
            line(1, "b").does("set a MARKED").label("campaign:x"),
            line(5_000, "a").does("reject").label("campaign:x")
        };
        JsonNode enforced = report(shadow, (Object[]) lines);
        assertShares(enforced.at("/labels/campaign:x/shares"), 2 / 3.0, 0, 1 / 3.0);
        assertThat(enforced.toString()).contains("request a@5000 MARKED");
        asConfigured = true;
        JsonNode shadowed = report(shadow, (Object[]) lines);
        assertShares(shadowed.at("/labels/campaign:x/shares"), 0, 0, 1);
        assertThat(shadowed.toString()).contains("request a@5000 CLEAR");
        assertThat(shadowed.at("/standings/0/changes/0/standing").asText()).isEqualTo("marked");
        assertThat(report("[{name: t, type: trial, mode: off}]", (Object[]) lines)
                        .get("clusters"))
                .isEmpty();
    }

    @Test
    void tableHasTheSameContent() throws Exception {
        String table = SummaryTable.of(run(
                SCRIPTED,
                log(
                        line(0, "a").label("campaign:x").does("set a MARKED"),
                        line(1, "b").label("campaign:x"),
                        line(2, "h").label("honest:chat").does("reject"))));
        assertThat(table.lines().toList().get(1))
                .matches("x +2 +14 +0.00 % +0.00 % +100.00 % +0.00 % +0.00 % +100.00 %");
        assertThat(table)
                .contains("Nothing is marked: no canary filter runs in this policy.", "Open loop: ")
                .containsPattern("x .* 1 \\(0.0 / -\\)")
                .containsPattern("chat +1 +1 +1 +0 \\(<= 95.000 %\\) +0 \\(<= 95.000 %\\) +0.00 %")
                .contains("refused: {trial=1}");
    }

    @Test
    @DisplayName("newcomer F5: the table explains its columns and names campaigns too small to be found")
    void tableExplainsItsColumns() throws Exception {
        Object[] lines = new Object[13];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = line(i, "a" + i).label(i < 3 ? "campaign:small" : "campaign:large");
        }
        String table = SummaryTable.of(run(SCRIPTED, log(lines)));
        assertThat(table)
                .contains("refused: never left", "marked: prose that left", "free: left without", "44 d: the shares")
                .contains("too few accounts to be found: small (3); a cluster has at least ten accounts")
                .doesNotContain("too short");
    }

    @Test
    @DisplayName("newcomer F5: the table reports that the log is too short to compare accounts")
    void tableReportsThatTheLogIsTooShort() throws Exception {
        String table = SummaryTable.of(
                run("[{name: f, type: fingerprint}]", log(line(0, "a").label("campaign:x"), line(1, "b"))));
        assertThat(table).contains("The log is too short: a fingerprint filter compares accounts after 20 hours");
    }
}
