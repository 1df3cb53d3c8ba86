package dev.stillgate.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaId;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The committed schemas, compared with the shipped files and with the gateway's own checks. */
class ConfigSchemaTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String UPSTREAMS = "upstreams: [{name: m, endpoints: ['http://h:1']}]\n";
    private static final String ROUTES = "routes: [{path: /v1/, upstream: m}]\n";

    private static JsonSchema schema(String name) throws IOException {
        Path file = ShippedConfigTest.directory().resolve("schema/" + name + ".schema.json");
        JsonSchemaFactory factory = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
        JsonNode content = JSON.readTree(file.toFile());
        JsonSchema meta = factory.getSchema(SchemaLocation.of(SchemaId.V202012));
        assertThat(meta.validate(content)).as("a schema").isEmpty();
        return factory.getSchema(content);
    }

    private static Set<ValidationMessage> validate(String name, String yaml) throws IOException, ConfigException {
        byte[] bytes = yaml.getBytes(StandardCharsets.UTF_8);
        return schema(name).validate(json(ConfigReader.parse(Path.of(name + ".yaml"), bytes)));
    }

    /** Converts nodes to JSON by the YAML 1.2 rules that editors use. */
    private static JsonNode json(ConfigNode node) {
        JsonNodeFactory make = JsonNodeFactory.instance;
        return switch (node) {
            case ConfigNode.Mapping mapping -> {
                ObjectNode object = make.objectNode();
                mapping.entries().forEach(entry -> object.set(entry.key().text(), json(entry.value())));
                yield object;
            }
            case ConfigNode.Sequence list -> {
                ArrayNode array = make.arrayNode();
                list.items().forEach(item -> array.add(json(item)));
                yield array;
            }
            case ConfigNode.Scalar scalar -> {
                String text = scalar.text();
                if (!scalar.plain()) {
                    yield make.textNode(text);
                }
                if (text.matches("~|null|Null|NULL|")) {
                    yield make.nullNode();
                }
                if (text.matches("(?i)true|false")) {
                    yield make.booleanNode(Boolean.parseBoolean(text));
                }
                if (text.matches("[-+]?[0-9]+")) {
                    yield make.numberNode(new java.math.BigInteger(text));
                }
                yield text.matches("[-+]?[0-9]+\\.[0-9]*([eE][-+]?[0-9]+)?")
                        ? make.numberNode(Double.parseDouble(text))
                        : make.textNode(text);
            }
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"stillgate", "policy", "accounts"})
    void shippedFileConformsToItsSchema(String name) throws IOException, ConfigException {
        String yaml = Files.readString(ShippedConfigTest.directory().resolve(name + ".yaml"));
        assertThat(yaml).startsWith("# yaml-language-server: $schema=schema/" + name + ".schema.json\n");
        assertThat(validate(name, yaml)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "plugins:\nfleet: ~\nlimits: {body: 512, bodyMemory: 64MiB}\nrecord: {path: x, text: full}",
                "listeners: [{address: 'name:80', trustedHops: 3}]\nadmin: {token: '${T}'}\ntransport: io-uring\nwatch: false",
            })
    void schemaAcceptsValidConfigurations(String yaml) throws IOException, ConfigException {
        assertThat(validate("stillgate", yaml)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "treads: 1",
                "threads: one",
                "threads: 1.5",
                "transport: iouring",
                "limits: {head: 1KB}",
                "limits: {head: -1}",
                "limits: {headTimeout: 15}",
                "listeners: {}",
                "listeners: [{}]",
                "admin: {address: 9090}",
                "watch: 'true'",
                "hashing: {h1: 5}",
                "policy: ''",
                "record: {}",
                "[]",
            })
    void schemaRejectsInvalidConfigurations(String yaml) throws IOException, ConfigException {
        assertThat(validate("stillgate", yaml)).isNotEmpty();
        assertThat(refused(yaml, StillgateConfig.class)).isTrue();
    }

    private static boolean refused(String yaml, Class<? extends Record> type) throws ConfigException {
        ConfigNode root = ConfigReader.parse(Path.of("x.yaml"), yaml.getBytes(StandardCharsets.UTF_8));
        try {
            Binder.bind(root, type, name -> null);
            return false;
        } catch (ConfigException e) {
            return true;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "filters:",
                "filters: [{name: f, type: from-outside, config: {any: [thing]}}]",
                "filters: [{name: f, type: geo-restriction}]",
                "filters: [{name: f, type: geo-restriction, config: }]",
                "filters: [{name: f, type: geo-restriction, config: {deny: {asns: [1], countries: [KP]}, unknown: deny, reload: 5m}}]",
                "filters: [{name: f, type: fingerprint, config: {ladder: {marked: 2}, allow: , samples: 3}}]",
                "filters: [{name: f, type: token-bucket, mode: off, onError: closed, config: {limits: [{name: a, measure: requests,"
                        + " capacity: 5, refill: 5/1m, scope: [account, model]}], tiers: {gold: 2.5}, standings: {pooled: 0.1}}}]",
            })
    void schemaAcceptsValidFilters(String filters) throws IOException, ConfigException {
        assertThat(validate("policy", "version: 1\n" + UPSTREAMS + ROUTES + filters))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "filters: [{name: f}]",
                "filters: [{name: f, type: geo-restriction, mode: shadowed}]",
                "filters: [{name: f, type: geo-restriction, config: {denny: {}}}]",
                "filters: [{name: f, type: geo-restriction, config: {deny: {asns: [x]}}}]",
                "filters: [{name: f, type: fingerprint, config: {ladder: {remarked: 2}}}]",
                "filters: [{name: f, type: token-bucket}]",
                "filters: [{name: f, type: token-bucket, config: {limits: [{name: a, measure: request, capacity: 5}]}}]",
                "accounts: {credential: [cookie]}",
                "surprise: 1",
            })
    void schemaRejectsInvalidFilters(String filters) throws IOException, ConfigException {
        assertThat(validate("policy", "version: 1\n" + UPSTREAMS + ROUTES + filters))
                .isNotEmpty();
    }

    @Test
    void accountsSchemaHasExactlyTheKnownKeys() throws IOException, ConfigException {
        String entry = "accounts: [{id: 17, keys: ['h1:" + "0a".repeat(16)
                + "'], organisation: o, tier: , verified: true, created: 2026-01-12%s}]";
        assertThat(validate("accounts", entry.formatted(""))).isEmpty();
        assertThat(validate("accounts", "accounts:")).isEmpty();
        assertThat(validate("accounts", "accounts: [{id: a}]")).isEmpty();
        for (String wrong : List.of(
                entry.formatted(", more: 1"),
                "accounts: [{keys: []}]",
                "accounts: [{id: a, keys: [x]}]",
                "others: []",
                "accounts: [{id: '', keys: []}]",
                "accounts: [{id: a, keys: [], verified: perhaps}]",
                "[]")) {
            assertThat(validate("accounts", wrong)).as(wrong).isNotEmpty();
        }
    }
}
