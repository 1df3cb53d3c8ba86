package dev.stillgate.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.config.Policy.Credential;
import dev.stillgate.proxy.config.Policy.Endpoint;
import dev.stillgate.proxy.config.Policy.Mode;
import dev.stillgate.spi.ByteSize;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped configuration files: they must be valid, contain the defaults, and have every key documented. */
class ShippedConfigTest {
    private static final String SECRET = "a secret of the test, long enough";

    /** Returns the repository's config directory, independent of the working directory. */
    static Path directory() {
        Path at = Path.of("").toAbsolutePath();
        while (at != null && !Files.exists(at.resolve("config/stillgate.yaml"))) {
            at = at.getParent();
        }
        assertThat(at)
                .as("a directory above this one with config/stillgate.yaml")
                .isNotNull();
        return at.resolve("config");
    }

    @Test
    void stillgateYamlHasTheDefaultsExceptSecretAndLog() throws ConfigException {
        StillgateConfig shipped =
                new PolicyLoader(name -> SECRET).config(directory().resolve("stillgate.yaml"));
        StillgateConfig defaults = Binder.defaults(StillgateConfig.class);

        assertThat(shipped.listeners()).isEqualTo(defaults.listeners());
        assertThat(shipped.admin()).isEqualTo(defaults.admin());
        assertThat(shipped.limits()).isEqualTo(defaults.limits());
        assertThat(shipped.transport()).isEqualTo(defaults.transport());
        assertThat(shipped.threads()).isEqualTo(defaults.threads());
        assertThat(shipped.hashing()).containsExactly(java.util.Map.entry("h1", SECRET));
        assertThat(shipped.policy()).isEqualTo(directory().resolve("policy.yaml"));
        assertThat(shipped.accessLog().path()).isEqualTo(Path.of("-"));
        assertThat(defaults.accessLog().path()).isNull();
        assertThat(shipped.record()).isNull();
        assertThat(defaults.limits().body()).isEqualTo(new ByteSize(32 << 20));
        assertThat(shipped.toString()).doesNotContain(SECRET);
    }

    @Test
    void listenersOfThePageAreValid(@TempDir Path scratch) throws IOException, ConfigException {
        String page = Files.readString(directory().resolve("docs/listeners.md"));
        String example = page.substring(page.indexOf("```yaml\n") + 8, page.indexOf("\n```\n"));
        Path file = Files.writeString(scratch.resolve("stillgate.yaml"), example);
        assertThat(new PolicyLoader(name -> SECRET).config(file).listeners())
                .hasSize(3)
                .anyMatch(listener -> listener.tls() != null)
                .anyMatch(listener -> listener.proxyProtocol() != null)
                .anyMatch(listener -> listener.trustedHops() == 1);
    }

    @Test
    void policyYamlHasTheInitialForm() throws ConfigException {
        PolicyLoader.Loaded loaded =
                new PolicyLoader(Environment.system()).policy(directory().resolve("policy.yaml"));
        Policy policy = loaded.policy();

        assertThat(policy.upstreams()).singleElement().satisfies(model -> {
            assertThat(model.endpoints()).containsExactly(new Endpoint("http", "127.0.0.1", 9000));
            assertThat(model.timeouts()).isEqualTo(Policy.Timeouts.defaults());
            assertThat(model.timeouts().total()).isEqualTo(Duration.ZERO);
        });
        assertThat(policy.accounts().credential()).containsExactly(Credential.X_API_KEY, Credential.BEARER);
        assertThat(policy.accounts().file()).isEqualTo(directory().resolve("accounts.yaml"));
        assertThat(policy.filters())
                .extracting(Policy.FilterEntry::type)
                .containsExactly("geo-restriction", "fingerprint", "token-bucket", "canary");
        assertThat(policy.filters())
                .allMatch(filter -> filter.mode() == (filter.name().equals("behaviour") ? Mode.SHADOW : Mode.ENFORCE));
        assertThat(loaded.sha256()).matches("[0-9a-f]{64}");
    }

    @Test
    void docsDescribeEveryKeyAndItsDefault() throws IOException {
        String readme = Files.readString(directory().resolve("docs/stillgate-yaml.md"))
                + Files.readString(directory().resolve("docs/policy.md"));
        for (Class<?> type : List.of(
                StillgateConfig.class,
                StillgateConfig.Listener.class,
                StillgateConfig.Admin.class,
                OperatorSettings.class,
                OperatorIdentity.class,
                StillgateConfig.Audit.class,
                Limits.class,
                StillgateConfig.AccessLog.class,
                StillgateConfig.Recording.class,
                StillgateConfig.State.class,
                WebhookOptions.class,
                Policy.class,
                Policy.Upstream.class,
                Policy.Timeouts.class,
                Policy.Route.class,
                RoutePolicy.ModelRule.class,
                HealthPolicy.Fallback.class,
                Policy.AccountsPolicy.class,
                JwtPolicy.class,
                JwtPolicy.Jwks.class,
                JwtPolicy.Claims.class,
                Policy.FilterEntry.class)) {
            for (RecordComponent component : type.getRecordComponents()) {
                Default standard = component.getAnnotation(Default.class);
                String row = "\\| `([a-zA-Z]+(\\[])?\\.)*" + component.getName() + "` \\|[^|\n]*\\| "
                        + (standard == null || standard.value().matches("\\{}|\\[\\{.*")
                                ? ""
                                : "`" + java.util.regex.Pattern.quote(standard.value()) + "`");
                assertThat(readme).as("a row of %s", component).containsPattern(row);
            }
        }
    }
}
