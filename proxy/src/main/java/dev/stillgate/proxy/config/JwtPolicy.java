package dev.stillgate.proxy.config;

import dev.stillgate.spi.PolicyException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Identification of clients by JSON Web Tokens (RFC 7519) that an identity provider has signed.
 *
 * @param issuer the only accepted value of the claim {@code iss}
 * @param audience the value that the claim {@code aud} must be or contain
 * @param jwks the provider's public keys
 * @param algorithms the accepted signature algorithms, of {@link #ALGORITHMS}
 * @param skew the tolerated difference between the clocks of the provider and the gateway
 * @param claims the claims with attributes of the account
 * @param organisations the organisations that the claim {@code claims.organisation} may name; at most {@link
 *     #MAX_ORGANISATIONS}
 * @param forward whether the upstream gets the token. If not, the gateway alone authenticates clients, so a credential
 *     must be required, and no place of keys may be listed
 */
public record JwtPolicy(
        String issuer,
        String audience,
        Jwks jwks,
        @Default("[RS256, ES256, EdDSA]") List<String> algorithms,
        @Default("60s") Duration skew,
        @Default("{}") Claims claims,
        @Default("[]") List<String> organisations,
        @Default("true") boolean forward) {
    /** The supported algorithms (RFC 7518, RFC 8037, RFC 9864), all of them with public keys. */
    public static final List<String> ALGORITHMS =
            List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519");

    /** The maximum number of organisations. */
    public static final int MAX_ORGANISATIONS = 10_000;

    private static final int MAX_TEXT = 256;
    private static final int MAX_ORGANISATION = 128;
    private static final Duration MAX_SKEW = Duration.ofMinutes(5);

    public JwtPolicy {
        checkWord("issuer", issuer);
        checkWord("audience", audience);
        algorithms = List.copyOf(algorithms);
        if (algorithms.isEmpty()) {
            throw new PolicyException("algorithms", "expected at least one of " + String.join(", ", ALGORITHMS));
        }
        for (int i = 0; i < algorithms.size(); i++) {
            checkAlgorithm("algorithms[" + i + "]", algorithms.get(i));
        }
        noDuplicates("algorithms", algorithms);
        organisations = List.copyOf(organisations);
        checkOrganisations(organisations, claims.organisation());
        if (skew.compareTo(MAX_SKEW) > 0) {
            throw new PolicyException("skew", "expected a time of at most 5m");
        }
    }

    private static void noDuplicates(String key, List<String> texts) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < texts.size(); i++) {
            if (!seen.add(texts.get(i))) {
                throw new PolicyException(key + "[" + i + "]", "duplicate value " + texts.get(i));
            }
        }
    }

    private static void checkOrganisations(List<String> names, @Nullable String claim) {
        if (claim != null && names.isEmpty()) {
            throw new PolicyException(
                    "claims.organisation",
                    "has no effect: expected the organisations that the claim may name under organisations");
        }
        if (claim == null && !names.isEmpty()) {
            throw new PolicyException("organisations", "has no effect, because claims.organisation names no claim");
        }
        if (names.size() > MAX_ORGANISATIONS) {
            throw new PolicyException("organisations", "expected at most " + MAX_ORGANISATIONS);
        }
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).isEmpty() || names.get(i).length() > MAX_ORGANISATION) {
                throw new PolicyException(
                        "organisations[" + i + "]", "expected 1 to " + MAX_ORGANISATION + " characters");
            }
        }
        noDuplicates("organisations", names);
    }

    private static void checkWord(String key, String text) {
        boolean word = text.chars().noneMatch(c -> c <= ' ' || c == 0x7f);
        if (text.isEmpty() || text.length() > MAX_TEXT || !word) {
            throw new PolicyException(key, "expected 1 to " + MAX_TEXT + " characters without white space");
        }
    }

    private static void checkAlgorithm(String key, String name) {
        if (name.equals("none") || name.startsWith("HS")) {
            throw new PolicyException(
                    key,
                    name + " is not accepted: it needs no private key (expected " + String.join(", ", ALGORITHMS)
                            + ")");
        }
        if (!ALGORITHMS.contains(name)) {
            throw new PolicyException(
                    key,
                    "unknown algorithm \"" + name + "\"" + Suggestion.phrase(name, ALGORITHMS) + " (known: "
                            + String.join(", ", ALGORITHMS) + ")");
        }
    }

    /**
     * The source of a JSON Web Key Set (RFC 7517): exactly one of URL and file.
     *
     * @param url an {@code https} URL, or an {@code http} URL of this host
     * @param file a file, read with the policy
     * @param refresh the interval of fetches from the URL
     * @param maxAge the time after the last successful fetch in which the keys are used; no effect on a file
     */
    public record Jwks(
            @Nullable String url,
            @Nullable Path file,
            @Default("10m") Duration refresh,
            @Default("24h") Duration maxAge) {
        private static final String EXPECTED =
                "expected https://host[:port]/path, or http:// for an address of this machine";
        private static final Duration MIN_REFRESH = Duration.ofSeconds(30);
        private static final Duration MAX_REFRESH = Duration.ofDays(1);
        private static final Duration LONGEST_USE = Duration.ofDays(30);

        public Jwks {
            if ((url == null) == (file == null)) {
                throw new PolicyException("", "expected either url or file");
            }
            if (url != null) {
                parsed(url);
            }
            if (refresh.compareTo(MIN_REFRESH) < 0 || refresh.compareTo(MAX_REFRESH) > 0) {
                throw new PolicyException("refresh", "expected a time between 30s and 1d");
            }
            if (maxAge.compareTo(refresh.multipliedBy(2)) < 0 || maxAge.compareTo(LONGEST_USE) > 0) {
                throw new PolicyException("maxAge", "expected a time from 2 x refresh to 30d");
            }
        }

        /** Returns the URL, null for a file. */
        public @Nullable URI uri() {
            return url == null ? null : parsed(url);
        }

        /** Parses the URL. Plain HTTP is for this machine only, since keys from a network could be forged on the way. */
        private static URI parsed(String url) {
            try {
                URI uri = new URI(url);
                String host = uri.getHost();
                boolean local = "localhost".equals(host) || "127.0.0.1".equals(host) || "[::1]".equals(host);
                boolean safe = "https".equals(uri.getScheme()) || ("http".equals(uri.getScheme()) && local);
                if (safe && host != null && uri.getUserInfo() == null && uri.getFragment() == null) {
                    return uri;
                }
            } catch (URISyntaxException e) {
                throw new PolicyException("url", "\"" + url + "\" is not a URL: " + EXPECTED);
            }
            throw new PolicyException("url", EXPECTED);
        }
    }

    /**
     * The names of claims with attributes of the account; null for none. A token may lack any of them.
     *
     * @param organisation a text or whole number; without effect unless it is one of {@link JwtPolicy#organisations}
     * @param tier a text
     * @param verified a boolean: whether the customer's identity has been verified. It must not be a claim that
     *     customers can have set on their own, such as {@code email_verified}
     */
    public record Claims(
            @Nullable String organisation,
            @Nullable String tier,
            @Nullable String verified) {}
}
