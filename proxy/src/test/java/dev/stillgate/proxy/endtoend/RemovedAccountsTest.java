package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Accounts files that lack accounts which are in force. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class RemovedAccountsTest {
    private static final Accounts HASHES = new Accounts(Map.of("h1", "0123456789abcdef-test"), Ticker.system());

    private UpstreamScript upstream;
    private GatewayRig rig;

    @BeforeEach
    void start() {
        upstream = UpstreamScript.answering(UpstreamScript.json("{}"));
        rig = GatewayRig.with()
                .watch()
                .to(upstream)
                .accounts("{file: accounts.yaml}")
                .accountsFile(accounts(1, 200))
                .filters("[{name: behaviour, type: fingerprint, mode: shadow, config: {}}]")
                .start();
    }

    @AfterEach
    void stop() {
        rig.close();
        upstream.close();
    }

    private static String key(int account) {
        return "sk-" + account;
    }

    private static String accounts(int from, int to) {
        StringBuilder yaml = new StringBuilder("accounts:\n");
        for (int i = from; i <= to; i++) {
            byte[] key = key(i).getBytes(StandardCharsets.US_ASCII);
            yaml.append("  - {id: a-")
                    .append(i)
                    .append(", keys: [\"")
                    .append(HASHES.id(key, 0, key.length))
                    .append("\"]}\n");
        }
        return yaml.toString();
    }

    private void replace(String text) throws IOException {
        Path file = rig.directory().resolve("accounts.yaml");
        Path temporary = Files.writeString(file.resolveSibling("accounts.swp"), text);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private void block(String account) {
        String body = "{\"standing\":\"blocked\"}";
        try (RawClient client = new RawClient(rig.adminPort())) {
            RawClient.Response answer = client.send("POST /accounts/" + account
                            + "/standing HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
                            + "content-length: " + body.length() + "\r\n\r\n" + body)
                    .answer();
            assertThat(answer.status()).isEqualTo(200);
        }
    }

    private int status(int account) {
        return rig.ask(Requests.messages("x-api-key: " + key(account))).status();
    }

    private void awaitRefusal() {
        GatewayRig.eventually("refused", () -> rig.metric("stillgate_config_reloads_total", "result=\"refused\"") == 1);
        assertThat(rig.metric("stillgate_config_synchronized")).isZero();
    }

    @Test
    void cutFileIsRefusedUnlessForced() throws IOException {
        replace(accounts(1, 99));
        awaitRefusal();
        RawClient.Response refused = rig.admin("POST /reload");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.text())
                .contains("accounts.yaml: removes 101 of 200 accounts, more than a fifth at once: a-100, a-101, a-102, "
                        + "a-103, a-104 and 96 more; if that is meant, force it: stillgate reload --force");
        assertThat(rig.admin("GET /config").text()).contains("removes 101 of 200 accounts");
        assertThat(rig.admin("GET /accounts/a-150").status()).isEqualTo(200);
        RawClient.Response forced = rig.admin("POST /reload?force=true");
        assertThat(forced.text()).contains("accounts 200 -> 99, removed a-100, a-101");
        assertThat(rig.admin("GET /accounts/a-150").status()).isEqualTo(404);
        assertThat(rig.metric("stillgate_config_synchronized")).isEqualTo(1);
    }

    @Test
    void blockedAccountStaysBlockedWhileItsLineIsMissing() throws IOException {
        block("a-200");
        assertThat(status(200)).isEqualTo(403);
        replace(accounts(1, 199));
        awaitRefusal();
        assertThat(status(200)).isEqualTo(403);
        assertThat(rig.metric("stillgate_accounts_missing")).isZero();
        assertThat(rig.admin("POST /reload").text())
                .contains("takes keys from accounts with a standing, which the keys would lose: a-200 (blocked);");
        replace(accounts(1, 200).replace("a-200, keys: [", "a-200, keys: [] }#"));
        GatewayRig.eventually(
                "refused again", () -> rig.metric("stillgate_config_reloads_total", "result=\"refused\"") == 3);
        assertThat(status(200)).as("its key is missing").isEqualTo(403);
        replace(accounts(1, 200));
        GatewayRig.eventually("whole", () -> rig.metric("stillgate_config_synchronized") == 1);
        replace(accounts(1, 199));
        assertThat(rig.admin("POST /reload?force=true").status()).isEqualTo(200);
        assertThat(status(200)).isEqualTo(200);
        assertThat(rig.metric("stillgate_accounts_missing")).isEqualTo(1);
        assertThat(rig.admin("DELETE /accounts/a-200").status()).isEqualTo(200);
        assertThat(rig.metric("stillgate_accounts_missing")).isZero();
    }

    @Test
    void requestsWithoutAKeyAreOfNoMissingAccount() {
        assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
        block("anonymous");
        assertThat(rig.metric("stillgate_accounts_missing")).isZero();
    }

    @Test
    void someAccountsMayLeave() throws IOException {
        replace(accounts(41, 220));
        GatewayRig.eventually("a fifth", () -> rig.metric("stillgate_config_generation") == 2);
        assertThat(rig.admin("GET /accounts/a-220").status()).isEqualTo(200);
        assertThat(rig.admin("GET /accounts/a-40").status()).isEqualTo(404);
        assertThat(rig.admin("GET /config").text())
                .contains("accounts 200 -> 180, removed a-1, a-2, a-3, a-4, a-5 and 35 more, "
                        + "added a-201, a-202, a-203, a-204, a-205 and 15 more");
    }
}
