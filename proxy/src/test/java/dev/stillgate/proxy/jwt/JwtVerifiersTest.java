package dev.stillgate.proxy.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.config.JwtPolicy;
import dev.stillgate.proxy.observe.FilterMeters;
import dev.stillgate.proxy.rig.Tokens;
import dev.stillgate.testkit.FakeTicker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests when a policy waits for its keys. */
class JwtVerifiersTest {
    private static final String FIRST = "https://first.test/jwks";
    private static final String SECOND = "https://second.test/jwks";
    private static final Tokens KEY = Tokens.p256("k-1");

    private final FakeTicker ticker = new FakeTicker();
    private final ArrayDeque<Runnable> pending = new ArrayDeque<>();
    private final Map<URI, String> served = new HashMap<>();
    private final List<URI> asked = new ArrayList<>();
    private final JwtVerifiers verifiers =
            new JwtVerifiers(null, this::fetch, pending::add, new FilterMeters(new SimpleMeterRegistry()), ticker);

    private byte[] fetch(URI url) throws IOException {
        asked.add(url);
        String text = served.get(url);
        if (text == null) {
            throw new IOException("cannot be fetched: down");
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static JwtPolicy at(String url) {
        return new JwtPolicy(
                Tokens.ISSUER,
                Tokens.AUDIENCE,
                new JwtPolicy.Jwks(url, null, Duration.ofMinutes(10), Duration.ofHours(24)),
                List.of("ES256"),
                Duration.ofSeconds(60),
                new JwtPolicy.Claims(null, null, null),
                List.of(),
                true);
    }

    @Test
    void firstPolicyDoesNotWait() throws IOException {
        assertThat(verifiers.verifier(at(FIRST))).isNotNull();
        assertThat(asked).isEmpty();
        verifiers.tick(at(FIRST));
        assertThat(verifiers.verifier(at(FIRST)))
                .as("a reload of other settings while the provider is down")
                .isNotNull();
        assertThat(asked).isEmpty();
    }

    @Test
    void keysAreAwaitedUntilTheFirstFetchHasEnded() throws IOException {
        verifiers.tick(null);
        assertThat(verifiers.awaitsKeys()).as("no tokens").isFalse();
        served.put(URI.create(FIRST), Tokens.set(KEY));
        verifiers.verifier(at(FIRST));
        verifiers.tick(at(FIRST));
        assertThat(verifiers.awaitsKeys()).as("fetched before the policy").isFalse();
    }

    @Test
    void keysAreNotAwaitedAfterAFailure() throws IOException {
        verifiers.verifier(at(FIRST));
        verifiers.tick(at(FIRST));
        assertThat(verifiers.awaitsKeys()).isTrue();
        pending.remove().run();
        assertThat(verifiers.awaitsKeys()).as("other callers can be served").isFalse();
    }

    @Test
    void equalPolicyAfterAReloadIsTheSame() throws IOException {
        JwtPolicy first = at(FIRST);
        assertThat(verifiers.verifier(first).policy()).isSameAs(first);
        verifiers.tick(first);
        served.put(URI.create(SECOND), Tokens.set(KEY));
        assertThat(verifiers.verifier(at(SECOND)).policy()).isEqualTo(at(SECOND));
        assertThat(verifiers.verifier(at(FIRST)).policy()).isSameAs(first);
    }

    @Test
    void policyWithOtherKeysWaitsForThem() throws IOException {
        verifiers.tick(at(FIRST));
        served.put(URI.create(SECOND), Tokens.set(KEY));
        verifiers.verifier(at(SECOND));
        assertThat(asked).containsExactly(URI.create(SECOND));
        verifiers.verifier(at(SECOND));
        assertThat(asked).as("they are recent").hasSize(1);
        ticker.advance(Duration.ofHours(24));
        verifiers.verifier(at(SECOND));
        assertThat(asked).as("they are too old").hasSize(2);
    }

    @Test
    void policyWithoutKeysDoesNotComeIntoForce() throws IOException {
        verifiers.tick(null);
        assertThatThrownBy(() -> verifiers.verifier(at(FIRST)))
                .isInstanceOf(IOException.class)
                .hasMessage("the key set of " + FIRST + " cannot be fetched: down");
        served.put(URI.create(FIRST), "{}");
        assertThatThrownBy(() -> verifiers.verifier(at(FIRST))).hasMessageContaining("is not a key set");
        served.put(URI.create(FIRST), Tokens.set(KEY));
        assertThat(verifiers.verifier(at(FIRST))).isNotNull();
    }
}
