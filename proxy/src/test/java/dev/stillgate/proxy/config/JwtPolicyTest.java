package dev.stillgate.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the settings of tokens. */
class JwtPolicyTest {
    private static final String LEAST = "issuer: https://id.test, audience: models, jwks: {url: \"https://id.test/k\"}";

    private static Policy.AccountsPolicy accounts(String flow) throws ConfigException {
        Path file = Path.of("policy.yaml");
        return Binder.bind(
                ConfigReader.parse(file, flow.getBytes(StandardCharsets.UTF_8)), Policy.AccountsPolicy.class);
    }

    private static JwtPolicy jwt(String flow) throws ConfigException {
        return Objects.requireNonNull(
                accounts("{credential: [jwt], jwt: {" + flow + "}}").jwt());
    }

    @Test
    void defaultsAreSafe() throws ConfigException {
        JwtPolicy jwt = jwt(LEAST);
        assertThat(jwt.algorithms()).containsExactly("RS256", "ES256", "EdDSA");
        assertThat(jwt.skew()).isEqualTo(Duration.ofSeconds(60));
        assertThat(jwt.jwks().refresh()).isEqualTo(Duration.ofMinutes(10));
        assertThat(jwt.jwks().maxAge()).isEqualTo(Duration.ofHours(24));
        assertThat(jwt.claims()).isEqualTo(new JwtPolicy.Claims(null, null, null));
        assertThat(jwt.organisations()).isEmpty();
        assertThat(jwt.forward()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    algorithms: [none]                              | needs no private key
                    algorithms: [RS256, HS256]                      | needs no private key
                    algorithms: [RS256, RS256]                      | duplicate value RS256
                    algorithms: []                                  | expected at least one of
                    algorithms: [rs256]                             | did you mean "RS256"?
                    skew: 6m                                        | at most 5m
                    claims: {organisation: org}                     | expected the organisations that the claim may name
                    organisations: [a]                              | because claims.organisation names no claim
                    claims: {organisation: org}, organisations: [a, b, a] | duplicate value a
                    claims: {organisation: org}, organisations: [""] | expected 1 to 128 characters
                    issuer: "a b"                                   | without white space
                    audience: ""                                    | without white space
                    jwks: {}                                        | either url or file
                    jwks: {url: "https://id.test/k", file: k.json}  | either url or file
                    jwks: {url: "http://id.test/k"}                 | expected https://
                    jwks: {url: "https://u:p@id.test/k"}            | expected https://
                    jwks: {url: "file:///etc/passwd"}               | expected https://
                    jwks: {url: "https://id.test/k", refresh: 1s}   | between 30s and 1d
                    jwks: {url: "https://id.test/k", maxAge: 19m}   | from 2 x refresh to 30d
                    jwks: {url: "https://id.test/k", maxAge: off}   | from 2 x refresh to 30d
                    jwks: {url: "https://id.test/k", maxAge: 31d}   | from 2 x refresh to 30d
                    """, quoteCharacter = '\'')
    void unsafeSettingIsRefused(String flow, String message) {
        String key = flow.substring(0, flow.indexOf(':'));
        String others = LEAST.replaceAll(key + ": ([^{,]+|\\{[^}]*})(, )?", "");
        String all = others.isBlank() ? flow : others + (others.endsWith(", ") ? "" : ", ") + flow;
        assertThatThrownBy(() -> jwt(all)).as(all).hasMessageContaining(message);
    }

    @Test
    void loopbackMayBePlain() throws ConfigException {
        assertThat(jwt(LEAST.replace("https://id.test/k", "http://127.0.0.1:1/k"))
                        .jwks()
                        .uri())
                .hasPort(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    credential: [jwt]                                           | false needs accounts.required: true
                    credential: [jwt], required: false                          | false needs accounts.required: true
                    credential: [jwt, bearer], required: true                   | places of keys
                    credential: [x-api-key, jwt], required: true                | places of keys
                    credential: [client-certificate, jwt, api-key], required: true | places of keys
                    """)
    void upstreamWithoutTheTokenNeedsOneOfEveryClient(String flow, String message) {
        String settings = "{" + flow + ", jwt: {" + LEAST + ", forward: false}}";
        assertThatThrownBy(() -> accounts(settings))
                .hasMessageContaining("jwt.forward")
                .hasMessageContaining(message);
    }

    @Test
    void gatewayMayAuthenticateAlone() throws ConfigException {
        for (String places : List.of("jwt", "client-certificate, jwt")) {
            String settings = "{credential: [" + places + "], required: true, jwt: {" + LEAST + ", forward: false}}";
            assertThat(accounts(settings).required()).isTrue();
        }
    }

    @Test
    void placeAndSettingsBelongTogether() {
        assertThatThrownBy(() -> accounts("{credential: [jwt]}")).hasMessageContaining("keys under accounts.jwt");
        assertThatThrownBy(() -> accounts("{credential: [bearer], jwt: {" + LEAST + "}}"))
                .hasMessageContaining("does not list jwt");
    }
}
