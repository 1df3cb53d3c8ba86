package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.RawClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

/** Tests operator actions on a resource, from the admin socket to the filter and the audit log. */
@Isolated("listens to a logger of the whole JVM")
class AdminActionsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TYPE = "content-type: application/json\r\n";
    private static final String ACTS = """
            context.adminView("accounts", id -> id.equals("keyless") ? "known" : null);
            context.adminView("clusters", new AdminView() {
                public Object of(String id) { return null; }
                public Object all() { return java.util.List.of("c-1", "c-2"); }
            });
            context.adminAction("accounts", "standing", (id, arguments) -> {
                if (id.equals("unseen")) return null;
                if (id.equals("broken")) throw new IllegalStateException("as meant");
                if (!(arguments.get("to") instanceof String to)) {
                    throw new PolicyException("to", "expected clear, pooled or \\"blocked\\"");
                }
                return java.util.Map.of("id", id, "to", to, "arguments", arguments);
            });
            context.adminView("review", new AdminView() {
                public Object of(String id) { return id.equals("oldest") ? java.util.Map.of() : null; }
                public Object all() { return all(25); }
                public Object all(int limit) { return limit; }
            });
            context.adminAction("clusters", "confirm", (id, arguments) -> {
                if (!arguments.get("revision").equals(4L)) {
                    throw new ConflictException("has changed", java.util.Map.of("revision", 4));
                }
                return "done";
            });
            context.adminAction("accounts", AdminAction.ERASE, new AdminAction() {
                public Object perform(String id, java.util.Map<String, Object> arguments) {
                    return java.util.Map.of("erased", id);
                }
                public int operators(String id) { return id.equals("keyless") ? 2 : 1; }
            });
            return (RequestFilter) exchange -> Verdict.ALLOW;""";

    @TempDir
    private Path directory;

    private final ListAppender<ILoggingEvent> audit = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.stillgate.audit");

    @BeforeEach
    void listen() {
        audit.start();
        logger.addAppender(audit);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(audit);
    }

    private List<String> audited() {
        return audit.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private GatewayRig rig() throws IOException {
        return GatewayRig.with()
                .toPort(1)
                .plugins(TestPlugins.in(directory, "acting", ACTS))
                .filters("[{name: act, type: acting}]")
                .start();
    }

    private static RawClient.Response ask(GatewayRig rig, String line, String fields, String body) {
        try (RawClient client = new RawClient(rig.adminPort())) {
            return client.send(line + " HTTP/1.1\r\nhost: localhost\r\n" + fields + "content-length: " + body.length()
                            + "\r\n\r\n" + body)
                    .answer();
        }
    }

    private static JsonNode json(RawClient.Response answer) throws IOException {
        assertThat(answer.values("content-type")).containsExactly("application/json");
        return JSON.readTree(answer.text());
    }

    @Test
    void actionIsPerformedByTheFilterAndAudited() throws IOException {
        try (GatewayRig rig = rig()) {
            String body = "{\"to\":\"blocked\",\"days\":7,\"share\":0.5,\"why\":null,\"tags\":[true,{\"a\":\"\\n\"}]}";
            RawClient.Response answer = ask(rig, "POST /accounts/a%2D17/standing?create=true", TYPE, body);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(json(answer)).isEqualTo(JSON.readTree("""
                    {"id":"a-17","inForce":"clear","filters":{"act":{"id":"a-17","to":"blocked","arguments":
                     {"to":"blocked","days":7,"share":0.5,"tags":[true,{"a":"\\n"}]}}}}"""));
            assertThat(audited())
                    .singleElement()
                    .asString()
                    .matches(
                            "/127\\.0\\.0\\.1:\\d+ POST /accounts/a%2D17/standing\\?create=true "
                                    + "\\{\"to\":\"blocked\",\"days\":7,\"share\":0.5,\"tags\":\\[true,\\{\"a\":\"\\\\u000a\"}]} -> 200");
        }
    }

    @Test
    void resourceIsErased() throws IOException {
        try (GatewayRig rig = rig()) {
            RawClient.Response answer = ask(rig, "DELETE /accounts/a-17", "", "");
            JsonNode page = json(answer);
            assertThat(page.at("/filters/act/erased").asText()).isEqualTo("a-17");
            assertThat(page.path("order").asText()).matches("[0-9a-f]{32}");
            assertThat(page.path("kept").asText()).contains("until the gateway stops");
            assertThat(audited()).singleElement().asString().contains(" DELETE /accounts/a-17  -> 200");
            assertThat(ask(rig, "DELETE /accounts/a-17", "origin: null\r\n", "").status())
                    .isEqualTo(403);
            assertThat(ask(rig, "POST /accounts/a-17/erase", TYPE, "{}").status())
                    .isEqualTo(404);
            RawClient.Response other = ask(rig, "DELETE /clusters/c-1", "", "");
            assertThat(other.status()).isEqualTo(405);
            assertThat(other.values("allow")).containsExactly("GET");
        }
    }

    @Test
    void erasureWaitsForAnotherOperatorIfAFilterAsksForIt() throws IOException {
        try (GatewayRig rig = rig()) {
            JsonNode page = json(ask(rig, "DELETE /accounts/keyless", "", ""));
            assertThat(page.path("waiting")).isEqualTo(JSON.readTree("{\"names\":1,\"needs\":2}"));
            assertThat(page.at("/filters/act").isMissingNode()).isTrue();
        }
    }

    @Test
    void impossibleActionGivesItsReason() throws IOException {
        try (GatewayRig rig = rig()) {
            RawClient.Response refused = ask(rig, "POST /accounts/a-17/standing?create=true", TYPE, "{\"to\":3}");
            assertThat(refused.status()).isEqualTo(400);
            assertThat(json(refused))
                    .isEqualTo(
                            JSON.readTree("{\"error\":\"expected clear, pooled or \\\"blocked\\\"\",\"at\":\"to\"}"));
            for (String body : List.of("[]", "3", "{", "{\"to\":1,\"to\":2}", "null", "\u0000")) {
                RawClient.Response answer = ask(rig, "POST /accounts/a-17/standing?create=true", TYPE, body);
                assertThat(answer.status()).as(body).isEqualTo(400);
                assertThat(json(answer).get("at").asText()).isEmpty();
            }
            assertThat(ask(rig, "POST /accounts/unseen/standing?create=true", TYPE, "{\"to\":\"x\"}")
                            .status())
                    .isEqualTo(404);
            RawClient.Response broken = ask(rig, "POST /accounts/broken/standing?create=true", TYPE, "{}");
            assertThat(broken.status()).isEqualTo(500);
            assertThat(broken.text()).contains("as meant");
            String large = "{\"to\":\"" + "x".repeat(64 * 1024) + "\"}";
            assertThat(ask(rig, "POST /accounts/a-17/standing?create=true", TYPE, large)
                            .status())
                    .isEqualTo(413);
            assertThat(audited()).hasSize(10).last().asString().endsWith(" -> 413");
        }
    }

    @Test
    void crossSiteRequestsAreRefused() throws IOException {
        try (GatewayRig rig = rig()) {
            String post = "POST /accounts/a-17/standing?create=true";
            String body = "{\"to\":\"clear\"}";
            assertThat(ask(rig, post, TYPE + "Origin: https://evil.example\r\n", body)
                            .status())
                    .isEqualTo(403);
            for (String type : List.of("", "content-type: text/plain\r\n", "content-type: application/jsonx\r\n")) {
                assertThat(ask(rig, post, type, body).status()).as(type).isEqualTo(415);
            }
            assertThat(ask(rig, post, "content-type: Application/JSON; charset=utf-8\r\n", body)
                            .status())
                    .isEqualTo(200);
            assertThat(ask(rig, "POST /reload", "origin: https://evil.example\r\n", "")
                            .status())
                    .isEqualTo(403);
            assertThat(ask(rig, "POST /reload", "", "").status()).isEqualTo(200);
            assertThat(audited()).hasSize(8).last().asString().matches(".* POST /reload  -> 200");
        }
    }

    @Test
    void unknownPathsAndMethodsFindNothing() throws IOException {
        try (GatewayRig rig = rig()) {
            for (String line : List.of(
                    "POST /accounts/a-17/other",
                    "POST /clusters/c-1/standing",
                    "POST /none/a/standing",
                    "DELETE /none/a",
                    "POST /accounts/a-17/standing/",
                    "POST /accounts//",
                    "POST /accounts/a-17/standing/x")) {
                assertThat(ask(rig, line, TYPE, "{}").status()).as(line).isEqualTo(404);
            }
            assertThat(ask(rig, "POST /accounts//standing", TYPE, "{}").status())
                    .isEqualTo(400);
            RawClient.Response wrong = ask(rig, "GET /accounts/a-17/standing", "", "");
            assertThat(wrong.status()).isEqualTo(405);
            assertThat(wrong.values("allow")).containsExactly("POST");
            RawClient.Response put = ask(rig, "PUT /accounts/a-17", TYPE, "{}");
            assertThat(put.status()).isEqualTo(405);
            assertThat(put.values("allow")).containsExactly("GET, DELETE");
        }
    }

    @Test
    void overviewPageIsShownWhereAFilterHasOne() throws IOException {
        try (GatewayRig rig = rig()) {
            assertThat(json(ask(rig, "GET /clusters", "", "")))
                    .isEqualTo(JSON.readTree("{\"filters\":{\"act\":[\"c-1\",\"c-2\"]}}"));
            assertThat(json(ask(rig, "GET /accounts", "", "")).get("listed").asInt())
                    .isZero();
            assertThat(ask(rig, "GET /none", "", "").status()).isEqualTo(404);
            RawClient.Response post = ask(rig, "POST /clusters", TYPE, "{}");
            assertThat(post.status()).isEqualTo(405);
            assertThat(post.values("allow")).containsExactly("GET");
        }
    }

    @Test
    void limitOfAnOverviewReachesTheFilter() throws IOException {
        try (GatewayRig rig = rig()) {
            assertThat(json(ask(rig, "GET /review", "", ""))).isEqualTo(JSON.readTree("{\"filters\":{\"act\":25}}"));
            assertThat(json(ask(rig, "GET /review?limit=7", "", "")))
                    .isEqualTo(JSON.readTree("{\"filters\":{\"act\":7}}"));
            assertThat(ask(rig, "GET /review?limit=0", "", "").status()).isEqualTo(400);
            assertThat(json(ask(rig, "GET /clusters?limit=7", "", "")))
                    .as("a view without a limit")
                    .isEqualTo(JSON.readTree("{\"filters\":{\"act\":[\"c-1\",\"c-2\"]}}"));
            assertThat(ask(rig, "GET /review/oldest", "", "").status()).isEqualTo(200);
            assertThat(ask(rig, "GET /review/c-1", "", "").status()).isEqualTo(404);
            assertThat(ask(rig, "POST /review", TYPE, "{}").status()).isEqualTo(405);
        }
    }

    @Test
    void conflictOfAFilterIsReportedAndAudited() throws IOException {
        try (GatewayRig rig = rig()) {
            RawClient.Response changed = ask(rig, "POST /clusters/c-1/confirm", TYPE, "{\"revision\":3}");
            assertThat(changed.status()).isEqualTo(409);
            assertThat(json(changed)).isEqualTo(JSON.readTree("{\"error\":\"has changed\",\"revision\":4}"));
            assertThat(ask(rig, "POST /clusters/c-1/confirm", TYPE, "{\"revision\":4}")
                            .status())
                    .isEqualTo(200);
            assertThat(audited()).hasSize(2).first().asString().endsWith(" {\"revision\":3} -> 409");
        }
    }

    @Test
    void accountWithoutKeyIsFoundIfAFilterKnowsIt() throws IOException {
        try (GatewayRig rig = rig()) {
            assertThat(json(ask(rig, "GET /accounts/keyless", "", "")))
                    .isEqualTo(
                            JSON.readTree(
                                    "{\"id\":\"keyless\",\"account\":null,\"inForce\":\"clear\",\"filters\":{\"act\":\"known\"}}"));
        }
    }
}
