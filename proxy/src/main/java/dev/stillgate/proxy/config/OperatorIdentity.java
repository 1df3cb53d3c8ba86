package dev.stillgate.proxy.config;

import dev.stillgate.spi.PolicyException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Identification of operators by JSON Web Tokens that their identity provider has signed.
 *
 * @param issuer the only accepted value of the claim {@code iss}
 * @param audience the value that the claim {@code aud} must be or contain
 * @param jwks the provider's public keys; a file is read at the start
 * @param algorithms the accepted signature algorithms, of {@link JwtPolicy#ALGORITHMS}
 * @param skew the tolerated difference between the clocks of the provider and the gateway
 * @param name the claim with the operator's name
 * @param role the claim with a text or a list of texts, of which {@code roles} knows one or more
 * @param roles the role that each text gives; of several the highest counts
 */
public record OperatorIdentity(
        String issuer,
        String audience,
        JwtPolicy.Jwks jwks,
        @Default("[RS256, ES256, EdDSA]") List<String> algorithms,
        @Default("60s") Duration skew,
        @Default("sub") String name,
        String role,
        Map<String, OperatorRole> roles) {
    /** The maximum number of texts that give a role. */
    public static final int MAX_ROLES = 100;

    private static final int MAX_TEXT = 256;

    public OperatorIdentity {
        policy(issuer, audience, jwks, algorithms, skew);
        algorithms = List.copyOf(algorithms);
        roles = Collections.unmodifiableMap(new LinkedHashMap<>(roles));
        checkText("name", name);
        checkText("role", role);
        if (roles.isEmpty() || roles.size() > MAX_ROLES) {
            throw new PolicyException("roles", "expected 1 to " + MAX_ROLES + " values of the claim \"" + role + "\"");
        }
        roles.keySet().forEach(value -> checkText("roles", value));
    }

    private static void checkText(String key, String text) {
        if (text.isEmpty() || text.length() > MAX_TEXT || text.chars().anyMatch(Character::isISOControl)) {
            throw new PolicyException(key, "expected 1 to " + MAX_TEXT + " characters");
        }
    }

    private static JwtPolicy policy(
            String issuer, String audience, JwtPolicy.Jwks jwks, List<String> algorithms, Duration skew) {
        return new JwtPolicy(
                issuer, audience, jwks, algorithms, skew, new JwtPolicy.Claims(null, null, null), List.of(), true);
    }

    /** Returns the settings by which the tokens are verified. */
    public JwtPolicy tokens() {
        return policy(issuer, audience, jwks, algorithms, skew);
    }
}
