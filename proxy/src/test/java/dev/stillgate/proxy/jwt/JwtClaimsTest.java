package dev.stillgate.proxy.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.account.AccountAttributes;
import dev.stillgate.proxy.config.JwtPolicy;
import dev.stillgate.proxy.rig.Tokens;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the attributes in claims. */
class JwtClaimsTest {
    private static final String LONGEST = "x".repeat(JwtClaims.MAX_TEXT);

    private static JwtPolicy policy(JwtPolicy.Claims claims) {
        return new JwtPolicy(
                Tokens.ISSUER,
                Tokens.AUDIENCE,
                new JwtPolicy.Jwks("https://id.test/jwks", null, Duration.ofMinutes(10), Duration.ofHours(24)),
                List.of("ES256"),
                Duration.ofSeconds(60),
                claims,
                claims.organisation() == null ? List.of() : List.of("o-1"),
                true);
    }

    private static JwtClaims judged(JwtPolicy policy, String name, Object value) {
        Map<String, Object> claims =
                new HashMap<>(Map.of("iss", Tokens.ISSUER, "aud", Tokens.AUDIENCE, "sub", "s-1", "exp", 1L));
        claims.put(name, value);
        return JwtClaims.of(claims, policy, Set.copyOf(policy.organisations()));
    }

    private static AccountAttributes attributes(String name, Object value) {
        JwtPolicy policy = policy(new JwtPolicy.Claims("org", "plan", null));
        return ((JwtClaims.Valid) judged(policy, name, value)).caller().attributes();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "more than 128 characters"})
    void unusableTextCountsAsNone(String text) {
        String value = text.isEmpty() ? text : LONGEST + "x";
        assertThat(attributes("org", value).organisation()).isNull();
        assertThat(attributes("plan", value).tier()).isEmpty();
    }

    @Test
    void absentClaimIsNoStatement() {
        AccountAttributes attributes = attributes("other", "x");
        assertThat(attributes.tier()).isNull();
        assertThat(attributes.organisation()).isNull();
        JwtClaims judged = judged(policy(new JwtPolicy.Claims(null, null, null)), "plan", "gold");
        assertThat(((JwtClaims.Valid) judged).caller().attributes().tier())
                .as("without a claim of tiers")
                .isEmpty();
    }

    @Test
    void longestTextIsATier() {
        assertThat(attributes("plan", LONGEST).tier()).isEqualTo(LONGEST);
    }
}
