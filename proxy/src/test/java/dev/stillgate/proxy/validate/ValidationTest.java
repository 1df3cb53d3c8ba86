package dev.stillgate.proxy.validate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Errors and warnings of {@code validate} about policies, filters and accounts. */
class ValidationTest {
    private static final String POLICY = """
        version: 1
        upstreams: [{name: model, endpoints: ["http://model.invalid:9000"]}]
        routes: [{path: /v1/, upstream: model}]
        """;
    private static final String LIMIT = "{name: r, measure: requests, capacity: 5, refill: 5/1m}";

    private ConfigDirectory config = new ConfigDirectory(Path.of(""));

    @BeforeEach
    void createConfig(@TempDir Path directory) throws IOException {
        config = new ConfigDirectory(directory);
        config.write("stillgate.yaml", "hashing: {h1: a secret of the test}\n");
        config.write("policy.yaml", POLICY);
    }

    private List<String> warnings(String policy) throws IOException {
        config.write("policy.yaml", policy);
        assertThat(config.errors()).isEmpty();
        return config.warnings();
    }

    @Test
    void upstreamNamesAreNotResolved() {
        assertThat(config.errors()).isEmpty();
    }

    @Test
    void geoRestrictionAfterFingerprintIsReported() throws IOException {
        String regions = "  - {name: regions, type: geo-restriction, config: {deny: {networks: [10.0.0.0/8]}}}\n";
        String behaviour = "  - {name: behaviour, type: fingerprint, config: {}}\n";
        String limits =
                "  - {name: limits, type: token-bucket, config: {limits: [" + LIMIT + "], pool: {requests: 5/1d}}}\n";
        assertThat(warnings(POLICY + "filters:\n" + regions + behaviour + limits))
                .isEmpty();
        assertThat(warnings(POLICY + "filters:\n" + behaviour + regions + limits))
                .containsExactly(
                        "policy.yaml:6:12: the filter regions stands after behaviour, which reads its country, ASN and"
                                + " hosting: move it before behaviour");
    }

    @Test
    void namesOfEarlierVersionsAreRefusedWithWhatToWrite() throws IOException {
        config.write("policy.yaml", POLICY + """
            filters:
              - {name: b, type: fingerprint, config: {ladder: {tightened: 1.6}, promise: {falseDiscoveries: 0.1}}}
              - {name: p, type: fingerprint, config: {learning: {accounts: 100, time: 30h}, pool: {proposals: 0.001}}}
              - {name: l, type: token-bucket, config: {limits: [LIMIT], standings: {tightened: 0.25}}}
              - {name: m, type: canary, config: {from: tightened}}
            """.replace("LIMIT", LIMIT));
        assertThat(config.errors())
                .containsExactlyInAnyOrder(
                        "policy.yaml:5:52: \"tightened\" is not used any more: remove it: evidence marks, and an"
                                + " operator pools or blocks",
                        "policy.yaml:5:69: \"promise\" is not used any more: remove it: evidence marks without a"
                                + " learning phase, and a confirmation names its own promise",
                        "policy.yaml:6:43: \"learning\" is not used any more: remove it: evidence marks without a"
                                + " learning phase, and a confirmation names its own promise",
                        "policy.yaml:6:88: \"proposals\" is not used any more: remove it: a confirmation decides"
                                + " about the accounts that join a campaign",
                        "policy.yaml:7:123: \"tightened\" is not used any more: write pooled, which refuses what"
                                + " tightened refused",
                        "policy.yaml:8:44: \"tightened\" is not used any more: write pooled");
    }

    @Test
    void signalsOfEarlierVersionsAreRefusedWithWhatToRemove() throws IOException {
        config.write("policy.yaml", POLICY + """
            filters:
              - {name: b, type: fingerprint, config: {signals: {elicitation: 0}}}
            """);
        assertThat(config.errors())
                .singleElement()
                .asString()
                .startsWith("policy.yaml:5:")
                .endsWith("elicitation is no longer a signal: remove signals.elicitation");
    }

    @Test
    void errorsOfFiltersNameTheirPlaceAndTheMend() throws IOException {
        config.write("policy.yaml", POLICY + """
            filters:
              - {name: regions, type: geo-restriction, databases: {country: a.mmdb}}
              - {name: limits, type: token-bucket, config: {limits: [{name: c, measure: cost, capacity: 5, refill: 5/1d}]}}
            """);
        assertThat(config.errors())
                .satisfiesExactly(
                        e -> assertThat(e)
                                .isEqualTo(
                                        "policy.yaml:5:44: unknown key \"databases\" (known: name, type, mode, onError,"
                                                + " config); keys of its type stand under \"config\""),
                        e -> assertThat(e)
                                .isEqualTo(
                                        "policy.yaml:6:77: filters[1].config.limits[0].measure: a limit of cost needs"
                                                + " prices: write them beside limits, such as prices: {currency: USD,"
                                                + " unlisted: {input: 15, output: 75}}"));
    }

    @Test
    void errorsOfAllFilesAreFoundAtOnce() throws IOException {
        config.write("stillgate.yaml", "treads: 2\npolicy: p/policy.yaml\nplugins: none\n");
        Files.createDirectory(config.path("p"));
        config.write(
                "p/accounts.yaml",
                "accounts:\n  - {id: a, keys: [nonsense]}\n  - {id: b, keys: []}\n  - {id: b, keys: []}\n");
        config.write("p/policy.yaml", """
            version: 1
            upstreams: [{name: model, endpoints: ["ftp://model:1"]}]
            routes: [{path: /v1/, upstream: modle}, {path: /v1/, upstream: model}]
            accounts: {file: accounts.yaml, require: true}
            filters:
              - {name: a, type: geo-restriction, config: {denny: {}}}
              - {name: b, type: geo-restriction, config: {databases: {country: gone.mmdb}}}
              - {name: b, type: token-buckets}
              - {name: c, type: token-bucket, config: {limits: [{name: r, measure: request, capacity: 5}]}}
              - {name: d, type: token-bucket, config: {limits: []}}
              - {name: e, type: fingerprint, mode: shadowed, config: {ring: 1}}
            """);
        assertThat(config.errors())
                .satisfiesExactly(
                        e -> assertThat(e)
                                .startsWith("stillgate.yaml:1:1: unknown key \"treads\", did you mean \"threads\"?"),
                        e -> assertThat(e).startsWith("p/policy.yaml:2:39: \"ftp://model:1\" is not an endpoint"),
                        e -> assertThat(e).startsWith("p/policy.yaml:3:33: unknown upstream \"modle\", did you mean"),
                        e -> assertThat(e).startsWith("p/policy.yaml:3:48: the path \"/v1/\" is used twice"),
                        e -> assertThat(e)
                                .startsWith("p/policy.yaml:4:33: unknown key \"require\", did you mean \"required\"?"),
                        e -> assertThat(e)
                                .startsWith("p/policy.yaml:6:47: unknown key \"denny\", did you mean \"deny\"?"),
                        e -> assertThat(e)
                                .startsWith("p/policy.yaml:7:68: filters[1].config.databases.country: filter b: "),
                        e -> assertThat(e).startsWith("p/policy.yaml:8:12: the name \"b\" is used twice"),
                        e -> assertThat(e)
                                .startsWith(
                                        "p/policy.yaml:8:21: there is no filter type \"token-buckets\", did you mean"
                                                + " \"token-bucket\"?"),
                        e -> assertThat(e).contains("unknown value \"request\", did you mean \"requests\"?"),
                        e -> assertThat(e).startsWith("p/policy.yaml:10:").contains("limits: expected 1 to 16"),
                        e -> assertThat(e).contains("unknown value \"shadowed\", did you mean \"shadow\"?"),
                        e -> assertThat(e).contains("ring: expected 16 to"),
                        e -> assertThat(e).startsWith("p/accounts.yaml:2:20: expected a hash"),
                        e -> assertThat(e).startsWith("p/accounts.yaml:4:5: duplicate id \"b\""));
    }

    @Test
    void missingOrBrokenFileDoesNotHideOtherErrors() throws IOException {
        config.write("stillgate.yaml", "threads: [\n");
        config.write("policy.yaml", "version: 2\n");
        assertThat(config.errors())
                .hasSize(3)
                .anyMatch(error -> error.startsWith("stillgate.yaml:2:1: is not valid YAML"))
                .anyMatch(error -> error.contains("\"upstreams\" is missing"));
        Files.delete(config.path("stillgate.yaml"));
        assertThat(config.errors()).containsExactly("stillgate.yaml: does not exist");
    }

    @Test
    void brokenPluginIsNamedAndTheRestIsChecked() throws IOException {
        Files.createDirectory(config.path("plugins"));
        config.write("plugins/broken.jar", "no jar");
        config.write("stillgate.yaml", "hashing: {h1: a secret of the test}\nplugins: plugins\n");
        config.write("policy.yaml", POLICY + "filters: [{name: a, type: outside}]\n");
        assertThat(config.errors())
                .hasSize(2)
                .anyMatch(error -> error.startsWith("stillgate.yaml:2:10: ") && error.contains("broken.jar"))
                .anyMatch(error -> error.startsWith("policy.yaml:4:27: there is no filter type \"outside\""));
    }

    @Test
    void upstreamOfAModelAndItsFallbackAreReached() throws IOException {
        assertThat(warnings("""
            version: 1
            upstreams:
              - {name: model, endpoints: ["http://127.0.0.1:9000"]}
              - {name: claude, endpoints: ["http://127.0.0.1:9001"], fallback: {upstream: claude-2}}
              - {name: claude-2, endpoints: ["http://127.0.0.1:9002"], fallback: {upstream: claude-3}}
              - {name: claude-3, endpoints: ["http://127.0.0.1:9003"]}
            routes:
              - {path: /v1/, upstream: model, models: [{names: ["claude-*"], upstream: claude}]}
            filters: [{name: r, type: geo-restriction, config: {deny: {networks: [203.0.113.0/24]}}}]
            """)).containsExactly("policy.yaml:6:12: no route leads to the upstream \"claude-3\"");
    }

    @Test
    void settingsWithoutEffectGiveWarnings() throws IOException {
        assertThat(warnings("""
            version: 1
            upstreams:
              - {name: model, endpoints: ["http://127.0.0.1:9000"]}
              - {name: spare, endpoints: ["http://127.0.0.1:9001"]}
            routes:
              - path: /v1/
                upstream: model
                opaque: [/v1/models/, /v1/models/x, /v1/private/, /v1/messages, /v1/fine]
              - {path: /v1/private/, upstream: model}
            filters:
              - {name: out, type: geo-restriction, mode: off}
              - {name: quiet, type: geo-restriction, mode: shadow, config: {routes: [{path: /v2/}, {path: /v1/priv}]}}
            """))
                .containsExactly(
                        "policy.yaml:4:12: no route leads to the upstream \"spare\"",
                        "policy.yaml:8:27: the opaque path \"/v1/models/x\" is within \"/v1/models/\" already",
                        "policy.yaml:8:41: the opaque path \"/v1/private/\" is never matched: the longer route"
                                + " \"/v1/private/\" takes it",
                        "policy.yaml:8:55: the opaque path \"/v1/messages\" is a path that the gateway parses: opaque"
                                + " applies to other methods only",
                        "policy.yaml:11:3: no filter enforces: every request of a known path is let through",
                        "policy.yaml:11:46: the filter out is off: it is never evaluated",
                        "policy.yaml:12:81: filter quiet: routes[0].path: no route of the policy begins with /v2/");
    }

    @Test
    void tiersWithoutAccountsGiveWarnings() throws IOException {
        String hash = "h1:" + "0".repeat(32);
        config.write("accounts.yaml", "accounts:\n  - {id: a, keys: [\"" + hash + "\"], tier: gold}\n");
        String filter = "accounts: {file: accounts.yaml}\nfilters: [{name: l, type: token-bucket, config: {limits: ["
                + LIMIT + "], tiers: {gold: 2, golden: 3}}}]\n";
        assertThat(warnings(POLICY + filter))
                .singleElement()
                .asString()
                .startsWith("policy.yaml:5:")
                .endsWith("filter l: tiers.golden: no listed account has the tier golden");
        config.write("accounts.yaml", "accounts: []\n");
        assertThat(warnings(POLICY + filter)).as("no account is listed").isEmpty();
    }

    @Test
    void marksWithThePublishedSecretGiveAWarning() throws IOException {
        String behaviour = "filters:\n  - {name: b, type: fingerprint}\n  - {name: c, type: canary, ";
        assertThat(warnings(POLICY + behaviour + "config: {}}\n"))
                .anyMatch(warning ->
                        warning.contains("filter c: marks are made with the published test secret and prove nothing"));
        assertThat(warnings(POLICY + behaviour + "mode: off, config: {}}\n"))
                .noneMatch(warning -> warning.contains("published"));
        config.write("secret", "a secret of the test alone\n");
        assertThat(warnings(POLICY + behaviour + "config: {secretFile: secret}}\n"))
                .noneMatch(warning -> warning.contains("published"));
    }

    @Test
    void unpublishedOrLateStandingsGiveWarnings() throws IOException {
        String limits =
                "  - {name: l, type: token-bucket, config: {limits: [" + LIMIT + "], standings: {pooled: 0.5}}}\n";
        String behaviour = "  - {name: b, type: fingerprint, mode: shadow}\n";
        assertThat(warnings(POLICY + "filters:\n" + limits))
                .singleElement()
                .asString()
                .contains("no filter of this policy publishes standings");
        assertThat(warnings(POLICY + "filters:\n" + limits + behaviour))
                .singleElement()
                .asString()
                .contains("runs after this one");
        assertThat(warnings(POLICY + "filters:\n" + behaviour + limits)).isEmpty();
    }

    @Test
    @DisplayName("newcomer B7: validate names every missing database and every other error of a filter")
    void allErrorsOfAFilter() throws IOException {
        config.write("policy.yaml", POLICY.replace("model.invalid", "127.0.0.1") + """
            filters:
              - name: regions
                type: geo-restriction
                config:
                  databases: {country: gone-country.mmdb, asn: gone-asn.mmdb}
                  deny: {countries: [UK]}
              - {name: again, type: geo-restriction, config: {deny: {networks: [10.0.0.1/8]}}}
            """);
        List<String> errors = config.errors();
        assertThat(errors)
                .satisfiesExactly(
                        e -> assertThat(e)
                                .startsWith("policy.yaml:8:28: filters[0].config.databases.country: filter regions: "),
                        e -> assertThat(e)
                                .startsWith("policy.yaml:8:52: filters[0].config.databases.asn: filter regions: "),
                        e -> assertThat(e).startsWith("policy.yaml:9:26: filters[0].config.deny.countries[0]: "),
                        e -> assertThat(e).startsWith("policy.yaml:10:69: filters[1].config.deny.networks[0]: "));
        config.write("stillgate.yaml", "hashing: {h1: a secret of the test}\n");
        assertThat(config.startErrors())
                .as("newcomer B8: a start names them by the same paths")
                .containsExactlyInAnyOrderElementsOf(errors);
    }

    @Test
    @DisplayName("newcomer B8: the index of a filter counts invalid filters before it")
    void pathOfAFilter() throws IOException {
        config.write("policy.yaml", POLICY + """
            filters:
              - {name: a, type: geo-restrictions}
              - {name: b, type: geo-restriction, config: {deny: {networks: [10.0.0.1/8]}}}
            """);
        assertThat(config.errors())
                .hasSize(2)
                .anyMatch(e -> e.startsWith("policy.yaml:6:65: filters[1].config.deny.networks[0]: filter b: "));
    }

    @Test
    @DisplayName("newcomer B3: a tier that no limit names gives a warning at the account's line")
    void unknownTiers() throws IOException {
        config.write("accounts.yaml", """
            accounts:
              - {id: alice, keys: ["h1:00000000000000000000000000000001"], tier: glod}
              - {id: bob, keys: ["h1:00000000000000000000000000000002"], tier: gold}
              - {id: carol, keys: ["h1:00000000000000000000000000000003"], tier: glod}
              - {id: dave, keys: ["h1:00000000000000000000000000000004"]}
            """);
        String filters = "accounts: {file: accounts.yaml}\nfilters: [{name: l, type: token-bucket, config: {limits: ["
                + LIMIT + "]%s}}]\n";
        assertThat(warnings(POLICY + filters.formatted(", tiers: {gold: 4, silver: 2}")))
                .anyMatch(warning ->
                        warning.equals("accounts.yaml:2:70: no limit has a factor for the tier \"glod\", did you mean"
                                + " \"gold\"? (known: gold, silver)"))
                .noneMatch(warning -> warning.startsWith("accounts.yaml:3") || warning.startsWith("accounts.yaml:4"));
        assertThat(warnings(POLICY + filters.formatted("")))
                .as("no limit has tiers")
                .containsExactly(
                        "accounts.yaml:2:70: no limit has a factor for the tier \"glod\"",
                        "accounts.yaml:3:68: no limit has a factor for the tier \"gold\"");
        assertThat(warnings(POLICY + "accounts: {file: accounts.yaml}\n"))
                .as("no filter has tiers")
                .noneMatch(warning -> warning.contains("tier"));
    }

    @Test
    @DisplayName("newcomer F19: errors of a limit point to the value, and a duplicate name gives the first line")
    void placesOfValues() throws IOException {
        config.write("policy.yaml", POLICY + """
            filters:
              - name: limits
                type: token-bucket
                config:
                  limits:
                    - {name: a, measure: requests, capacity: -5, refill: 5/1m}
                    - {name: b, measure: requests, capacity: 5, refill: 50/min}
            """);
        assertThat(config.errors())
                .satisfiesExactly(
                        e -> assertThat(e).startsWith("policy.yaml:9:50: capacity: expected 1 to "),
                        e -> assertThat(e)
                                .isEqualTo(
                                        "policy.yaml:10:61: refill: expected tokens/duration such as 50/1m (units ms,"
                                                + " s, m, h, d), found '50/min'"));
        config.write("policy.yaml", POLICY + """
            filters:
              - name: limits
                type: token-bucket
                config:
                  limits:
                    - {name: a, measure: requests, capacity: 5, refill: 5/1m}
                    - {name: a, measure: concurrency, capacity: 5}
            """);
        assertThat(config.errors())
                .containsExactly(
                        "policy.yaml:10:18: filters[0].config.limits[1].name: the name \"a\" is used twice, first in"
                                + " line 9");
    }

    @Test
    @DisplayName("newcomer F20: a key is not reported as missing if an unknown key is probably a misspelling of it")
    void misspeltKey() throws IOException {
        config.write("policy.yaml", POLICY + """
            filters:
              - {name: limits, type: token-bucket, config: {limits: [{name: a, measure: requests, capcity: 5, refill: 5/1m}]}}
            """);
        assertThat(config.errors())
                .singleElement()
                .asString()
                .contains("unknown key \"capcity\", did you mean \"capacity\"?");
    }

    @Test
    @DisplayName("newcomer F20: a missing key is reported beside an unrelated unknown key")
    void missingKey() throws IOException {
        config.write("policy.yaml", POLICY + """
            filters:
              - {name: limits, type: token-bucket, config: {limits: [{name: a, measure: requests, colour: 5, refill: 5/1m}]}}
            """);
        assertThat(config.errors())
                .hasSize(2)
                .anyMatch(e -> e.contains("unknown key \"colour\""))
                .anyMatch(e -> e.contains("the key \"capacity\" is missing"));
    }
}
