package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys of blocked accounts that a new accounts file gives to other accounts. */
class MovedKeysTest {
    private static final Accounts HASHES = new Accounts(Map.of("h1", "0123456789abcdef-test"), Ticker.system());

    @TempDir
    private Path directory;

    private UpstreamScript upstream;
    private Path state;

    @BeforeEach
    void start() throws IOException {
        upstream = UpstreamScript.answering(UpstreamScript.json("{}"));
        state = Files.createDirectory(directory.resolve("state"));
    }

    @AfterEach
    void stop() {
        upstream.close();
    }

    private GatewayRig rig(String accounts) {
        return GatewayRig.with()
                .to(upstream)
                .state(state)
                .accounts("{file: accounts.yaml}")
                .accountsFile(accounts)
                .filters("[{name: behaviour, type: fingerprint}]")
                .start();
    }

    /** Returns the id of a key while no account lists it. */
    private static String unlisted(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.US_ASCII);
        return HASHES.id(bytes, 0, bytes.length);
    }

    private static String account(String id, String... keys) {
        StringBuilder entry = new StringBuilder("  - {id: " + id + ", keys: [");
        for (String key : keys) {
            entry.append('"').append(unlisted(key)).append("\", ");
        }
        return entry + "]}\n";
    }

    private static String file(String... accounts) {
        return "accounts:\n" + String.join("", accounts);
    }

    private static RawClient.Response reload(GatewayRig rig, String accounts, String query) throws IOException {
        Files.writeString(rig.directory().resolve("accounts.yaml"), accounts);
        return rig.admin("POST /reload" + query);
    }

    private static void refused(RawClient.Response reload, String reason) {
        assertThat(reload.status()).as(reload.text()).isEqualTo(422);
        assertThat(reload.text())
                .contains("takes keys from accounts with a standing, which the keys would lose: " + reason
                        + "; if that is meant, force it");
    }

    private static void order(GatewayRig rig, String account, String action, String body) {
        try (RawClient client = new RawClient(rig.adminPort())) {
            RawClient.Response done = client.send("POST /accounts/" + account + "/" + action
                            + " HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: "
                            + body.length() + "\r\n\r\n" + body)
                    .answer();
            assertThat(done.status()).as(done.text()).isEqualTo(200);
        }
    }

    private static void block(GatewayRig rig, String account) {
        order(rig, account, "standing?create=true", "{\"standing\":\"blocked\"}");
    }

    private static int status(GatewayRig rig, String key) {
        return rig.ask(Requests.messages("x-api-key: " + key)).status();
    }

    @Test
    void orderOnAnUnlistedKeyHoldsForTheAccountThatListsIt() throws IOException {
        String listed = file(account("a-1", "sk-1"), account("a-new", "sk-thief", "sk-second"));
        String key = unlisted("sk-thief");
        try (GatewayRig rig = rig(file(account("a-1", "sk-1")))) {
            block(rig, key);
            assertThat(status(rig, "sk-thief")).isEqualTo(403);
            assertThat(reload(rig, listed, "").status()).isEqualTo(200);
            assertThat(status(rig, "sk-thief")).isEqualTo(403);
            assertThat(status(rig, "sk-second")).isEqualTo(403);
            assertThat(status(rig, "sk-1")).isEqualTo(200);
        }
        try (GatewayRig rig = rig(listed)) {
            assertThat(status(rig, "sk-thief")).as("after a restart").isEqualTo(403);
            assertThat(rig.admin("GET /accounts/a-new").text())
                    .contains("\"inForce\":\"blocked\"")
                    .contains("\"formerIds\":[\"" + key + "\"]");
            order(rig, key, "unpin", "{}");
            assertThat(status(rig, "sk-thief")).isEqualTo(200);
        }
    }

    @Test
    void keyOfABlockedAccountMovesToNoOtherAccount() throws IOException {
        String moved = file(account("a-1", "sk-1"), account("a-2", "sk-2", "sk-1b"));
        try (GatewayRig rig = rig(file(account("a-1", "sk-1", "sk-1b"), account("a-2", "sk-2")))) {
            block(rig, "a-1");
            refused(reload(rig, moved, ""), "a-1 (blocked) to a-2");
            assertThat(status(rig, "sk-1b")).isEqualTo(403);
            block(rig, "a-2");
            assertThat(reload(rig, moved, "").status()).as("to a blocked one").isEqualTo(200);
            order(rig, "a-2", "unpin", "{}");
            assertThat(status(rig, "sk-1b")).isEqualTo(200);
            assertThat(status(rig, "sk-1")).isEqualTo(403);
        }
    }

    @Test
    void blockedAccountSwapsItsIdWithNoOther() throws IOException {
        String swapped = file(account("a-1", "sk-honest"), account("a-2", "sk-thief"));
        try (GatewayRig rig = rig(file(account("a-1", "sk-thief"), account("a-2", "sk-honest")))) {
            block(rig, "a-1");
            refused(reload(rig, swapped, ""), "a-1 (blocked) to a-2");
            assertThat(status(rig, "sk-thief")).isEqualTo(403);
            assertThat(status(rig, "sk-honest")).isEqualTo(200);
            assertThat(reload(rig, swapped, "?force=true").status()).isEqualTo(200);
            assertThat(status(rig, "sk-thief")).isEqualTo(200);
        }
    }

    @Test
    void blockedAccountMayChangeItsKeys() throws IOException {
        try (GatewayRig rig = rig(file(account("a-1", "sk-1", "sk-1b"), account("a-2", "sk-2")))) {
            block(rig, "a-1");
            assertThat(reload(rig, file(account("a-1", "sk-1", "sk-1c"), account("a-2", "sk-2")), "")
                            .status())
                    .isEqualTo(200);
            assertThat(status(rig, "sk-1c")).isEqualTo(403);
        }
    }
}
