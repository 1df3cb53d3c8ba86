package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaId;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import dev.stillgate.proxy.account.CredentialHash;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests the dossier of a cluster from requests to the admin socket, and its schema. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class DossierTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String HOSTILE = "<script>alert(1)</script>";
    private static final int ACCOUNTS = 310;
    private static final int RING = 3;
    private static final String ANSWER =
            "{\"id\":\"c-1\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
                    + "\"It is a good idea to look at the figures before you decide, because you do not want to be wrong. "
                    + "In order to do this, you need to open the report. It does not take a lot of time.\"},"
                    + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":200,\"completion_tokens\":300}}";

    @TempDir
    private Path directory;

    /** Returns accounts with a payment of their own each, except for the first ones, which share one. */
    private static String accounts() {
        StringBuilder yaml = new StringBuilder("accounts:\n");
        for (int i = 0; i < ACCOUNTS; i++) {
            CredentialHash hash = CredentialHash.of("0123456789abcdef-test");
            byte[] key = ("sk-" + i).getBytes(StandardCharsets.UTF_8);
            hash.hash(key, 0, key.length);
            yaml.append(
                    "  - {id: \"%s\", keys: [\"%s\"], created: 2026-01-12T08:%02d:00Z, facts: {payment: \"h:%022d\"}}\n"
                            .formatted(
                                    i == 0 ? HOSTILE : "a-" + i,
                                    CredentialHash.id("h1", hash.hi(), hash.lo()),
                                    i % 50 + 1,
                                    i < RING ? 0 : i));
        }
        return yaml.toString();
    }

    private static void ask(GatewayRig rig, int account) {
        assertThat(rig.ask(Requests.chat("authorization: Bearer sk-" + account)).status())
                .isEqualTo(200);
    }

    private static JsonNode dossier(GatewayRig rig, String id) {
        try (RawClient admin = new RawClient(rig.adminPort())) {
            return JSON.readTree(admin.send("GET /dossiers/" + id + " HTTP/1.1\r\nhost: localhost\r\n\r\n")
                    .answer()
                    .text());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void hide(GatewayRig rig, int revision) {
        String body = "{\"by\":\"ann\",\"why\":\"asked the customer\",\"revision\":" + revision + "}";
        try (RawClient admin = new RawClient(rig.adminPort())) {
            assertThat(admin.send("POST /clusters/c1/hide HTTP/1.1\r\nhost: localhost\r\n"
                                    + "content-type: application/json\r\ncontent-length: " + body.length() + "\r\n\r\n"
                                    + body)
                            .answer()
                            .status())
                    .isEqualTo(200);
        }
    }

    private static JsonSchema schema() throws IOException {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("config/schema/dossier.schema.json"))) {
            at = at.getParent();
        }
        JsonNode content =
                JSON.readTree(at.resolve("config/schema/dossier.schema.json").toFile());
        JsonSchemaFactory factory = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
        assertThat(factory.getSchema(SchemaLocation.of(SchemaId.V202012)).validate(content))
                .isEmpty();
        return factory.getSchema(content);
    }

    @Test
    void dossierOfAPlayedClusterConformsToItsSchema() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(ANSWER));
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .state(directory)
                        .accounts("{file: accounts.yaml}")
                        .accountsFile(accounts())
                        .filters("[{name: behaviour, type: fingerprint, config: {regroup: 1s, pool: {least: 3}}},"
                                + " {name: canary, type: canary, config: {}}]")
                        .start()) {
            for (int account = RING; account < ACCOUNTS; account++) {
                ask(rig, account);
            }
            for (int request = 0; request < RING * 3; request++) {
                ask(rig, request % RING);
            }
            GatewayRig.eventually("found by the payment", () -> {
                ask(rig, RING);
                return dossier(rig, "c1")
                                .at("/filters/behaviour/standings/pooled")
                                .asInt()
                        == RING;
            });
            GatewayRig.eventually("marked and recorded", () -> {
                ask(rig, 1);
                return dossier(rig, "c1")
                                .at("/filters/canary/ledger/keys/0/answers")
                                .asInt()
                        > 0;
            });
            String key =
                    dossier(rig, "c1").at("/filters/canary/ledger/keys/0/key").asText();
            Path audits = Files.createDirectories(directory.resolve("canary/audits"));
            Files.writeString(audits.resolve("20261129T101530Z-01234567.json"), """
                    {"version":1,"at":"2026-11-29T10:15:30Z","suspect":"a student","answers":5,"keys":1,
                    "preregistered":true,"outcomes":[{"key":"%s","log10p":-7.5,"committed":true}]}""".formatted(key));
            hide(rig, dossier(rig, "c1").at("/filters/behaviour/revision").asInt());
            JsonNode page = dossier(rig, "c1");
            assertThat(page.at("/filters/behaviour/hidden/by").asText()).isEqualTo("ann");
            assertThat(page.at("/filters/behaviour/standings/pooled").asInt()).isEqualTo(RING);
            assertThat(JSON.readTree(rig.admin("GET /review").text())
                            .at("/filters/behaviour/hidden/0/id")
                            .asText())
                    .isEqualTo("c1");
            assertThat(page.at("/filters/canary/ledger/tests/0/suspect").asText())
                    .isEqualTo("a student");
            assertThat(schema().validate(page)).isEmpty();
            JsonNode part = page.at("/filters/behaviour");
            assertThat(part.at("/links/0/name").asText()).isEqualTo("payment");
            assertThat(part.at("/ties/traits").findValuesAsText("name")).contains("payment");
            assertThat(part.at("/members").findValuesAsText("account")).contains("<script>alert(1)</script>");
            assertThat(part.at("/signUpStep").asText()).isEqualTo("hour");
            assertThat(part.at("/signUps/0/accounts").asInt()).isEqualTo(RING);
            assertThat(part.at("/notSeen").findValuesAsText("state")).contains("not-seen", "not-recorded");
            assertThat(part.at("/techniques").findValuesAsText("id")).contains("AML.T0040", "AML.T0021");
            assertThat(page.at("/filters/canary/ledger/keys/0/key").asText()).startsWith("c1/");
            assertThat(page.at("/filters/canary/ledger/state").asText()).isEqualTo("written");
            assertThat(dossier(rig, "c2").has("filters")).isFalse();
            ((ObjectNode) part).put("prompt", "text");
            assertThat(schema().validate(page)).as("a closed format").isNotEmpty();
        }
    }
}
