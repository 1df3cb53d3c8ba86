package dev.stillgate.proxy.backtest;

import static dev.stillgate.proxy.backtest.Lines.line;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stillgate.proxy.config.ConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Facts of a log that a filter sees in a backtest. */
class BacktestRunTest extends BacktestRunRig {
    /** Returns the events recorded by the scripted filter. */
    private List<String> trace(Object... lines) throws IOException, ConfigException {
        JsonNode reasons = report(SCRIPTED, lines).at("/clusters/0/reasons");
        return StreamSupport.stream(reasons.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    private List<String> traceOf(String kind, Object... lines) throws IOException, ConfigException {
        return trace(lines).stream().filter(seen -> seen.startsWith(kind)).toList();
    }

    @Test
    void exchangePassesEveryPhaseWithTheFactsOfItsLine() throws Exception {
        assertThat(trace(line(0, "a")
                        .end(2_500)
                        .text("connection", "k")
                        .text("http", "1.0")
                        .text("ja4", "t13")))
                .satisfies(trace ->
                        assertThat(trace.getFirst()).startsWith("made@0").endsWith(" null"))
                .containsSubsequence(
                        "connection 1 1.0 t13",
                        "request a@0 CLEAR ACCEPTED 1 chat_completions",
                        "text hello",
                        "head 200 application/json null",
                        "complete a@2500 Served 200 7 62 r-1");
    }

    @Test
    void streamHasAnEventStreamHead() throws Exception {
        String stream = "{\"model\":\"m\",\"stream\":true,\"messages\":[]}";
        assertThat(traceOf(
                        "head",
                        line(0, "a").with("request", stream),
                        line(1, "a").with("request", stream).with("status", "429")))
                .containsExactly("head 200 text/event-stream null", "head 429 application/json null");
    }

    @Test
    void eventsOfTheSameTimeHaveADefinedOrder() throws Exception {
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
    void accountsAreJoinedWithTheAccountsFile() throws Exception {
        accounts = Files.writeString(
                directory.resolve("accounts.yaml"), "accounts:\n  - {id: a, keys: [], organisation: o}\n");
        assertThat(traceOf("request", line(0, "a"), line(1, "b"), line(2, "anonymous")))
                .extracting(seen -> seen.split(" ")[3])
                .containsExactly("LISTED", "ACCEPTED", "NONE");
    }

    @Test
    void accountsFileOfThePolicyIsTheDefault() throws Exception {
        Path own = directory.resolve("accounts.yaml");
        String filters = SCRIPTED + "\naccounts: {file: accounts.yaml}";
        assertThat(report(filters, line(0, "a")).toString()).contains("request a@0 CLEAR ACCEPTED");
        Files.writeString(own, "accounts:\n  - {id: a, keys: []}\n");
        assertThat(report(filters, line(0, "a")).toString()).contains("request a@0 CLEAR LISTED");
    }

    @Test
    void linesOfOneConnectionShareAnObject() throws Exception {
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
    void methodDefaultsFollowFromTheRequest() throws Exception {
        assertThat(traceOf(
                        "request",
                        line(0, "a").text("path", "/v1/messages?beta=true"),
                        line(1, "a").text("path", "/v1/responses/r-1").with("request", null),
                        line(2, "a")
                                .text("path", "/v1/responses/r-1")
                                .with("request", "null")
                                .text("method", "DELETE"),
                        line(3, "a").text("path", "/v1/evals")))
                .extracting(seen -> seen.split(" ")[5])
                .containsExactly("messages", "stored_response", "control", "opaque");
    }

    @Test
    void uploadIsOpaque() throws Exception {
        assertThat(trace(line(0, "a")
                        .text("path", "/v1/files")
                        .text("method", "POST")
                        .with("request", null)))
                .contains("body Opaque", "complete a@0 Served 200 -1 62 null");
    }

    @Test
    void responseFactsAreKnownAtTheEnd() throws Exception {
        String response = "{\"id\":\"r-9\",\"choices\":[{\"message\":{\"content\":\"" + "word ".repeat(20) + "\"}}]}";
        assertThat(traceOf(
                        "answer",
                        line(0, "a").with("response", response).end(5_000),
                        line(10, "b").end(20)))
                .containsExactly("answer 100 1 true");
    }

    @Test
    void whiteSpaceInALineIsIgnored() throws Exception {
        String spaced =
                line(0, "a").toString().replace(":", " : ").replace(",", " , ").replace("[", "[ ");
        assertThat(spaced).contains("\"status\" : 200 ");
        assertThat(traceOf("complete", spaced)).containsExactly("complete a@0 Served 200 7 74 r-1");
    }

    @Test
    void escapesInALogAreDecoded() throws Exception {
        byte[] odd = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"sch\\u00f6n \\\"日本\\\"\"}]}"
                .getBytes(StandardCharsets.UTF_8);
        assertThat(traceOf("text", line(0, "a").with("request", new String(odd, StandardCharsets.UTF_8))))
                .containsExactly("text schön \"日本\"");
    }
}
