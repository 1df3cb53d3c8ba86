package dev.stillgate.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.admin.Credentials.AdminOperator;
import dev.stillgate.proxy.config.HostPort;
import dev.stillgate.proxy.config.JwtPolicy;
import dev.stillgate.proxy.config.OperatorIdentity;
import dev.stillgate.proxy.config.OperatorRole;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.config.StillgateConfig.Console;
import dev.stillgate.proxy.jwt.JwtVerifiers;
import dev.stillgate.proxy.observe.FilterMeters;
import dev.stillgate.proxy.rig.Tokens;
import dev.stillgate.testkit.FakeTicker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests how long an operator's token is a credential, and what happens without the provider's keys. */
class IdentityTest {
    private static final Tokens KEY = Tokens.p256("k-1");

    @TempDir
    private Path directory;

    private final FakeTicker ticker = new FakeTicker();
    private final JwtVerifiers verifiers = new JwtVerifiers(null, new FilterMeters(new SimpleMeterRegistry()), ticker);

    @AfterEach
    void close() {
        verifiers.close();
    }

    private Credentials credentials(JwtPolicy.Jwks jwks) throws IOException {
        OperatorIdentity identity = new OperatorIdentity(
                Tokens.ISSUER,
                Tokens.AUDIENCE,
                jwks,
                List.of("ES256"),
                Duration.ofSeconds(60),
                "sub",
                "role",
                Map.of("boss", OperatorRole.ADMIN));
        StillgateConfig.Admin admin = new StillgateConfig.Admin(
                HostPort.parse("127.0.0.1:0"), null, List.of(), identity, List.of(), false, Console.READ);
        return new Credentials(admin, verifiers.operators(identity), ticker::millis);
    }

    private static JwtPolicy.Jwks keys(String url, Path file) {
        return new JwtPolicy.Jwks(url, file, Duration.ofMinutes(10), Duration.ofDays(1));
    }

    private String token() {
        return KEY.token(Tokens.claims("ann", ticker.millis() + 600_000, ",\"role\":\"boss\""));
    }

    @Test
    void credentialEndsWithItsToken() throws IOException {
        Path file = Files.writeString(directory.resolve("keys.json"), Tokens.set(KEY));
        Credentials credentials = credentials(keys(null, file));
        String token = token();
        AdminOperator operator = credentials.caller(token).operator();
        assertThat(operator).isNotNull();
        assertThat(operator.name()).isEqualTo("ann");
        ticker.advance(Duration.ofSeconds(659));
        assertThat(credentials.isCurrent(operator)).isTrue();
        ticker.advance(Duration.ofSeconds(1));
        assertThat(credentials.isCurrent(operator)).as("a session of it").isFalse();
        assertThat(credentials.caller(token).proof()).isEqualTo(Caller.Proof.WRONG);
    }

    @Test
    void tokenIsNotWrongWhileTheKeysAreUnknown() throws IOException {
        Caller caller = credentials(keys("http://127.0.0.1:1/keys", null)).caller(token());
        assertThat(caller.proof()).isEqualTo(Caller.Proof.ABSENT);
        assertThat(caller.refusal()).isNotNull();
        assertThat(caller.refusal().status()).isEqualTo(503);
    }
}
