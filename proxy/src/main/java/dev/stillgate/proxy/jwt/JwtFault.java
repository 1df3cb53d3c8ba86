package dev.stillgate.proxy.jwt;

import dev.stillgate.spi.Verdict;

/** The reasons for which a token is refused. Their codes are for the log, not for the client. */
public enum JwtFault implements Judgement {
    /** The token is longer than {@link JwtVerifier#MAX_LENGTH}. */
    TOO_LONG("jwt-too-long"),
    /** The token does not consist of two JSON objects and a signature. */
    FORM("jwt-form"),
    /** The policy does not accept the token's algorithm. */
    ALGORITHM("jwt-algorithm"),
    /** The header demands an extension (RFC 7515 section 4.1.11); none is supported. */
    CRITICAL("jwt-critical"),
    /** The key set has no key with this id that fits the algorithm. */
    UNKNOWN_KEY("jwt-unknown-key"),
    ISSUER("jwt-issuer"),
    AUDIENCE("jwt-audience"),
    /** A claim is missing, too long, or of another JSON type than expected. */
    CLAIM("jwt-claim"),
    EXPIRED("jwt-expired"),
    NOT_YET_VALID("jwt-not-yet-valid"),
    SIGNATURE("jwt-signature"),
    /** Too many signatures were invalid, so no further one is checked at the moment. */
    TOO_MANY_CHECKS("jwt-checks"),
    /** The key set is empty or too old, or none has been fetched or read yet. */
    NO_KEYS("jwt-no-keys");

    private static final String PREFIX = "jwt-";

    private final String code;

    JwtFault(String code) {
        this.code = code;
    }

    public String code() {
        return code;
    }

    /** Returns the kind of refusal: a fault that a retry can help with is not the token's. */
    public Verdict.Kind kind() {
        return switch (this) {
            case TOO_MANY_CHECKS -> Verdict.Kind.RATE_LIMITED;
            case NO_KEYS -> Verdict.Kind.OVERLOADED;
            default -> Verdict.Kind.UNAUTHENTICATED;
        };
    }

    /** Returns the sentence for the client, which does not depend on what is wrong with the token. */
    public String sentence() {
        return switch (this) {
            case TOO_MANY_CHECKS -> "Too many invalid access tokens were sent; try again soon.";
            case NO_KEYS -> "Access tokens cannot be checked at the moment; try again soon.";
            default -> "The access token is invalid.";
        };
    }

    /**
     * Returns the value of {@code WWW-Authenticate} in a response with status 401 (RFC 6750 section 3).
     *
     * @param code the code of the refusal, of a token or of another fault
     */
    public static String challenge(String code) {
        return code.startsWith(PREFIX) ? "Bearer error=\"invalid_token\"" : "Bearer realm=\"stillgate\"";
    }
}
