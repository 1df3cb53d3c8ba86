package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Access to the console: files, sessions, foreign pages, read-only mode, and the traffic it shows. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class ConsoleAccessTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TOKEN = "the.token-of+this/test=";
    private static final String SAME = "sec-fetch-site: same-origin";

    private static RawClient.Response send(GatewayRig rig, String line, String body, String... fields) {
        try (RawClient client = new RawClient(rig.adminPort())) {
            List<String> lines = new ArrayList<>(List.of(line + " HTTP/1.1"));
            lines.addAll(List.of(fields));
            if (lines.stream().noneMatch(field -> field.startsWith("host:"))) {
                lines.add("host: localhost");
            }
            lines.add("content-length: " + body.length());
            return client.send(String.join("\r\n", lines) + "\r\n\r\n" + body).answer();
        }
    }

    private static RawClient.Response signIn(GatewayRig rig, String token) {
        return send(
                rig,
                "POST /console/session",
                "token=" + URLEncoder.encode(token, StandardCharsets.UTF_8),
                "content-type: application/x-www-form-urlencoded",
                "origin: http://localhost",
                SAME);
    }

    private static String cookie(RawClient.Response answer) {
        String set = answer.values("set-cookie").getFirst();
        return "cookie: " + set.substring(0, set.indexOf(';'));
    }

    @ParameterizedTest
    @CsvSource({
        "/console,308",
        "/console/,200",
        "/console/index.html,200",
        "/console/lib/lit-html.js,200",
        "/console/lib/d3-force.min.js,200",
        "/console/lib/d3-quadtree.min.js,200",
        "/console/lib/d3-dispatch.min.js,200",
        "/console/lib/d3-timer.min.js,200",
        "/console/lib/diff.min.js,200",
        "/console/lib/other.js,404",
        "/console/ConsoleFiles.class,404",
        "/console/../console/index.html,404",
        "/console/%2e%2e/index.html,404",
        "/console/lib/../index.html,404",
        "/console/index.html/,404",
        "/console/nothing.js,404"
    })
    void onlyTheConsolesFilesAreServed(String path, int status) {
        try (GatewayRig rig = GatewayRig.with().toPort(1).adminToken(TOKEN).start()) {
            RawClient.Response answer = rig.admin("GET " + path);
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.values("content-security-policy"))
                    .allMatch(policy -> policy.startsWith("default-src 'none'") && !policy.contains("unsafe"))
                    .hasSize(1);
            assertThat(answer.values("x-content-type-options")).containsExactly("nosniff");
            rig.bearing(TOKEN);
        }
    }

    @Test
    void anUnchangedFileIsNotSentAgain() {
        try (GatewayRig rig = GatewayRig.with().toPort(1).start()) {
            String tag = rig.admin("GET /console/").values("etag").getFirst();
            RawClient.Response again = rig.admin("GET /console/", "if-none-match: " + tag);
            assertThat(again.status()).isEqualTo(304);
            RawClient.Response compressed = rig.admin("GET /console/", "accept-encoding: gzip, br");
            assertThat(compressed.values("content-encoding")).containsExactly("gzip");
            assertThat(compressed.content()).startsWith(0x1f, 0x8b);
        }
    }

    @Test
    void aSessionReadsAndItsEndEndsIt() throws IOException {
        try (GatewayRig rig = GatewayRig.with().toPort(1).adminToken(TOKEN).start()) {
            RawClient.Response before = rig.admin("GET /console/session");
            assertThat(JSON.readTree(before.text()).get("signedIn").asBoolean()).isFalse();
            assertThat(JSON.readTree(before.text()).get("needsToken").asBoolean())
                    .isTrue();
            assertThat(rig.admin("GET /config", SAME).status()).isEqualTo(401);
            assertThat(rig.admin("GET /console/events", SAME).status()).isEqualTo(401);

            RawClient.Response wrong = signIn(rig, TOKEN + "x");
            assertThat(wrong.status()).isEqualTo(303);
            assertThat(wrong.values("location")).containsExactly("/console/?wrong");
            assertThat(wrong.has("set-cookie")).isFalse();

            RawClient.Response in = signIn(rig, TOKEN);
            assertThat(in.values("location")).containsExactly("/console/");
            assertThat(in.values("set-cookie").getFirst())
                    .contains("; HttpOnly")
                    .contains("; SameSite=Strict")
                    .doesNotContain(TOKEN);
            String cookie = cookie(in);
            assertThat(rig.admin("GET /config", cookie, SAME).status()).isEqualTo(200);
            assertThat(rig.admin("GET /config", cookie).status())
                    .as("a browser without Sec-Fetch-Site")
                    .isEqualTo(200);
            assertThat(rig.admin("GET /config", cookie, "sec-fetch-site: same-site")
                            .status())
                    .isEqualTo(401);
            assertThat(rig.admin("GET /config", cookie + "0", SAME).status()).isEqualTo(401);
            assertThat(rig.admin("GET /config", cookie, cookie, SAME).status())
                    .as("two cookies of the name")
                    .isEqualTo(401);
            assertThat(send(rig, "GET /config", "", cookie, SAME, "host: evil.example")
                            .status())
                    .isEqualTo(403);

            assertThat(send(rig, "POST /console/session/end", "", cookie, "origin: http://localhost", SAME)
                            .status())
                    .isEqualTo(303);
            assertThat(rig.admin("GET /config", cookie, SAME).status()).isEqualTo(401);
            rig.bearing(TOKEN);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "read,http://localhost,localhost,403",
        "write,http://localhost,localhost,200",
        "write,https://localhost,localhost,200",
        "write,http://localhost:81,localhost,403",
        "write,http://evil.example,localhost,403",
        "write,http://evil.example,evil.example,403",
        "write,null,localhost,403",
        "write,,localhost,403",
        "off,http://localhost,localhost,403"
    })
    void onlyTheConsoleChangesSomethingAndOnlyIfItMay(String mode, String origin, String host, int status) {
        try (GatewayRig rig = GatewayRig.with().toPort(1).console(mode).start()) {
            List<String> fields = new ArrayList<>(List.of("host: " + host, SAME));
            if (origin != null) {
                fields.add("origin: " + origin);
            }
            assertThat(send(rig, "POST /reload", "", fields.toArray(String[]::new))
                            .status())
                    .isEqualTo(status);
        }
    }

    @Test
    void aSessionChangesSomethingOnlyFromItsOwnOrigin() {
        try (GatewayRig rig =
                GatewayRig.with().toPort(1).adminToken(TOKEN).console("write").start()) {
            String cookie = cookie(signIn(rig, TOKEN));
            assertThat(send(rig, "POST /reload", "", cookie, SAME, "origin: http://localhost")
                            .status())
                    .isEqualTo(200);
            assertThat(send(rig, "POST /reload", "", cookie, "origin: http://evil.example")
                            .status())
                    .isNotEqualTo(200);
            assertThat(send(rig, "POST /reload", "", cookie).status()).isEqualTo(403);
            rig.bearing(TOKEN);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "cross-site,navigate,localhost,200",
        "cross-site,no-cors,localhost,403",
        "same-site,cors,localhost,403",
        "same-origin,cors,localhost,200",
        "none,navigate,localhost,200",
        "none,navigate,evil.example,403"
    })
    void aLinkMayLeadToTheConsole(String site, String mode, String host, int status) {
        try (GatewayRig rig = GatewayRig.with().toPort(1).start()) {
            assertThat(send(
                                    rig,
                                    "GET /console/",
                                    "",
                                    "host: " + host,
                                    "sec-fetch-site: " + site,
                                    "sec-fetch-mode: " + mode)
                            .status())
                    .isEqualTo(status);
        }
    }

    @Test
    void noConsoleIsServedWhenItIsOff() {
        try (GatewayRig rig = GatewayRig.with().toPort(1).console("off").start()) {
            assertThat(rig.admin("GET /console/").status()).isEqualTo(404);
            assertThat(rig.admin("GET /console/session").status()).isEqualTo(404);
            assertThat(rig.admin("GET /config").status()).isEqualTo(200);
        }
    }

    @Test
    void nowShowsTheTrafficOfTheLastHour() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream)) {
            rig.ask(Requests.messages("x-api-key: busy"));
            rig.ask(Requests.get("/nowhere"));
            JsonNode now = JSON.readTree(rig.admin("GET /now").text());
            assertThat(now.get("stepSeconds").asInt()).isEqualTo(10);
            assertThat(now.get("series").fieldNames())
                    .toIterable()
                    .contains("served", "rejected", "inputTokens", "active");
            assertThat(now.get("standings")).isEmpty();
        }
    }
}
