package dev.stillgate.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.stillgate.proxy.config.Policy.Endpoint;
import dev.stillgate.proxy.config.StillgateConfig.Transport;
import dev.stillgate.spi.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyLoaderTest {
    private static final String UPSTREAMS = "upstreams: [{name: model, endpoints: ['http://127.0.0.1:9000']}]\n";
    private static final String ROUTES = "routes: [{path: /v1/, upstream: model}]\n";

    @TempDir
    private Path directory;

    private final PolicyLoader loader =
            new PolicyLoader(Map.of("OLD", "the old secret of the test", "NEW", "the new secret of the test")::get);

    @Test
    void hashIsThatOfTheBytes() throws Exception {
        Path file = write("version: 1\n" + UPSTREAMS + ROUTES);
        String before = loader.policy(file).sha256();
        Files.writeString(file, "version: 1\n" + UPSTREAMS + ROUTES + "\n");

        assertThat(before)
                .matches("[0-9a-f]{64}")
                .isNotEqualTo(loader.policy(file).sha256());
        assertThat(loader.policy(file).root().below("routes[0].path").at().line())
                .isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{most: -1} | -1 is not between 0 and 1000000",
                "{most: 1000001} | 1000001 is not between 0 and 1000000",
                "{queue: 100001} | 100001 is not between 0 and 100000",
                "{patience: 3s} | write queueTimeout",
                "{queueTimeout: off} | cannot be off: expected a time such as 30s",
            })
    void concurrencyLimitHasBounds(String concurrency, String message) throws IOException {
        Path file = write("version: 1\nupstreams: [{name: m, endpoints: ['http://h:1'], concurrency: " + concurrency
                + "}]\nroutes: [{path: /v1/, upstream: m}]\n");
        assertThat(policyFailure(file)).hasMessageContaining(":2:").hasMessageContaining(message);
    }

    @Test
    void upstreamHasNoConcurrencyLimitByDefault() throws Exception {
        Policy policy =
                loader.policy(write("version: 1\n" + UPSTREAMS + ROUTES)).policy();
        assertThat(policy.upstreams().getFirst().concurrency())
                .isEqualTo(new HealthPolicy.Concurrency(0, 100, java.time.Duration.ofSeconds(2)));
    }

    @Test
    void danglingAndDuplicateNamesAreFound() throws IOException {
        Path file = write("""
                version: 1
                upstreams:
                  - {name: model, endpoints: ["http://127.0.0.1:9000"]}
                  - {name: model, endpoints: ["http://127.0.0.1:9001"]}
                routes:
                  - {path: /v1/, upstream: modle}
                  - {path: /v1/, upstream: model, models: [{names: [a], upstream: mode}]}
                filters:
                  - {name: x, type: a}
                  - {name: x, type: b}
                """);
        assertThat(policyFailure(file)).hasMessage("""
                %1$s:4:12: the name "model" is used twice, first in line 3
                %1$s:7:12: the path "/v1/" is used twice, first in line 6
                %1$s:10:12: the name "x" is used twice, first in line 9
                %1$s:6:28: unknown upstream "modle", did you mean "model"? (known: model)
                %1$s:7:67: unknown upstream "mode", did you mean "model"? (known: model)""".formatted(file));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | 3:57: names: expected at least one model, such as gpt-5 or claude-*",
                "[a, 'b*c'] | 3:61: names[1]: \"b*c\" is not a model: expected a name such as gpt-5, or a prefix such as claude-*",
                "[a, \"\"] | 3:61: names[1]: \"\" is not a model: expected a name such as gpt-5, or a prefix such as claude-*",
                "[a, 'b c'] | 3:61: names[1]: \"b c\" is not a model: expected a name such as gpt-5, or a prefix such as claude-*",
                "[b, a*, b] | 3:65: models[0].names[2]: duplicate value b"
            })
    void invalidModelIsRejected(String names, String message) throws IOException {
        Path file = write("version: 1\n" + UPSTREAMS + "routes: [{path: /v1/, upstream: model, models: [{names: "
                + names + ", upstream: model}]}]\n");
        assertThat(policyFailure(file)).hasMessage(file + ":" + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{upstream: other, share: 0} | share: expected a share of the accounts such as 0.05, found 0.0",
                "{upstream: other, share: 1} | share: expected a share of the accounts such as 0.05, found 1.0",
                "{upstream: other} | share",
                "{upstream: model, share: 0.1} | split[0].upstream: is used twice: expected another upstream",
                "{upstream: other, share: 0.1}, {upstream: other, share: 0.1}"
                        + " | split[1].upstream: is used twice: expected another upstream",
                "{upstream: othr, share: 0.1} | unknown upstream \"othr\", did you mean \"other\"?"
            })
    void invalidSplitIsRejected(String split, String message) throws IOException {
        Path file = write("""
                version: 1
                upstreams:
                  - {name: model, endpoints: ["http://127.0.0.1:1"]}
                  - {name: other, endpoints: ["http://127.0.0.1:2"]}
                routes:
                  - path: /v1/
                    upstream: model
                    models: [{names: [a], upstream: model, split: [%s]}]
                """.formatted(split));
        assertThat(policyFailure(file)).message().startsWith(file + ":8:").contains(message);
    }

    @Test
    void splitLeavesAShareForTheUpstreamOfTheModel() throws IOException {
        Path file = write("""
                version: 1
                upstreams:
                  - {name: model, endpoints: ["http://127.0.0.1:1"]}
                  - {name: b, endpoints: ["http://127.0.0.1:2"]}
                  - {name: c, endpoints: ["http://127.0.0.1:3"]}
                routes:
                  - path: /v1/
                    upstream: model
                    models: [{names: [a], upstream: model, split: [{upstream: b, share: 0.5}, {upstream: c, share: 0.5}]}]
                """);
        assertThat(policyFailure(file))
                .hasMessageEndingWith("split: the shares leave nothing for model: expected a sum below 1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "version: 2 | :1:10: version: 2 is not a supported version: expected 1",
                "version: one | :1:10: expected a whole number, found the text \"one\"",
            })
    void versionMustBe1(String version, String message) throws IOException {
        Path file = write(version + "\n" + UPSTREAMS + ROUTES);
        assertThat(policyFailure(file)).hasMessage(file + message);
    }

    @Test
    void policyWithoutUpstreamOrRouteIsRejected() throws IOException {
        Path file = write("version: 1\nupstreams: []\nroutes: []\n");
        assertThat(policyFailure(file))
                .hasMessage("%1$s:2:12: expected at least one upstream\n%1$s:3:9: expected at least one route"
                        .formatted(file));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v1/",
                "/v1//x",
                "/v1/../x",
                "/v1/.",
                "/v1/..",
                "/./",
                "/v1?x=1",
                "/v%31/",
                "/v1/\\u0000",
                "/a b",
                "//",
                "''",
                "/v1#x",
                "/é"
            })
    void routeMustBeInNormalForm(String path) throws IOException {
        Path file = write("version: 1\n" + UPSTREAMS + "routes: [{path: \"" + path + "\", upstream: model}]\n");
        assertThat(policyFailure(file))
                .message()
                .startsWith(file + ":3:17: path: ")
                .contains("is not a path in normal form");
    }

    @Test
    void veryLongRouteIsRejected() throws IOException {
        Path file =
                write("version: 1\n" + UPSTREAMS + "routes: [{path: " + "/a".repeat(100_000) + ", upstream: model}]\n");
        assertThat(policyFailure(file)).message().contains("is not a path in normal form");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "spare | 2:86: unknown upstream \"spare\" (known: model)",
                "model | 2:86: fallback.upstream: is the upstream itself: expected another",
                "spare, statuses: [200] | 2:103: statuses: 200 is not between 429 and 599"
            })
    void invalidFallbackIsRejected(String fallback, String message) throws IOException {
        Path file = write(
                "version: 1\nupstreams: [{name: model, endpoints: ['http://127.0.0.1:9000'], fallback: {upstream: "
                        + fallback + "}}]\n" + ROUTES);
        assertThat(policyFailure(file)).message().startsWith(file + ":" + message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"999ms", "601s"})
    void keepAliveMustBeWithinItsBounds(String silence) throws IOException {
        Path file = write(
                "version: 1\n" + UPSTREAMS + "routes: [{path: /v1/, upstream: model, keepAlive: " + silence + "}]\n");
        assertThat(policyFailure(file)).hasMessage(file + ":3:51: keepAlive: expected 1s to 10m, or off");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            delimiter = '|',
            value = {
                "x_team | \"x_team\" is not a field name: expected one such as x-team, without '_'",
                "x team | \"x team\" is not a field name: expected one such as x-team, without '_'",
                "'' | \"\" is not a field name: expected one such as x-team, without '_'",
                "Transfer-Encoding | transfer-encoding cannot be dropped: it belongs to the framing of the message",
                "host | host cannot be dropped: it belongs to the framing of the message",
                "connection | connection cannot be dropped: it belongs to the framing of the message",
                "Content-Encoding | content-encoding cannot be dropped: it belongs to the framing of the message",
                "x-request-id | x-request-id cannot be dropped: it is written by the gateway",
                "Authorization | authorization cannot be dropped: it holds a credential, see accounts.credential",
                "X-OTHER | duplicate value X-OTHER"
            })
    void fieldThatCannotBeDroppedIsRejected(String name, String message) throws IOException {
        Path file = write("version: 1\n" + UPSTREAMS + "routes: [{path: /v1/, upstream: model, dropFields: [x-other, "
                + name + "]}]\n");
        assertThat(policyFailure(file)).hasMessage(file + ":3:62: dropFields[1]: " + message);
    }

    @Test
    void opaquePathsMustBeWithinTheirRoute() throws IOException {
        Path file = write(
                "version: 1\n" + UPSTREAMS + "routes: [{path: /v1/, upstream: model, opaque: [/v1/models, /v2/x]}]\n");
        assertThat(policyFailure(file)).hasMessage(file + ":3:61: opaque[1]: \"/v2/x\" is not within the route /v1/");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ftp://api.example | \"ftp://api.example\" is not an endpoint: expected http://host[:port] or https://host[:port]",
                "https://host/v1 | \"https://host/v1\" has a path: expected http://host[:port] or https://host[:port]",
                "http://u:p@host | credentials are not allowed in an endpoint: expected http://host[:port] or https://host[:port]",
                "http://host/v1 | \"http://host/v1\" has a path: expected http://host[:port] or https://host[:port]",
                "host:9000 | \"host:9000\" is not an endpoint: expected http://host[:port] or https://host[:port]",
                "http://:9000 | \":9000\" is not an address: expected host:port, such as 127.0.0.1:8080 or [::1]:8080",
                "http://host:0 | port 0 is not between 1 and 65535",
                "http://host:99999 | port 99999 is not between 0 and 65535",
                "'http://ho st' | \"ho st\" is not a valid host: expected an IP address or a name",
            })
    void endpointMustBeAnHttpOrigin(String endpoint, String message) throws IOException {
        Path file = write("version: 1\nupstreams: [{name: model, endpoints: [\"" + endpoint.replace("'", "") + "\"]}]\n"
                + ROUTES);
        assertThat(policyFailure(file)).hasMessage(file + ":2:39: " + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "protocol: auto | [] | 2:33: protocol: no endpoint is https: without TLS the protocol cannot be negotiated",
                "protocol: h2 | [] | 2:33: unknown value \"h2\" (known: http1, http2, auto)",
                "protocol: http2 | [websocket] | 3:62: routes[0].upgrade: expected an upstream with protocol: http1, which alone can be upgraded",
            })
    void upstreamProtocolMustFitItsEndpoints(String protocol, String upgrade, String message) throws IOException {
        Path file = write("version: 1\nupstreams: [{name: m, " + protocol + ", endpoints: [\"http://127.0.0.1:9\"]}]\n"
                + "routes: [{path: /v1/, upstream: m, opaque: [/v1/x], upgrade: " + upgrade + "}]\n");
        assertThat(policyFailure(file)).hasMessage(file + ":" + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/ | [websocket] | expected the paths of the upgrade under opaque, which is empty",
                "/v1/chat/ | [realtime] | expected a route with the path /v1/realtime",
            })
    void upgradeMustFitItsRoute(String path, String upgrade, String message) throws IOException {
        Path file = write("version: 1\nupstreams: [{name: m, endpoints: [\"http://127.0.0.1:9\"]}]\n"
                + "routes: [{path: " + path + ", upstream: m, upgrade: " + upgrade + "}]\n");
        assertThat(policyFailure(file)).hasMessageContaining("upgrade: " + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http | {} | tls: no endpoint is https",
                "https | {certificate: a} | certificate: expected both a certificate and a key, or neither",
                "https | {key: a} | key: expected both a certificate and a key, or neither",
                "https | {serverName: 'a b'} | serverName: \"a b\" is not a valid host: expected an IP address or a name",
            })
    void upstreamTlsMustBeCompleteAndUsed(String scheme, String tls, String message) throws IOException {
        Path file = write("version: 1\nupstreams: [{name: model, endpoints: [\"" + scheme + "://model\"], tls: " + tls
                + "}]\n" + ROUTES);
        assertThat(policyFailure(file).getMessage()).endsWith(" " + message);
    }

    @Test
    void endpointsAndAddressesAreParsedAndPrinted() {
        assertThat(Endpoint.parse("http://model")).isEqualTo(new Endpoint("http", "model", 80));
        assertThat(Endpoint.parse("http://[::1]:9000")).isEqualTo(new Endpoint("http", "::1", 9000));
        assertThat(Endpoint.parse("HTTPS://model")).isEqualTo(new Endpoint("https", "model", 443));
        assertThat(Endpoint.parse("https://model").authority()).isEqualTo("model");
        assertThat(Endpoint.parse("https://model:80").authority()).isEqualTo("model:80");
        assertThat(Endpoint.parse("http://[::1]:9000").authority()).isEqualTo("[::1]:9000");
        assertThat(Endpoint.parse("http://[::1]")).hasToString("http://[::1]:80");
        assertThat(HostPort.parse("[::1]:0")).isEqualTo(new HostPort("::1", 0)).hasToString("[::1]:0");
        assertThat(HostPort.parse("localhost:8080")).hasToString("localhost:8080");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8080",
                ":8080",
                "::1:8080",
                "[::1]",
                "[]:1",
                "[a]:1",
                "host:",
                "host:-1",
                "host:1x",
                "host:65536",
                "host:123456",
                "-x:1"
            })
    void invalidAddressIsRejected(String text) {
        assertThatThrownBy(() -> HostPort.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void timeoutsMayBeOffButNotConnect() throws Exception {
        Path file = write(
                "version: 1\nupstreams: [{name: m, endpoints: ['http://h'], timeouts: {connect: off, idle: off}}]\n"
                        + "routes: [{path: /v1/, upstream: m}]\n");
        assertThat(policyFailure(file)).hasMessage(file + ":2:68: connect: cannot be off: expected a time such as 30s");
    }

    @Test
    void stillgateYamlIsBound() throws Exception {
        Path file = write("""
                listeners: [{address: "0.0.0.0:0", trustedHops: 2}, {address: "[::]:0"}]
                transport: io-uring
                hashing: {h2: "${NEW}", h1: "${OLD}"}
                limits: {body: 1MiB, bodyMemory: 16MiB}
                plugins: plugins
                """);
        StillgateConfig config = loader.config(file);

        assertThat(config.listeners().get(0).trustedHops()).isEqualTo(2);
        assertThat(config.transport()).isEqualTo(Transport.IO_URING);
        assertThat(config.hashing()).containsOnlyKeys("h2", "h1");
        assertThat(config.hashing().keySet()).containsExactly("h2", "h1");
        assertThat(config.limits().bodyMemoryPerAddress()).isEqualTo(new ByteSize(2 << 20));
        assertThat(config.plugins()).isEqualTo(directory.resolve("plugins"));
        assertThat(config.admin().address()).isEqualTo(new HostPort("127.0.0.1", 9090));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0:9090", "[::]:9090", "10.0.0.1:9090", "gateway.example.com:9090"})
    @DisplayName("plugins 8: an admin that other machines reach needs a token, or admin.open")
    void reachableAdminNeedsAToken(String address) throws Exception {
        String start = "admin: {address: '" + address + "'";
        Path file = write(start + "}\n");
        assertThatThrownBy(() -> loader.config(file))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(":1:18: ")
                .hasMessageContaining(
                        address + " is reachable from other machines without a token: set admin.operators or"
                                + " admin.token, listen on 127.0.0.1, or set `open: true`");
        assertThat(loader.config(write(start + ", open: true}\n")).admin().open())
                .isTrue();
        assertThat(loader.config(write(start + ", token: a.token.of.the.test}\n"))
                        .admin()
                        .open())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:9090", "127.1.2.3:9090", "[::1]:9090", "localhost:9090"})
    void adminOnLoopbackNeedsNoToken(String address) throws Exception {
        assertThat(loader.config(write("admin: {address: '" + address + "'}\n"))
                        .admin()
                        .token())
                .isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "listeners: [] | :1:12: listeners: expected at least one listener",
                "listeners: [{address: 'h:1'}, {address: 'h:1'}] | :1:41: listeners[1].address: duplicate address h:1",
                "listeners: [{address: 'h:1', trustedHops: 17}] | :1:43: trustedHops: 17 is not between 0 and 16",
                "admin: {address: '127.0.0.1:8080'} | :1:18: admin.address: 127.0.0.1:8080 is the address of a listener: the admin API needs its own port",
                "admin: {hosts: ['a b']} | :1:17: hosts[0]: \"a b\" is not a valid host: expected an IP address or a name",
                "admin: {operators: [{name: ann, role: admin, token: my-clear-token-0123456789}]} | :1:53: token: expected h:SALT:HASH, as `stillgate hash-key --operator` prints it; never the token itself",
                "admin: {operators: [{name: Ann, role: read, token: 'h:AAAAAAAAAAAAAAAAAAAAAA:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB'}, {name: aNN, role: read, token: 'h:AAAAAAAAAAAAAAAAAAAAAA:CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC'}]} | :1:132: operators[1].name: duplicate name: upper and lower case do not differ",
                "admin: {operators: [{name: a, role: read, token: 'h:AAAAAAAAAAAAAAAAAAAAAA:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB'}, {name: b, role: read, token: 'h:AAAAAAAAAAAAAAAAAAAAAA:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB'}]} | :1:152: operators[1].token: duplicate hash: each operator has a token of their own",
                "admin: {operators: [{name: a, role: boss, token: 'h:AAAAAAAAAAAAAAAAAAAAAA:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB'}]} | :1:37: unknown value \"boss\" (known: read, review, admin)",
                "admin: {operators: [{name: a, role: read, token: 'h:AAAAAAAAAAAAAAAAAAAAAA:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB'}], identity: {issuer: i, audience: a, jwks: {file: k.json}, role: r, roles: {x: read}}} | :1:134: identity: names of operators come from one source: remove admin.operators or admin.identity",
                "admin: {token: 'a.token.of.the.test', operators: [{name: a, role: read, token: 'h:AAAAAAAAAAAAAAAAAAAAAA:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB'}]} | :1:16: token: remove it: it has no name and no role. For a program that has it, list an operator, {name: prometheus, role: read, token: \"h:...\"}, with the hash that `stillgate hash-key --operator` prints of it",
                "admin: {identity: {issuer: i, audience: a, jwks: {file: k.json}, role: r, roles: {}}} | :1:82: roles: expected 1 to 100 values of the claim \"r\"",
                "admin: {identity: {issuer: i, audience: 'a b', jwks: {file: k.json}, role: r, roles: {x: read}}} | :1:41: audience: expected 1 to 256 characters without white space",
                "admin: {identity: {issuer: i, audience: a, jwks: {file: k.json}, role: r, algorithms: [none], roles: {x: read}}} | :1:88: algorithms[0]: none is not accepted: it needs no private key (expected RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA, Ed25519)",
                "audit: {required: true} | :1:19: required: needs a file in audit.path, or \"-\"",
                "threads: 9999 | :1:10: threads: 9999 is not between 0 and 1024",
                "hashing: {a: '${OLD}'} | :1:10: hashing: \"a\" is not a secret name: expected h1, h2, …",
                "hashing: {h1: '${OLD}', h2: '${OLD}'} | :1:29: hashing.h2: duplicate secret: a rotation needs two different ones",
                "hashing: {h1: '${OLD}', h2: '${NEW}', h3: '${OLD}'} | :1:10: hashing: 3 secrets: expected at most two, the new one and the old one",
                "limits: {target: 64KiB} | :1:18: target: 65536 bytes: expected at least 64 and at most 32768 bytes",
                "limits: {body: 2MiB, bodyMemory: 1MiB} | :1:34: bodyMemory: 1048576 bytes: expected at least 2097152 bytes",
                "limits: {keepAlive: off} | :1:21: keepAlive: cannot be off: expected a time such as 30s",
                "limits: {connections: 0} | :1:23: connections: 0 is not at least 1",
                "transport: kqueue | :1:12: unknown value \"kqueue\" (known: auto, io-uring, epoll, nio)",
            })
    void invalidStillgateYamlIsReported(String yaml, String message) throws IOException {
        Path file = write(yaml);
        assertThat(catchThrowableOfType(ConfigException.class, () -> loader.config(file)))
                .hasMessage(file + message);
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(directory.resolve("file.yaml"), yaml);
    }

    private ConfigException policyFailure(Path file) {
        return catchThrowableOfType(ConfigException.class, () -> loader.policy(file));
    }
}
