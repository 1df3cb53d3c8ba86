package dev.stillgate.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.ByteSize;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The output of a configuration, with redacted secrets. */
class EffectiveConfigTest {
    private static final String HIDDEN = "very-hidden";

    record Own(
            String plain,
            String apiToken,
            @Nullable String masterSecret,
            Map<String, String> passwords,
            Duration time,
            Duration never,
            ByteSize size,
            Policy.Mode mode,
            HostPort at,
            Path file) {}

    record Marked(@Secret List<String> words, @Secret Map<String, String> named, String shown) {}

    private static Policy policy(String config) throws ConfigException {
        String yaml =
                "version: 1\nupstreams: []\nroutes: []\nfilters: [{name: f, type: own, config: " + config + "}]\n";
        return Binder.bind(
                ConfigReader.parse(Path.of("policy.yaml"), yaml.getBytes(StandardCharsets.UTF_8)), Policy.class);
    }

    @Test
    void filterPolicyIsShownAsYamlWithoutSecrets() throws ConfigException {
        Own own = new Own(
                "text",
                HIDDEN,
                null,
                Map.of("one", HIDDEN),
                Duration.ofMinutes(90),
                Duration.ZERO,
                new ByteSize(3 << 20),
                Policy.Mode.SHADOW,
                new HostPort("::1", 80),
                Path.of("/x"));
        Map<String, Object> shown = EffectiveConfig.of(policy("{}"), entry -> own);
        assertThat(((Map<?, ?>) ((List<?>) shown.get("filters")).getFirst()).get("config"))
                .isEqualTo(Map.of(
                        "plain", "text",
                        "apiToken", EffectiveConfig.REDACTED,
                        "passwords", Map.of("one", EffectiveConfig.REDACTED),
                        "time", "90m",
                        "never", "off",
                        "size", "3MiB",
                        "mode", "shadow",
                        "at", "[::1]:80",
                        "file", "/x"));
    }

    @Test
    void unknownFilterIsShownWithoutSecrets() throws ConfigException {
        String config = "{a: {clientSecret: %1$s, tokens: [%1$s], keep: 5}, password: {deep: %1$s}}".formatted(HIDDEN);
        String shown = EffectiveConfig.of(policy(config), entry -> null).toString();
        assertThat(shown).doesNotContain(HIDDEN).contains("keep=5", "clientSecret=" + EffectiveConfig.REDACTED);
    }

    @Test
    void markedSecretsAreRedacted() {
        Map<String, Object> shown = EffectiveConfig.of(new Marked(List.of(HIDDEN), Map.of("h1", HIDDEN), "seen"));
        assertThat(shown.toString()).doesNotContain(HIDDEN).contains("h1=" + EffectiveConfig.REDACTED, "seen");
    }
}
