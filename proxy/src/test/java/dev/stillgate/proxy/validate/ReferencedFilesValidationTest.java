package dev.stillgate.proxy.validate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Errors and warnings of {@code validate} about certificates, keys, logs and other files that the configuration names. */
class ReferencedFilesValidationTest {
    private ConfigDirectory config = new ConfigDirectory(Path.of(""));

    @BeforeEach
    void createConfig(@TempDir Path directory) throws IOException {
        config = new ConfigDirectory(directory);
        config.write("stillgate.yaml", "hashing: {h1: a secret of the test}\n");
        config.write("policy.yaml", """
                version: 1
                upstreams: [{name: model, endpoints: ["http://model.invalid:9000"]}]
                routes: [{path: /v1/, upstream: model}]
                """);
    }

    @Test
    @DisplayName("newcomer B2: validate names every TLS file that a start would refuse")
    void tlsFiles() throws IOException {
        config.copy("one.crt", "one.crt");
        config.copy("two.key", "two.key");
        config.copy("forms/one-sec1.key", "sec1.key");
        config.write("stillgate.yaml", """
                hashing: {h1: a secret of the test}
                admin: {address: "127.0.0.1:0"}
                listeners:
                  - address: "127.0.0.1:0"
                    tls:
                      certificates:
                        - {chain: one.crt, key: gone.key}
                        - {chain: one.crt, key: two.key}
                        - {chain: one.crt, key: sec1.key}
                      clients: {authorities: two.key}
                """);
        List<String> errors = config.errors();
        assertThat(errors)
                .satisfiesExactly(
                        e -> assertThat(e)
                                .startsWith("stillgate.yaml:7:11: listeners[0].tls.certificates[0]: ")
                                .endsWith("gone.key cannot be read: no such file or directory"),
                        e -> assertThat(e).startsWith("stillgate.yaml:8:11: ").contains("two.key does not belong to"),
                        e -> assertThat(e).startsWith("stillgate.yaml:9:11: ").contains("SEC1", "openssl pkcs8"),
                        e -> assertThat(e)
                                .startsWith("stillgate.yaml:10:30: ")
                                .contains("two.key contains no certificate"));
        assertThat(config.startErrors()).as("the start reports the same").isEqualTo(errors);
    }

    @Test
    @DisplayName("newcomer B2: validate names the client certificate of an upstream that does not fit its key")
    void clientCertificate() throws IOException {
        config.copy("upstream/gateway.crt", "gateway.crt");
        config.copy("two.key", "two.key");
        config.write("policy.yaml", """
                version: 1
                upstreams:
                  - {name: model, endpoints: ["https://model.invalid"], tls: {certificate: gateway.crt, key: two.key}}
                routes: [{path: /v1/, upstream: model}]
                filters: [{name: a, type: geo-restriction, config: {databases: {country: gone.mmdb}}}]
                """);
        assertThat(config.errors())
                .as("with the errors of filters")
                .hasSize(2)
                .anyMatch(e -> e.startsWith("policy.yaml:3:") && e.contains("two.key does not belong to"))
                .anyMatch(e -> e.contains("gone.mmdb"));
    }

    @Test
    @DisplayName("newcomer B2: validate names log files and a state directory that a start could not write")
    void writtenFiles() throws IOException {
        config.write("state", "a file");
        config.write("stillgate.yaml", """
                hashing: {h1: a secret of the test}
                admin: {address: "127.0.0.1:0"}
                listeners: [{address: "127.0.0.1:0"}]
                accessLog: {path: nope/access.log, decisions: .}
                audit: {path: "-"}
                record: {path: nope/record.jsonl}
                state: {directory: state}
                """);
        List<String> errors = config.errors();
        assertThat(errors)
                .satisfiesExactly(
                        e -> assertThat(e)
                                .startsWith("stillgate.yaml:4:19: accessLog.path: ")
                                .contains("nope/access.log cannot be created: there is no directory"),
                        e -> assertThat(e)
                                .startsWith("stillgate.yaml:4:47: accessLog.decisions: ")
                                .endsWith("is a directory: expected a file"),
                        e -> assertThat(e).startsWith("stillgate.yaml:6:16: record.path: "),
                        e -> assertThat(e)
                                .startsWith("stillgate.yaml:7:20: state.directory: ")
                                .endsWith("is a file"));
        assertThat(config.startErrors()).as("the start reports the same").isEqualTo(errors);
        assertThat(Files.exists(config.path("nope"))).as("no file is written").isFalse();
    }

    @Test
    @DisplayName("newcomer B2: a missing state directory is created by a start, not by validate")
    void missingStateDirectory() throws IOException {
        config.write("stillgate.yaml", "hashing: {h1: a secret of the test}\nstate: {directory: deep/state}\n");
        assertThat(config.errors()).isEmpty();
        assertThat(Files.exists(config.path("deep"))).isFalse();
    }

    @Test
    @DisplayName("newcomer B2: validate names an unreadable token file of the admin")
    void tokenFile() throws IOException {
        config.write("stillgate.yaml", "hashing: {h1: a secret of the test}\nadmin: {token: \"file:gone\"}\n");
        assertThat(config.errors()).containsExactly("stillgate.yaml:2:16: \"file:gone\" does not exist");
    }

    @Test
    @DisplayName("a file that cannot be read is an error at the setting that names it, as at a start")
    void unreadableFilesAreErrorsOfTheirSettings() throws IOException {
        config.write("stillgate.yaml", """
                hashing: {h1: a secret of the test}
                admin: {address: "127.0.0.1:0"}
                listeners: [{address: "127.0.0.1:0"}]
                policy: other.yaml
                """);
        assertThat(config.errors()).containsExactly("stillgate.yaml:4:9: policy: other.yaml: does not exist");
        assertThat(config.startErrors()).isEqualTo(config.errors());

        config.write("other.yaml", """
                version: 1
                upstreams: [{name: model, endpoints: ["http://127.0.0.1:9"]}]
                routes: [{path: /v1/, upstream: model}]
                accounts: {file: accounts.yaml}
                filters: [{name: canary, type: canary, config: {secretFile: cannary}}]
                """);
        List<String> missing = config.errors();
        assertThat(missing)
                .containsExactly(
                        "other.yaml:4:18: accounts.file: accounts.yaml: does not exist",
                        "other.yaml:5:61: filters[0].config.secretFile: filter canary: cannary: does not exist");
        assertThat(config.startErrors()).containsExactly(missing.getFirst());
        Files.createDirectory(config.path("accounts.yaml"));
        assertThat(config.errors())
                .contains("other.yaml:4:18: accounts.file: accounts.yaml: is a directory: expected a file");
    }

    @Test
    @DisplayName("newcomer B1: validate warns of certificates that have expired or expire soon")
    void expiry() throws IOException {
        config.copy("one.crt", "one.crt");
        config.copy("one.key", "one.key");
        config.write("stillgate.yaml", """
                hashing: {h1: a secret of the test}
                listeners: [{address: "127.0.0.1:0", tls: {certificates: [{chain: one.crt, key: one.key}]}}]
                """);
        assertThat(config.warnings()).noneMatch(warning -> warning.contains("one.crt"));
        assertThat(config.warningsAt("2126-10-25T00:00:00Z"))
                .singleElement()
                .asString()
                .contains("one.crt expires at 2126-11-01");
        assertThat(config.warningsAt("2126-11-02T00:00:00Z"))
                .singleElement()
                .asString()
                .contains("one.crt expired at 2126-11-01");
    }

    @Test
    void keySetOfTokens() throws IOException {
        config.write("stillgate.yaml", """
                hashing: {h1: a secret of the test}
                listeners: [{address: "127.0.0.1:0"}]
                admin: {address: "127.0.0.1:0"}
                """);
        String policy = """
                version: 1
                upstreams: [{name: model, endpoints: ["http://127.0.0.1:9000"]}]
                routes: [{path: /v1/, upstream: model}]
                accounts:
                  credential: [jwt]
                  jwt: {issuer: "https://id.test", audience: models, jwks: {file: keys.json}}
                """;
        config.write("policy.yaml", policy);
        assertThat(config.errors())
                .singleElement()
                .asString()
                .startsWith("policy.yaml:6:")
                .endsWith("keys.json cannot be read: no such file or directory");
        assertThat(config.startErrors()).as("the start reports the same").isEqualTo(config.errors());
        config.write("keys.json", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}");
        assertThat(config.errors()).singleElement().asString().contains("keys.json has no usable key");
        config.write("keys.json", Tokens.set(Tokens.p256("k-1")));
        assertThat(config.errors()).isEmpty();
        config.write("policy.yaml", policy.replace("jwks:", "claims: {verified: email_verified}, jwks:"));
        assertThat(config.warnings()).anyMatch(warning -> warning.contains("email_verified proves a contact"));
        config.write("policy.yaml", policy.replace("jwks:", "claims: {verified: kyc}, jwks:"));
        assertThat(config.warnings()).noneMatch(warning -> warning.contains("proves a contact"));
        config.write("policy.yaml", policy.replace("jwks:", "algorithms: [HS256], jwks:"));
        assertThat(config.errors()).singleElement().asString().contains("HS256 is not accepted");
    }
}
