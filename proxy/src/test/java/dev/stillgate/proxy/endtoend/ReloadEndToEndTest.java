package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Tests changes of configuration files, from the file to the client's response, and rollbacks. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
@Isolated("looks at all threads of the JVM")
class ReloadEndToEndTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = "sk-of-the-test-0001";

    private final RigBuilder builder = GatewayRig.with().watch();

    /** Returns a policy that refuses or accepts requests without a credential. */
    private String policy(boolean required) {
        return builder.accounts("{required: " + required + ", file: accounts.yaml}")
                .policy();
    }

    private GatewayRig start(UpstreamScript upstream) {
        builder.to(upstream);
        policy(false);
        return builder.accountsFile("accounts: []\n").start();
    }

    private static BooleanSupplier refuses(GatewayRig rig) {
        return () -> rig.ask(Requests.messages()).status() == 401;
    }

    private static BooleanSupplier serves(GatewayRig rig) {
        return () -> rig.ask(Requests.messages()).status() == 200;
    }

    private static JsonNode config(GatewayRig rig) throws IOException {
        RawClient.Response answer = rig.admin("GET /config");
        assertThat(answer.status()).isEqualTo(200);
        return JSON.readTree(answer.text());
    }

    private static double reloads(GatewayRig rig, String result) {
        return rig.metric("stillgate_config_reloads_total", "result=\"" + result + "\"");
    }

    private static void replace(Path file, String text) throws IOException {
        Path temporary = Files.writeString(file.resolveSibling("." + file.getFileName() + ".swp"), text);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void changedFileIsApplied() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = start(upstream)) {
            Path file = rig.directory().resolve("policy.yaml");
            Files.writeString(file, policy(true));
            GatewayRig.eventually("written in place", refuses(rig));
            replace(file, policy(false));
            GatewayRig.eventually("renamed over", serves(rig));
            Files.delete(file);
            GatewayRig.eventually("gone", () -> rig.metric("stillgate_config_synchronized") == 0);
            assertThat(serves(rig).getAsBoolean()).isTrue();
            Files.writeString(file, policy(true));
            GatewayRig.eventually("there again", refuses(rig));
            GatewayRig.eventually("and that is told", () -> rig.metric("stillgate_config_synchronized") == 1);
            assertThat(rig.metric("stillgate_config_generation")).isEqualTo(4);
            JsonNode config = config(rig);
            assertThat(config.get("cause").asText()).isEqualTo("watch");
            assertThat(config.get("changes").toString()).isEqualTo("[\"~accounts.required\"]");
            assertThat(config.at("/policy/accounts/required").asBoolean()).isTrue();
            assertThat(config.toString()).doesNotContain("0123456789abcdef");
        }
    }

    @Test
    void configMapSymlinkSwapIsApplied() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = start(upstream)) {
            Path directory = rig.directory();
            for (boolean required : List.of(false, true)) {
                Path version = Files.createDirectory(directory.resolve("..v" + required));
                Files.writeString(version.resolve("policy.yaml"), policy(required));
            }
            Path data = Files.createSymbolicLink(directory.resolve("..data"), Path.of("..vfalse"));
            Path file = directory.resolve("policy.yaml");
            Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("..data/policy.yaml"));
            Files.move(link, file, StandardCopyOption.ATOMIC_MOVE);
            Path next = Files.createSymbolicLink(directory.resolve("..tmp"), Path.of("..vtrue"));
            Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);
            GatewayRig.eventually("the new version", refuses(rig));
        }
    }

    @Test
    void accountsAreReloadedIndependently() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = start(upstream)) {
            String hash = new dev.stillgate.proxy.account.Accounts(
                            Map.of("h1", "0123456789abcdef-test"), dev.stillgate.spi.Ticker.system())
                    .id(KEY.getBytes(StandardCharsets.US_ASCII), 0, KEY.length());
            replace(rig.directory().resolve("accounts.yaml"), "accounts:\n  - {id: a-17, keys: [\"" + hash + "\"]}\n");
            GatewayRig.eventually(
                    "listed", () -> rig.admin("GET /accounts/a-17").status() == 200);
            GatewayRig.eventually(
                    "told", () -> rig.admin("GET /config").text().contains("[\"accounts 0 -> 1, added a-17\"]"));
            assertThat(rig.admin("POST /rollback").status())
                    .as("no other policy")
                    .isEqualTo(409);
            assertThat(rig.admin("GET /accounts/a-17").status()).isEqualTo(200);
        }
    }

    @Test
    void invalidFileChangesNothingAndIsReported() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = start(upstream)) {
            Path file = rig.directory().resolve("policy.yaml");
            replace(file, policy(true).replace("upstreams:", "upstream:"));
            GatewayRig.eventually("seen", () -> rig.metric("stillgate_config_synchronized") == 0);
            assertThat(serves(rig).getAsBoolean()).isTrue();
            JsonNode config = config(rig);
            assertThat(config.get("generation").asInt()).isEqualTo(1);
            assertThat(config.get("synchronized").asBoolean()).isFalse();
            assertThat(config.get("refused").asText())
                    .contains("policy.yaml:2:1: unknown key \"upstream\", did you mean \"upstreams\"?");
            RawClient.Response again = rig.admin("POST /reload");
            assertThat(again.status()).isEqualTo(422);
            assertThat(again.text()).contains("policy.yaml:2:1:");
            replace(file, policy(false));
            GatewayRig.eventually("as before", () -> rig.metric("stillgate_config_synchronized") == 1);
            assertThat(config(rig).get("generation").asInt())
                    .as("nothing was reloaded")
                    .isEqualTo(1);
            assertThat(rig.metric("stillgate_config_reloads_total", "result=\"refused\""))
                    .isEqualTo(2);
            assertThat(rig.metric("stillgate_config_reloads_total", "result=\"unchanged\""))
                    .isEqualTo(1);
        }
    }

    @Test
    void accountsFileMayArriveAfterThePolicy() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = start(upstream)) {
            replace(rig.directory().resolve("policy.yaml"), policy(true).replace("accounts.yaml", "later.yaml"));
            GatewayRig.eventually("missing", () -> rig.metric("stillgate_config_synchronized") == 0);
            assertThat(serves(rig).getAsBoolean()).isTrue();
            replace(rig.directory().resolve("later.yaml"), "accounts: []\n");
            GatewayRig.eventually("in force", refuses(rig));
        }
    }

    @Test
    void rollbackIsPinnedUntilThePolicyChanges() throws IOException, ConfigException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = start(upstream)) {
            assertThat(rig.admin("POST /rollback").status())
                    .as("no earlier policy")
                    .isEqualTo(409);
            Path file = rig.directory().resolve("policy.yaml");
            replace(file, policy(true));
            GatewayRig.eventually("in force", refuses(rig));
            RawClient.Response back = rig.admin("POST /rollback");
            assertThat(back.text()).contains("generation 3 is in force", "pinned until the policy file changes");
            assertThat(serves(rig).getAsBoolean()).isTrue();
            assertThat(config(rig).get("pinned").asBoolean()).isTrue();
            assertThat(rig.metric("stillgate_config_synchronized")).isZero();
            RawClient.Response pinned = rig.admin("POST /reload");
            assertThat(pinned.status()).isEqualTo(409);
            assertThat(pinned.text()).startsWith("pinned at generation 3");
            rig.reload();
            assertThat(serves(rig).getAsBoolean()).as("a signal does not unpin").isTrue();
            assertThat(rig.admin("POST /reload?force=true").status()).isEqualTo(200);
            assertThat(refuses(rig).getAsBoolean()).isTrue();
            assertThat(config(rig).get("pinned").asBoolean()).isFalse();
            assertThat(rig.admin("POST /rollback").status()).isEqualTo(200);
            assertThat(rig.admin("POST /rollback").status())
                    .as("no further back")
                    .isEqualTo(409);
            replace(file, "version: 2\n");
            GatewayRig.eventually("a bad change", () -> rig.metric("stillgate_config_reloads_total", "refused") == 1);
            assertThat(rig.admin("POST /reload").status())
                    .as("pinned, and a bad file")
                    .isEqualTo(422);
            assertThat(serves(rig).getAsBoolean()).isTrue();
            replace(file, policy(true) + "# changed\n");
            GatewayRig.eventually("a change ends the pin", refuses(rig));
            GatewayRig.eventually("and that is told", () -> rig.metric("stillgate_config_synchronized") == 1);
            assertThat(config(rig).get("history")).hasSize(6);
        }
    }

    @Test
    @DisplayName("plugins 4: a rollback stays pinned while the policy file is away and when it is back")
    void rollbackOutlastsAMissingFile() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = start(upstream)) {
            Path file = rig.directory().resolve("policy.yaml");
            replace(file, policy(true));
            GatewayRig.eventually("in force", refuses(rig));
            assertThat(rig.admin("POST /rollback").status()).isEqualTo(200);
            Path away = Files.move(file, file.resolveSibling("policy.yaml.x"));
            GatewayRig.eventually("away", () -> reloads(rig, "refused") == 1);
            Files.move(away, file);
            GatewayRig.eventually("back and read", () -> reloads(rig, "pinned") == 1);
            assertThat(config(rig).get("refused").isNull()).isTrue();
            assertThat(config(rig).get("pinned").asBoolean()).isTrue();
            assertThat(config(rig).get("generation").asInt()).isEqualTo(3);
            assertThat(serves(rig).getAsBoolean()).isTrue();
            assertThat(rig.admin("POST /reload").status()).isEqualTo(409);
        }
    }

    @Test
    @DisplayName("plugins 4: a rollback stays pinned when only a database changes")
    void rollbackOutlastsANewDatabase(@TempDir Path databases) throws IOException {
        Path database = databases.resolve("country.mmdb");
        String content;
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("/GeoLite2-Country.mmdb"))) {
            content = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
        Files.writeString(database, content, StandardCharsets.ISO_8859_1);
        builder.filters("[{name: geo, type: geo-restriction, config: {databases: {country: " + database
                + "}, deny: {countries: [KP]}}}]");
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = start(upstream)) {
            Path file = rig.directory().resolve("policy.yaml");
            replace(file, policy(true));
            GatewayRig.eventually("in force", refuses(rig));
            assertThat(rig.admin("POST /rollback").status()).isEqualTo(200);
            Path other = databases.resolve("other.mmdb");
            String renamed = content.replace("GeoLite2 Country database", "GeoLite2 country database");
            assertThat(renamed).isNotEqualTo(content);
            Files.writeString(other, renamed, StandardCharsets.ISO_8859_1);
            Files.move(other, database, StandardCopyOption.ATOMIC_MOVE);
            GatewayRig.eventually("in force", () -> reloads(rig, "applied") == 2);
            assertThat(config(rig).get("pinned").asBoolean()).isTrue();
            assertThat(serves(rig).getAsBoolean()).isTrue();
        }
    }

    @Test
    void changesAreIgnoredWithoutTheWatch() throws IOException, ConfigException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with().to(upstream).start()) {
            rig.policy("version: 2\n");
            assertThatThrownBy(rig::reload).isInstanceOf(ConfigException.class);
            assertThat(Thread.getAllStackTraces().keySet())
                    .noneMatch(thread -> thread.getName().equals("stillgate-watch"));
        }
    }
}
