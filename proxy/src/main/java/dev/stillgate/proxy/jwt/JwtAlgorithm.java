package dev.stillgate.proxy.jwt;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A supported signature algorithm (RFC 7518, RFC 8037, RFC 9864). Each belongs to one family of keys, so a token cannot make the
 * gateway use a key for another kind of algorithm.
 */
enum JwtAlgorithm {
    RS256("RS256", Family.RSA),
    RS384("RS384", Family.RSA),
    RS512("RS512", Family.RSA),
    PS256("PS256", Family.RSA),
    PS384("PS384", Family.RSA),
    PS512("PS512", Family.RSA),
    ES256("ES256", Family.P256),
    ES384("ES384", Family.P384),
    EDDSA("EdDSA", Family.ED25519),
    ED25519("Ed25519", Family.ED25519);

    /** A kind of public key. */
    enum Family {
        RSA,
        P256,
        P384,
        ED25519
    }

    private static final Map<String, JwtAlgorithm> BY_NAME =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(JwtAlgorithm::text, Function.identity()));

    private final String text;
    private final Family family;

    JwtAlgorithm(String text, Family family) {
        this.text = text;
        this.family = family;
    }

    /** Returns the algorithm of a name in {@code alg}, or null if it is not supported. */
    static @Nullable JwtAlgorithm named(String name) {
        return BY_NAME.get(name);
    }

    /** Returns the name in {@code alg}. */
    String text() {
        return text;
    }

    Family family() {
        return family;
    }
}
