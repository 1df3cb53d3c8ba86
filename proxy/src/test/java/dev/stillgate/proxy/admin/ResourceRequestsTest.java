package dev.stillgate.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.config.HostPort;
import dev.stillgate.proxy.config.OperatorRole;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.console.EventStream;
import dev.stillgate.proxy.console.SignInLimit;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.spi.ConflictException;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.testkit.FakeTicker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Limits of overviews and conflicts of actions, on the socket of an admin server with scripted resources. */
class ResourceRequestsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final FakeTicker ticker = new FakeTicker();
    private final List<OptionalInt> limits = new ArrayList<>();
    private final List<ResourceAction> audited = new ArrayList<>();
    private Map<String, Object> arguments = Map.of("revision", 3);
    private RuntimeException refusal = new IllegalStateException("no refusal is scripted");
    private AdminServer server;

    /** A page {@code review} with an overview, and the action {@code confirm}, which is refused. */
    private final class Scripted implements Resources {
        @Override
        public boolean has(String page) {
            return page.equals("review");
        }

        @Override
        public Set<String> actions(String page) {
            return Set.of("confirm");
        }

        @Override
        public @Nullable String find(String page, String id) {
            return null;
        }

        @Override
        public String all(String page, OptionalInt limit) {
            limits.add(limit);
            return "{}";
        }

        @Override
        public Map<String, Object> arguments(byte[] body) {
            return arguments;
        }

        @Override
        public Done perform(String page, String id, String action, Map<String, Object> arguments, OperatorRole role) {
            ResourcePage found = new ResourcePage();
            found.part("behaviour", () -> {
                throw refusal;
            });
            return new Done(found.end(), found.failed(), false, List.of());
        }
    }

    /** Operations without effect. */
    private static final class NoOperations implements Operations {
        @Override
        public Object config() {
            return Map.of();
        }

        @Override
        public Object now() {
            return Map.of();
        }

        @Override
        public Object top() {
            return Map.of();
        }

        @Override
        public Object upstreams() {
            return Map.of();
        }

        @Override
        public Object policies() {
            return List.of();
        }

        @Override
        public @Nullable Object policy(long generation) {
            return null;
        }

        @Override
        public Object backtests() {
            return List.of();
        }

        @Override
        public @Nullable Object backtest(long id) {
            return null;
        }

        @Override
        public Object startBacktest(String policy) {
            return Map.of();
        }

        @Override
        public @Nullable Object cancelBacktest(long id) {
            return null;
        }

        @Override
        public Done reload(boolean force, @Nullable String by, @Nullable String why) {
            return rollback(null, by, why);
        }

        @Override
        public Done rollback(@Nullable Long to, @Nullable String by, @Nullable String why) {
            return new Done(Result.DONE, "done");
        }

        @Override
        public OrderPages orders() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Done drain() {
            return rollback(null, null, null);
        }
    }

    @BeforeEach
    void start() {
        server = new AdminServer(
                new StillgateConfig.Admin(
                        HostPort.parse("127.0.0.1:0"),
                        null,
                        List.of(),
                        null,
                        List.of(),
                        false,
                        StillgateConfig.Console.READ),
                () -> "",
                List::of,
                new Scripted(),
                new NoOperations(),
                audited::add,
                new AdminServer.Console(new EventStream(List::of, null), new SignInLimit(ticker), null, ticker),
                () -> null);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RawClient.Response ask(String line, String fields, String body) {
        try (RawClient client = new RawClient(server.address().getPort())) {
            return client.send(line + " HTTP/1.1\r\nhost: localhost\r\n" + fields + "content-length: " + body.length()
                            + "\r\n\r\n" + body)
                    .answer();
        }
    }

    private RawClient.Response confirm() {
        return ask("POST /review/c7/confirm", "content-type: application/json\r\n", "{}");
    }

    private static JsonNode json(RawClient.Response answer) throws IOException {
        assertThat(answer.values("content-type")).containsExactly("application/json");
        return JSON.readTree(answer.text());
    }

    @Test
    void limitIsPassedToTheOverview() {
        for (String query : List.of("", "?limit=1", "?limit=25", "?limit=999", "?limit=1000")) {
            assertThat(ask("GET /review" + query, "", "").status()).as(query).isEqualTo(200);
        }
        assertThat(limits)
                .containsExactly(
                        OptionalInt.empty(),
                        OptionalInt.of(1),
                        OptionalInt.of(25),
                        OptionalInt.of(999),
                        OptionalInt.of(1000));
    }

    @Test
    void otherQueriesAreRefused() throws IOException {
        for (String query : List.of(
                "",
                "limit",
                "limit=",
                "limit=0",
                "limit=01",
                "limit=-1",
                "limit=+1",
                "limit=1001",
                "limit=9999",
                "limit=99999999999999999999",
                "limit=1e2",
                "limit=0x10",
                "limit=2.5",
                "limit=%31",
                "limit=1%00",
                "limit=1&limit=2",
                "limit=1&all=true",
                "&limit=1",
                "LIMIT=1",
                "offset=1",
                "limit=" + "1".repeat(8_000))) {
            RawClient.Response answer = ask("GET /review?" + query, "", "");
            assertThat(answer.status()).as(query).isEqualTo(400);
            assertThat(json(answer).get("error").asText()).isEqualTo("expected ?limit=N, with N from 1 to 1000");
        }
        assertThat(ask("GET /review?limit=\u0661", "", "").status()).isEqualTo(400);
        assertThat(limits).isEmpty();
        assertThat(ask("GET /none?limit=5", "", "").status()).isEqualTo(404);
    }

    @Test
    void auditNamesTheOperatorOfTheArguments() {
        refusal = new ConflictException("has changed", Map.of());
        for (Object by : List.of("ann", 3, List.of("ann"))) {
            arguments = Map.of("by", by);
            confirm();
        }
        assertThat(ask("POST /reload", "", "").status()).isEqualTo(200);
        arguments = Map.of("by", "ben", "why", "as agreed");
        assertThat(ask("POST /reload", "content-type: application/json\r\n", "{}")
                        .status())
                .isEqualTo(200);
        assertThat(audited).extracting(ResourceAction::by).containsExactly("ann", null, null, null, "ben");
    }

    @Test
    void conflictIsReportedWithItsDetailsAndAudited() throws IOException {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("revision", 4);
        details.put("added", List.of("a-77", "a\"\n"));
        details.put("removed", List.of());
        refusal = new ConflictException("cluster c7 has changed", details);
        details.put("late", true);
        RawClient.Response answer = confirm();
        assertThat(answer.status()).isEqualTo(409);
        assertThat(json(answer)).isEqualTo(JSON.readTree("""
            {"error":"cluster c7 has changed","revision":4,"added":["a-77","a\\"\\n"],"removed":[]}\
            """));
        assertThat(audited).singleElement().satisfies(action -> {
            assertThat(action.path()).isEqualTo("/review/c7/confirm");
            assertThat(action.arguments()).isEqualTo("{\"revision\":3}");
            assertThat(action.status()).isEqualTo(409);
            assertThat(action.outcome()).contains("cluster c7 has changed").contains("a-77");
        });
    }

    @Test
    void detailsDoNotReplaceTheMessage() throws IOException {
        refusal = new ConflictException("has changed", Map.of("error", "other"));
        assertThat(json(confirm())).isEqualTo(JSON.readTree("{\"error\":\"has changed\"}"));
    }

    @Test
    void invalidArgumentIsNoConflict() throws IOException {
        refusal = new PolicyException("by", "expected a name");
        RawClient.Response answer = confirm();
        assertThat(answer.status()).isEqualTo(400);
        assertThat(json(answer)).isEqualTo(JSON.readTree("{\"error\":\"expected a name\",\"at\":\"by\"}"));
    }
}
