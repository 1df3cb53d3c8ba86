package dev.stillgate.proxy.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A public key of a key set (RFC 7517), with the checks of signatures that it is meant for. Thread-safe. */
final class JwtKey {
    private static final int MIN_RSA_BITS = 2048;
    private static final int MAX_RSA_BITS = 4096;
    private static final int ED25519_BYTES = 32;
    private static final String ED25519 = "Ed25519";

    private final @Nullable String id;
    private final JwtAlgorithm.Family family;
    private final String thumbprint;

    /** The algorithms that the key is for; empty for all of its family. */
    private final Set<String> algorithms;

    private final Check check;

    /** Checks a signature with the key. */
    @FunctionalInterface
    private interface Check {
        boolean verify(JwtAlgorithm algorithm, byte[] signed, byte[] signature)
                throws JOSEException, GeneralSecurityException;
    }

    private JwtKey(
            @Nullable String id, JwtAlgorithm.Family family, String thumbprint, Set<String> algorithms, Check check) {
        this.id = id;
        this.family = family;
        this.thumbprint = thumbprint;
        this.algorithms = algorithms;
        this.check = check;
    }

    /**
     * Creates a key from a parsed JSON Web Key. Only its public part is used.
     *
     * @throws IllegalArgumentException with a reason for the operator, if the key cannot check signatures of a
     *     supported algorithm
     */
    static JwtKey of(JWK jwk) {
        if (jwk.getKeyUse() != null && !jwk.getKeyUse().equals(KeyUse.SIGNATURE)) {
            throw new IllegalArgumentException("its use is not sig");
        }
        if (jwk.getKeyOperations() != null && !jwk.getKeyOperations().contains(KeyOperation.VERIFY)) {
            throw new IllegalArgumentException("its operations do not include verify");
        }
        try {
            return switch (jwk) {
                case RSAKey rsa -> rsa(rsa);
                case ECKey ec -> ellipticCurve(ec);
                case OctetKeyPair octets -> edwardsCurve(octets);
                default -> throw new IllegalArgumentException("it is not a public key");
            };
        } catch (JOSEException | GeneralSecurityException e) {
            throw new IllegalArgumentException("it cannot be used: " + e.getMessage(), e);
        }
    }

    private static JwtKey rsa(RSAKey jwk) throws JOSEException {
        RSAPublicKey key = jwk.toRSAPublicKey();
        int bits = key.getModulus().bitLength();
        if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
            throw new IllegalArgumentException(
                    "it has " + bits + " bits: expected " + MIN_RSA_BITS + " to " + MAX_RSA_BITS);
        }
        return with(jwk, JwtAlgorithm.Family.RSA, check(new RSASSAVerifier(key)));
    }

    private static JwtKey ellipticCurve(ECKey jwk) throws JOSEException {
        JwtAlgorithm.Family family;
        if (jwk.getCurve().equals(Curve.P_256)) {
            family = JwtAlgorithm.Family.P256;
        } else if (jwk.getCurve().equals(Curve.P_384)) {
            family = JwtAlgorithm.Family.P384;
        } else {
            throw new IllegalArgumentException("its curve is not P-256 or P-384");
        }
        return with(jwk, family, check(new ECDSAVerifier(jwk.toECPublicKey())));
    }

    private static JwtKey edwardsCurve(OctetKeyPair jwk) throws JOSEException, GeneralSecurityException {
        byte[] x = jwk.getDecodedX();
        if (!jwk.getCurve().equals(Curve.Ed25519) || x.length != ED25519_BYTES) {
            throw new IllegalArgumentException("its curve is not Ed25519");
        }
        PublicKey key = ed25519(x);
        return with(jwk, JwtAlgorithm.Family.ED25519, (algorithm, signed, signature) -> {
            Signature engine = Signature.getInstance(ED25519);
            engine.initVerify(key);
            engine.update(signed);
            return engine.verify(signature);
        });
    }

    /** Decodes a point (RFC 8032 section 5.1.3): y in little-endian order, the sign of x in the highest bit. */
    private static PublicKey ed25519(byte[] encoded) throws GeneralSecurityException {
        byte[] y = new byte[encoded.length];
        for (int i = 0; i < encoded.length; i++) {
            y[i] = encoded[encoded.length - 1 - i];
        }
        boolean odd = y[0] < 0;
        y[0] &= 0x7f;
        EdECPoint point = new EdECPoint(odd, new BigInteger(1, y));
        return KeyFactory.getInstance(ED25519).generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
    }

    private static Check check(JWSVerifier verifier) {
        return (algorithm, signed, signature) ->
                verifier.verify(header(algorithm), signed, Base64URL.encode(signature));
    }

    /** Returns a header with an algorithm and nothing else, because the token's own header has been checked already. */
    private static JWSHeader header(JwtAlgorithm algorithm) {
        return new JWSHeader(JWSAlgorithm.parse(algorithm.text()));
    }

    private static JwtKey with(JWK jwk, JwtAlgorithm.Family family, Check check) throws JOSEException {
        Set<String> algorithms = jwk.getAlgorithm() == null
                ? Set.of()
                : Set.of(jwk.getAlgorithm().getName());
        return new JwtKey(jwk.getKeyID(), family, jwk.computeThumbprint().toString(), algorithms, check);
    }

    /** Returns the key's id, {@code kid}, or null. */
    @Nullable
    String id() {
        return id;
    }

    JwtAlgorithm.Family family() {
        return family;
    }

    /** Returns whether the key may check signatures of an algorithm. */
    boolean fits(JwtAlgorithm wanted) {
        return wanted.family() == family && (algorithms.isEmpty() || algorithms.contains(wanted.text()));
    }

    /** Returns whether a signature is valid. An unsuitable signature is invalid. */
    boolean verifies(JwtAlgorithm by, byte[] signed, byte[] signature) {
        try {
            return check.verify(by, signed, signature);
        } catch (JOSEException | GeneralSecurityException unsuitable) {
            return false;
        }
    }

    /** Returns whether another key is the same, with the same id and purpose. */
    boolean isSame(JwtKey other) {
        return other == this
                || (thumbprint.equals(other.thumbprint)
                        && Objects.equals(id, other.id)
                        && algorithms.equals(other.algorithms));
    }

    /** Returns the key for the algorithms of two entries of a key set; null if they are different keys. */
    @Nullable
    JwtKey and(JwtKey other) {
        if (!thumbprint.equals(other.thumbprint) || !Objects.equals(id, other.id)) {
            return null;
        }
        Set<String> both = new HashSet<>();
        if (!algorithms.isEmpty() && !other.algorithms.isEmpty()) {
            both.addAll(algorithms);
            both.addAll(other.algorithms);
        }
        return new JwtKey(id, family, thumbprint, Set.copyOf(both), check);
    }
}
