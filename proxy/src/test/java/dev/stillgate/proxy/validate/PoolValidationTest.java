package dev.stillgate.proxy.validate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Validation of pools and of the address where customers verify themselves. */
class PoolValidationTest {
    private static final String POLICY = """
            version: 1
            upstreams: [{name: model, endpoints: ["http://127.0.0.1:1"]}]
            routes: [{path: /v1/, upstream: model}]
            """;
    private static final String LIMIT = "{name: r, measure: requests, capacity: 5, refill: 5/1m}";

    @TempDir
    private Path directory;

    private ConfigDirectory config = new ConfigDirectory(Path.of(""));

    @BeforeEach
    void start() throws IOException {
        config = new ConfigDirectory(directory);
        config.write("stillgate.yaml", "hashing: {h1: a secret of the test}\npolicy: policy.yaml\n");
    }

    private static String filter(String keys) {
        return POLICY + "filters:\n  - name: l\n    type: token-bucket\n    config:\n      limits: [" + LIMIT + "]\n"
                + keys;
    }

    @Test
    void poolWithoutStandingsGivesWarnings() throws IOException {
        String keys = "      pool: {requests: 90/1d}\n      verify: {url: 'https://example.com/'}\n";
        config.write("policy.yaml", filter(keys));
        assertThat(config.warnings())
                .containsExactly(
                        "policy.yaml:9:13: filter l: pool: no filter of this policy publishes standings, so no account"
                                + " is pooled",
                        "policy.yaml:10:15: filter l: verify: no filter of this policy publishes standings, so no"
                                + " account is asked to verify");
        config.write("policy.yaml", filter(keys) + "  - {name: b, type: fingerprint}\n");
        assertThat(config.warnings()).isEmpty();
    }

    @Test
    void fingerprintFilterWithoutEnforcedLimitsGivesAWarning() throws IOException {
        String behaviour = POLICY + "filters:\n  - {name: b, type: fingerprint, config: {pool: {least: 12}}}\n";
        config.write("policy.yaml", behaviour);
        assertThat(config.warnings()).singleElement().asString().contains("filter b: pool: no filter of this policy");
        config.write(
                "policy.yaml",
                behaviour + "  - {name: l, type: token-bucket, mode: shadow, config: {limits: [" + LIMIT + "]}}\n");
        assertThat(config.warnings()).singleElement().asString().contains("filter b: pool: no filter of this policy");
    }

    @Test
    void errorsNameTheirKeys() throws IOException {
        config.write("policy.yaml", filter("      pool: {output-tokens: 5/1w}\n"));
        assertThat(config.errors())
                .containsExactly("policy.yaml:9:29: pool.output-tokens: expected tokens/duration such as 50/1m"
                        + " (units ms, s, m, h, d), found '5/1w'");
        config.write("policy.yaml", filter("      verify: {url: 'ftp://example.com/'}\n"));
        assertThat(config.errors())
                .containsExactly("policy.yaml:9:21: url: expected an http or https URL in ASCII, such as"
                        + " https://example.com/verify, found 'ftp://example.com/'");
    }
}
