package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Rollbacks of the policy beside an accounts file that a job keeps replacing. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class RollbackEndToEndTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RigBuilder builder = GatewayRig.with().watch();

    @TempDir
    private Path state;

    private UpstreamScript upstream;
    private GatewayRig rig;

    @BeforeEach
    void start() throws IOException {
        upstream = UpstreamScript.answering();
        builder.to(upstream);
        policy(false);
        rig = builder.state(state).accountsFile(accounts(1)).start();
    }

    @AfterEach
    void stop() {
        rig.close();
        upstream.close();
    }

    /** Returns a policy that refuses or accepts requests without a credential. */
    private String policy(boolean required) {
        return builder.accounts("{required: " + required + ", file: accounts.yaml}")
                .policy();
    }

    private static String accounts(int count) {
        StringBuilder yaml = new StringBuilder("accounts:\n");
        for (int i = 1; i <= count; i++) {
            yaml.append(String.format(Locale.ROOT, "  - {id: a-%d, keys: [\"h1:%032x\"]}\n", i, i));
        }
        return yaml.toString();
    }

    private void replace(String name, String text) throws IOException {
        Path temporary = Files.writeString(rig.directory().resolve(name + ".swp"), text);
        Files.move(temporary, rig.directory().resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private JsonNode page(String line) throws IOException {
        RawClient.Response answer = rig.admin(line);
        assertThat(answer.status()).as(line).isEqualTo(200);
        return JSON.readTree(answer.text());
    }

    private boolean serves() {
        return rig.ask(Requests.messages()).status() == 200;
    }

    private boolean knows(int account) {
        return rig.admin("GET /accounts/a-" + account).status() == 200;
    }

    private void regenerate(int count) throws IOException {
        replace("accounts.yaml", accounts(count));
        GatewayRig.eventually(count + " accounts", () -> knows(count));
    }

    private void refuseAll() throws IOException {
        replace("policy.yaml", policy(true));
        GatewayRig.eventually("refused", () -> !serves());
    }

    @Test
    void policyIsRolledBackAndAccountsStay() throws IOException {
        refuseAll();
        regenerate(2);
        regenerate(3);
        regenerate(4);
        RawClient.Response back = rig.admin("POST /rollback");
        assertThat(back.text()).contains("generation 6 is in force", "changed: ~accounts.required;");
        assertThat(serves()).isTrue();
        assertThat(knows(4)).as("the newest accounts").isTrue();
        assertThat(rig.admin("POST /rollback").text()).contains("there is no generation before 1");
    }

    @Test
    void accountsAreReloadedUnderAPin() throws IOException {
        refuseAll();
        rig.admin("POST /rollback");
        regenerate(2);
        JsonNode config = page("GET /config");
        assertThat(config.get("pinned").asBoolean()).isTrue();
        assertThat(config.get("synchronized").asBoolean()).isFalse();
        assertThat(config.get("changes").toString()).contains("accounts 1 -> 2");
        assertThat(serves()).as("the policy that was rolled back to").isTrue();
        replace("accounts.yaml", "accounts: {}\n");
        GatewayRig.eventually("invalid", () -> rig.metric("stillgate_config_reloads_total", "result=\"refused\"") == 1);
        regenerate(3);
        GatewayRig.eventually("valid", () -> rig.admin("GET /config").text().contains("\"refused\":null"));
        assertThat(serves()).isTrue();
        replace("policy.yaml", policy(true) + "# changed\n");
        GatewayRig.eventually("another policy ends the pin", () -> !serves());
        assertThat(knows(3)).isTrue();
        GatewayRig.eventually("in sync", () -> rig.metric("stillgate_config_synchronized") == 1);
        assertThat(page("GET /config").get("pinned").asBoolean()).isFalse();
    }

    @Test
    void rollbackReachesThePolicyBeforeARestart() throws IOException {
        refuseAll();
        rig.close();
        rig = builder.start();
        assertThat(serves()).isFalse();
        assertThat(rig.admin("POST /rollback").text()).contains("generation 4 is in force");
        assertThat(serves()).isTrue();
    }

    @Test
    void damagedTextIsNotPutInForce() throws IOException {
        replace("policy.yaml", policy(false) + "#".repeat(40) + "\n");
        GatewayRig.eventually("second", () -> rig.metric("stillgate_config_generation") == 2);
        refuseAll();
        rig.close();
        rig = builder.start();
        Path archived = state.resolve("policies/2.yaml");
        Files.writeString(archived, Files.readString(archived).replace("####", ""));
        assertThat(rig.admin("POST /rollback?to=2").text()).contains("the text of generation 2 is damaged");
        assertThat(rig.admin("POST /rollback?to=1").text()).contains("generation 5 is in force");
        assertThat(serves()).isTrue();
    }

    @Test
    void rollbackGoesToAGivenGeneration() throws IOException {
        refuseAll();
        regenerate(2);
        replace("policy.yaml", policy(true) + "# third\n");
        GatewayRig.eventually("third", () -> rig.metric("stillgate_config_generation") == 4);
        assertThat(rig.admin("POST /rollback?to=1").text()).contains("generation 5 is in force");
        assertThat(serves()).isTrue();
        assertThat(knows(2)).isTrue();
        assertThat(rig.admin("POST /rollback?to=1").status())
                .as("already in force")
                .isEqualTo(409);
        assertThat(rig.admin("POST /rollback?to=77").status()).isEqualTo(409);
        assertThat(rig.admin("POST /rollback?to=x").status()).isEqualTo(400);
        RawClient.Response undone = rig.admin("POST /rollback?to=4");
        assertThat(undone.text()).contains("generation 6 is in force").doesNotContain("pinned");
        assertThat(page("GET /config").get("pinned").asBoolean())
                .as("it is the file")
                .isFalse();
        assertThat(rig.metric("stillgate_config_synchronized")).isEqualTo(1);
        assertThat(serves()).isFalse();
        assertThat(page("GET /policies")).hasSize(6);
    }

    @Test
    void removalForcedUnderAPinKeepsThePin() throws IOException {
        regenerate(20);
        refuseAll();
        rig.admin("POST /rollback");
        replace("accounts.yaml", accounts(2));
        GatewayRig.eventually("refused", () -> rig.metric("stillgate_config_reloads_total", "result=\"refused\"") == 1);
        assertThat(rig.admin("POST /reload?force=true").text()).contains("accounts 20 -> 2", "pinned until");
        assertThat(knows(20)).isFalse();
        assertThat(serves()).as("the policy that was rolled back to").isTrue();
        assertThat(rig.admin("POST /reload").status()).isEqualTo(409);
        assertThat(rig.admin("POST /reload?force=true").status()).isEqualTo(200);
        assertThat(serves()).as("forced again").isFalse();
        assertThat(rig.metric("stillgate_config_synchronized")).isEqualTo(1);
    }
}
