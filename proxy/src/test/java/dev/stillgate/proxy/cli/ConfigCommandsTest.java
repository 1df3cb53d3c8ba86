package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.EffectiveConfig;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Output and exit codes of the configuration verbs. */
class ConfigCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SECRET = "the-secret-of-the-test";

    @TempDir
    private Path directory;

    private Path config;

    @BeforeEach
    void write() throws IOException {
        config = write(
                "stillgate.yaml",
                "hashing: {h1: \"" + SECRET + "\"}\nadmin: {token: \"" + SECRET + "\"}\nlimits: {headTimeout: 90s}\n");
        write("policy.yaml", """
                version: 1
                upstreams: [{name: model, endpoints: ["http://127.0.0.1:9000", "http://[::1]:9000"]}]
                routes: [{path: /v1/, upstream: model}]
                filters:
                  - {name: networks, type: geo-restriction, config: {deny: {networks: [203.0.113.0/24]}}}
                  - {name: watch, type: fingerprint, mode: shadow, config: {ladder: {marked: 1.1}, review: {approvals: 2}}}
                  - name: limits
                    type: token-bucket
                    mode: off
                    config: {limits: [{name: r, measure: requests, capacity: 5, refill: 5/1m}], tiers: {"true": 2}}
                """);
    }

    @Test
    @DisplayName("validate says what it cannot know of a reload where a gateway has used the state directory")
    void validateNamesWhatOnlyAReloadKnows() throws Exception {
        write("stillgate.yaml", """
                hashing: {h1: a secret of the test}
                listeners: [{address: "127.0.0.1:0"}]
                admin: {address: "127.0.0.1:0"}
                state: {directory: state}
                """);
        write("policy.yaml", """
                version: 1
                upstreams: [{name: model, endpoints: ["http://127.0.0.1:9"]}]
                routes: [{path: /v1/, upstream: model}]
                accounts: {file: accounts.yaml}
                filters: [{name: networks, type: geo-restriction, config: {deny: {networks: [203.0.113.0/24]}}}]
                """);
        StringBuilder listed = new StringBuilder("accounts:\n");
        for (int i = 0; i < 40; i++) {
            listed.append("  - {id: a-%d, keys: [\"h1:%032x\"]}%n".formatted(i, i));
        }
        write("accounts.yaml", listed.toString());
        assertThat(Lines.of("validate", "--config", config.toString()).err()).isEmpty();
        try (Gateway gateway = Gateway.start(config, name -> null, Ticker.system())) {
            write("accounts.yaml", listed.substring(0, listed.indexOf("  - {id: a-20,")));
            Lines validated = Lines.of("validate", "--strict", "--config", config.toString());
            assertThat(validated.exit()).isZero();
            assertThat(validated.err())
                    .contains("not checked: a reload of a running gateway refuses ", "accounts.yaml if many accounts");
            String admin = "127.0.0.1:" + gateway.adminAddress().getPort();
            Lines reloaded = Lines.of("reload", "--admin", admin);
            assertThat(reloaded.exit()).isOne();
            assertThat(reloaded.err()).contains("removes 20 of 40 accounts");
        }
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private static Path committed(String name) {
        Path at = Path.of("").toAbsolutePath();
        while (at != null && !Files.exists(at.resolve("config/stillgate.yaml"))) {
            at = at.getParent();
        }
        assertThat(at).isNotNull();
        return at.resolve("config/schema").resolve(name);
    }

    @ParameterizedTest
    @EnumSource(SchemaCommand.ConfigurationFile.class)
    void committedSchemaEqualsGeneratedSchema(SchemaCommand.ConfigurationFile subject) throws IOException {
        Lines run = Lines.of("schema", subject.name());
        assertThat(run.exit()).isZero();
        assertThat(committed(SchemaCommand.file(subject)))
                .as("to update it: proxy/bin/stillgate schema --write config/schema")
                .hasContent(run.out());
        JSON.readTree(run.out());
    }

    @Test
    void allSchemasAreWrittenAtOnce() throws IOException {
        assertThat(Lines.of("schema", "--write", directory.resolve("s").toString())
                        .exit())
                .isZero();
        try (var files = Files.list(directory.resolve("s"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("stillgate.schema.json", "policy.schema.json", "accounts.schema.json");
        }
        assertThat(Lines.of("schema").exit()).isEqualTo(2);
        assertThat(Lines.of("schema", "fleet").exit()).isEqualTo(2);
    }

    @Test
    void dumpIsEquivalentAndContainsNoSecret() throws Exception {
        Lines run = Lines.of("dump", "--config", config.toString());
        assertThat(run.exit()).isZero();
        assertThat(run.out())
                .doesNotContain(SECRET)
                .contains("headTimeout: \"90s\"", "h1: \"<redacted>\"", "watch: true");
        String[] documents = run.out().split("(?m)^---\n");
        Path again = write("again.yaml", documents[2]);
        PolicyLoader loader = new PolicyLoader(name -> null);
        PolicyLoader.Loaded before = loader.policy(directory.resolve("policy.yaml"));
        PolicyLoader.Loaded after = loader.policy(again);
        assertThat(EffectiveConfig.of(after.policy(), entry -> null).get("upstreams"))
                .isEqualTo(EffectiveConfig.of(before.policy(), entry -> null).get("upstreams"));
        assertThat(after.policy().upstreams()).isEqualTo(before.policy().upstreams());
        assertThat(after.policy().routes()).isEqualTo(before.policy().routes());
        assertThat(documents[2])
                .contains("sha256 " + before.sha256(), "refillStyle: greedy", "\"true\": 2.0", "reload: \"30s\"");
        Path second = write("stillgate2.yaml", "policy: again.yaml\n");
        String twice = Lines.of("dump", "--config", second.toString()).out().split("(?m)^---\n")[2];
        assertThat(twice.lines().skip(2))
                .containsExactlyElementsOf(documents[2].lines().skip(2).toList());
    }

    @Test
    void jsonDumpHasTheSameContent() throws IOException {
        Lines run = Lines.of("dump", "--json", "--config", config.toString());
        JsonNode json = JSON.readTree(run.out());
        assertThat(json.at("/policy.yaml/sha256").asText()).matches("[0-9a-f]{64}");
        assertThat(json.at("/policy.yaml/content/filters/2/config/limits/0/capacity")
                        .asInt())
                .isEqualTo(5);
        assertThat(json.at("/stillgate.yaml/content/admin/token").asText()).isEqualTo("<redacted>");
        assertThat(json.at("/stillgate.yaml/content/limits/body").asText()).isEqualTo("32MiB");
    }

    @Test
    void invalidFileIsNotDumped() throws IOException {
        String policy = Files.readString(directory.resolve("policy.yaml"));
        write("policy.yaml", policy.replace("version: 1", "version: 2"));
        Lines run = Lines.of("dump", "--config", config.toString());
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("policy.yaml:1:1").contains("version: 2 is not a supported version");
        write("policy.yaml", policy.replace("approvals: 2", "approvals: 0"));
        Lines filter = Lines.of("dump", "--config", config.toString());
        assertThat(filter.exit()).isEqualTo(1);
        assertThat(filter.err()).contains("policy.yaml:6:").contains("approvals: expected 1 to 5, found 0");
    }

    @Test
    void validatePrintsAllProblemsAndSetsExitCode() throws IOException {
        Lines valid = Lines.of("validate", "--config", config.toString());
        assertThat(valid.exit()).isZero();
        assertThat(valid.out()).isEqualTo(config + ": valid, 2 warnings" + System.lineSeparator());
        assertThat(valid.err()).contains("policy.yaml:9:11: warning: the filter limits is off");
        assertThat(Lines.of("validate", "--strict", "--config", config.toString())
                        .exit())
                .isEqualTo(1);
        write("policy.yaml", "versoin: 1\n");
        Lines wrong = Lines.of("validate", "--config", config.toString());
        assertThat(wrong.exit()).isEqualTo(1);
        assertThat(wrong.err())
                .contains("policy.yaml:1:1: unknown key \"versoin\", did you mean \"version\"?")
                .endsWith(config + ": not valid: 3 errors" + System.lineSeparator());
        assertThat(Lines.of("validate", "--confg", "x").exit()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run",
                "init",
                "validate",
                "reload",
                "history",
                "diff",
                "dump",
                "schema",
                "explain",
                "explain request",
                "explain account",
                "explain cluster",
                "hash-key",
                "hash-fact",
                "backtest",
                "version",
                "healthcheck",
                "help"
            })
    void everyVerbHasHelpAndVersion(String verb) {
        Lines help = Lines.of((verb + " --help").split(" "));
        assertThat(help.exit()).isZero();
        assertThat(help.out()).startsWith("Usage: stillgate " + verb);
        Lines version = Lines.of((verb + " --version").split(" "));
        assertThat(version.exit()).isZero();
        assertThat(version.out()).isEqualTo(Version.text() + "\n");
    }

    @Test
    @DisplayName("newcomer F23: every verb has a one-sentence description in the list of verbs")
    void everyVerbHasShortDescription() {
        assertSentences(Main.command());
        String list = Lines.of("--help").out().replaceAll("\\s+", " ");
        Main.command()
                .getSubcommands()
                .values()
                .forEach(verb -> assertThat(list)
                        .contains(verb.getCommandSpec().usageMessage().description()[0]));
    }

    private static void assertSentences(CommandLine command) {
        command.getSubcommands().forEach((name, verb) -> {
            assertThat(verb.getCommandSpec().usageMessage().description()[0])
                    .as(name)
                    .endsWith(".")
                    .hasSizeLessThan(72);
            assertSentences(verb);
        });
    }

    @Test
    @DisplayName("newcomer F23: help and help VERB show the usage, and an unknown verb is named")
    void helpVerbPrintsUsage() {
        assertThat(Lines.of("help")).isEqualTo(Lines.of("--help"));
        assertThat(Lines.of("help", "reload")).isEqualTo(Lines.of("reload", "--help"));
        assertThat(Lines.of("help", "explain", "account")).isEqualTo(Lines.of("explain", "account", "--help"));
        Lines unknown = Lines.of("help", "explain", "acount");
        assertThat(unknown.exit()).isEqualTo(2);
        assertThat(unknown.err()).contains("unknown verb \"explain acount\"");
    }

    @Test
    void requestIsExplainedAsTextAndAsJson() throws IOException {
        Path request = write("request.http", "GET /v1/models HTTP/1.1\nhost: x\n");
        Lines run = Lines.of("explain", "request", request.toString(), "--config", config.toString(), "--account", "a");
        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("request: GET /v1/models", "by: gateway", "code: no-route");
        Lines json = Lines.of("explain", "request", request.toString(), "--config", config.toString(), "--json");
        assertThat(JSON.readTree(json.out()).at("/result/status").asInt()).isEqualTo(404);
        assertThat(Lines.of("explain", "request", "gone", "--config", config.toString())
                        .err())
                .contains("gone: does not exist");
        assertThat(Lines.of("explain", "request", request.toString(), "--address", "localhost")
                        .exit())
                .isEqualTo(2);
    }

    @Test
    void reloadSendsTheAdminToken() throws IOException, ConfigException {
        List<String> asked = new ArrayList<>();
        int[] status = {200};
        HttpServer admin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);
        admin.createContext("/", exchange -> {
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Authorization"));
            byte[] bytes = "line 1\nline\u001b[2J 2\n".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status[0], bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        admin.start();
        int port = admin.getAddress().getPort();
        try {
            Path with = write(
                    "with.yaml",
                    "hashing: {h1: \"" + SECRET + "\"}\nadmin: {address: \"127.0.0.1:" + port + "\", token: \"" + SECRET
                            + "\"}\n");
            Lines done = Lines.of("reload", "--config", with.toString());
            assertThat(done.exit()).isZero();
            assertThat(done.out()).startsWith("line 1").contains("line\\u001b[2J 2");
            status[0] = 422;
            Lines refused = Lines.of("reload", "--force", "--config", with.toString());
            assertThat(refused.exit()).isEqualTo(1);
            assertThat(refused.err()).startsWith("line 1");
            Lines.of("reload", "--rollback", "--admin", "127.0.0.1:" + port);
            assertThat(asked)
                    .containsExactly(
                            "POST /reload Bearer " + SECRET,
                            "POST /reload?force=true Bearer " + SECRET,
                            "POST /rollback null");
        } finally {
            admin.stop(0);
        }
        assertThat(Lines.of("reload", "--admin", "127.0.0.1:" + port).err())
                .contains("does not respond: connection refused");
        assertThat(Lines.of("reload", "--rollback", "--force").exit()).isEqualTo(2);
    }
}
