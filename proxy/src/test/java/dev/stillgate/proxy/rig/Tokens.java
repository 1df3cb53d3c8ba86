package dev.stillgate.proxy.rig;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An identity provider's key, which signs tokens. */
public final class Tokens {
    public static final String ISSUER = "https://id.test";
    public static final String AUDIENCE = "models";

    private final PrivateKey secret;
    private final JWK shown;
    private final JWSAlgorithm algorithm;

    private Tokens(PrivateKey secret, JWK shown, JWSAlgorithm algorithm) {
        this.secret = secret;
        this.shown = shown;
        this.algorithm = algorithm;
    }

    public static Tokens rsa(String id) {
        return rsa(id, 2048);
    }

    public static Tokens rsa(String id, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            KeyPair pair = generator.generateKeyPair();
            JWK jwk = new RSAKey.Builder((RSAPublicKey) pair.getPublic())
                    .keyID(id)
                    .build();
            return new Tokens(pair.getPrivate(), jwk, JWSAlgorithm.RS256);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static Tokens p256(String id) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            JWK jwk = new ECKey.Builder(Curve.P_256, (ECPublicKey) pair.getPublic())
                    .keyID(id)
                    .build();
            return new Tokens(pair.getPrivate(), jwk, JWSAlgorithm.ES256);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static Tokens ed25519(String id) {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            byte[] encoded =
                    ((EdECPublicKey) pair.getPublic()).getEncoded(); // SubjectPublicKeyInfo, the key at its end
            Base64URL x = Base64URL.encode(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
            JWK jwk = new OctetKeyPair.Builder(Curve.Ed25519, x).keyID(id).build();
            return new Tokens(pair.getPrivate(), jwk, JWSAlgorithm.EdDSA);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the public key as a JSON Web Key. */
    public String jwk() {
        return shown.toJSONString();
    }

    public JWK key() {
        return shown;
    }

    /** Returns a key set with these keys. */
    public static String set(Tokens... keys) {
        return Stream.of(keys).map(Tokens::jwk).collect(Collectors.joining(",", "{\"keys\":[", "]}"));
    }

    /** Returns claims of a subject that expire at a time in milliseconds since the epoch, with more members. */
    public static String claims(String subject, long expires, String more) {
        return "{\"iss\":\"" + ISSUER + "\",\"aud\":\"" + AUDIENCE + "\",\"sub\":\"" + subject + "\",\"exp\":"
                + expires / 1000 + more + "}";
    }

    /** Returns a token with the header that belongs to the key. */
    public String token(String claims) {
        String id = shown.getKeyID() == null ? "" : ",\"kid\":\"" + shown.getKeyID() + "\"";
        return token("{\"alg\":\"" + algorithm.getName() + "\"" + id + "}", claims);
    }

    /** Returns a token with any header, signed by the key's usual algorithm. */
    public String token(String header, String claims) {
        String signed = encoded(header) + "." + encoded(claims);
        return signed + "." + signature(signed.getBytes(StandardCharsets.US_ASCII));
    }

    private String signature(byte[] signed) {
        try {
            if (algorithm.equals(JWSAlgorithm.RS256)) {
                return new RSASSASigner(secret)
                        .sign(new JWSHeader(algorithm), signed)
                        .toString();
            }
            if (algorithm.equals(JWSAlgorithm.ES256)) {
                return new ECDSASigner((ECPrivateKey) secret)
                        .sign(new JWSHeader(algorithm), signed)
                        .toString();
            }
            Signature engine = Signature.getInstance("Ed25519");
            engine.initSign(secret);
            engine.update(signed);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(engine.sign());
        } catch (JOSEException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static String encoded(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
