package dev.stillgate.loadtests.bench;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.config.JwtPolicy;
import dev.stillgate.proxy.jwt.Judgement;
import dev.stillgate.proxy.jwt.JwtCaller;
import dev.stillgate.proxy.jwt.JwtFault;
import dev.stillgate.proxy.jwt.JwtSender;
import dev.stillgate.proxy.jwt.JwtVerifier;
import dev.stillgate.proxy.jwt.JwtVerifiers;
import dev.stillgate.proxy.observe.FilterMeters;
import dev.stillgate.spi.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Cost of judging a token of about 400 bytes: known from an earlier request, new with each algorithm, and refused before
 * its signature is checked. When all new tokens are known, a new verifier knows none of them; that is a 500th of the
 * cost shown.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class JwtBench {
    private static final int TOKENS = 1_000;
    private static final String ISSUER = "https://id.example.org";
    private static final String AUDIENCE = "models";
    private static final long NOW = Ticker.system().millis();
    private static final JwtSender SENDER = new JwtSender(new Accounts(Map.of(), Ticker.system()).cursor());

    private @Nullable Path keys;
    private @Nullable JwtVerifier verifier;
    private byte[][] rs256 = {};
    private byte[][] es256 = {};
    private byte[][] edDsa = {};
    private byte[] late = {};
    private int at;

    @Setup(Level.Trial)
    public void sign() throws GeneralSecurityException, IOException {
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(2048);
        KeyPair rsaKeys = rsa.generateKeyPair();
        KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
        ec.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair ecKeys = ec.generateKeyPair();
        KeyPair edKeys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        String set = String.join(
                ",",
                key((RSAPublicKey) rsaKeys.getPublic()),
                key((ECPublicKey) ecKeys.getPublic()),
                key(edKeys.getPublic().getEncoded()));
        keys = Files.writeString(Files.createTempFile("stillgate-bench", ".json"), "{\"keys\":[" + set + "]}");
        for (int i = 0; i < TOKENS; i++) {
            rs256 = with(rs256, token("RS256", "SHA256withRSA", rsaKeys.getPrivate(), i, 3_600));
            es256 = with(es256, token("ES256", "SHA256withECDSAinP1363Format", ecKeys.getPrivate(), i, 3_600));
            edDsa = with(edDsa, token("EdDSA", "Ed25519", edKeys.getPrivate(), i, 3_600));
        }
        late = token("ES256", "SHA256withECDSAinP1363Format", ecKeys.getPrivate(), 0, -3_600);
        forget();
    }

    @TearDown(Level.Trial)
    public void delete() throws IOException {
        if (keys != null) {
            Files.deleteIfExists(keys);
        }
    }

    private static byte[][] with(byte[][] tokens, byte[] more) {
        byte[][] all = Arrays.copyOf(tokens, tokens.length + 1);
        all[tokens.length] = more;
        return all;
    }

    private static byte[] token(String algorithm, String jca, PrivateKey key, int number, int seconds)
            throws GeneralSecurityException {
        String header = "{\"alg\":\"" + algorithm + "\",\"typ\":\"at+jwt\",\"kid\":\"key-2026-11\"}";
        String claims =
                "{\"iss\":\"" + ISSUER + "\",\"aud\":\"" + AUDIENCE + "\",\"sub\":\"user-" + number + "\",\"iat\":"
                        + NOW / 1000 + ",\"exp\":" + (NOW / 1000 + seconds)
                        + ",\"org\":\"org-17\",\"plan\":\"standard\",\"scope\":\"inference\",\"jti\":\"0e4c1b0a-6f6e\"}";
        String signed = base64(header.getBytes(StandardCharsets.US_ASCII)) + "."
                + base64(claims.getBytes(StandardCharsets.US_ASCII));
        Signature engine = Signature.getInstance(jca);
        engine.initSign(key);
        engine.update(signed.getBytes(StandardCharsets.US_ASCII));
        return (signed + "." + base64(engine.sign())).getBytes(StandardCharsets.US_ASCII);
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String key(RSAPublicKey key) {
        return "{\"kty\":\"RSA\",\"kid\":\"key-2026-11\",\"n\":\"" + base64(unsigned(key.getModulus(), 256))
                + "\",\"e\":\"" + base64(unsigned(key.getPublicExponent(), 3)) + "\"}";
    }

    private static String key(ECPublicKey key) {
        return "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"key-2026-11\",\"x\":\""
                + base64(unsigned(key.getW().getAffineX(), 32)) + "\",\"y\":\""
                + base64(unsigned(key.getW().getAffineY(), 32)) + "\"}";
    }

    private static String key(byte[] ed25519) {
        byte[] point = Arrays.copyOfRange(ed25519, ed25519.length - 32, ed25519.length);
        return "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"key-2026-11\",\"x\":\"" + base64(point) + "\"}";
    }

    private static byte[] unsigned(BigInteger number, int length) {
        byte[] bytes = number.toByteArray();
        byte[] fit = new byte[length];
        int most = Math.min(bytes.length, length);
        System.arraycopy(bytes, bytes.length - most, fit, length - most, most);
        return fit;
    }

    private JwtVerifier forget() {
        JwtPolicy policy = new JwtPolicy(
                ISSUER,
                AUDIENCE,
                new JwtPolicy.Jwks(null, keys, Duration.ofMinutes(10), Duration.ofHours(24)),
                List.of("RS256", "ES256", "EdDSA"),
                Duration.ofSeconds(60),
                new JwtPolicy.Claims("org", "plan", null),
                List.of("org-17"),
                true);
        try {
            JwtVerifier fresh = new JwtVerifiers(null, new FilterMeters(new SimpleMeterRegistry()), Ticker.system())
                    .verifier(policy);
            verifier = fresh;
            return fresh;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Judgement next(byte[][] tokens) {
        JwtVerifier current = verifier;
        if (current == null || at == TOKENS) {
            at = 0;
            current = forget();
        }
        Judgement judgement = judge(current, tokens[at++]);
        if (!(judgement instanceof JwtCaller)) {
            throw new IllegalStateException(judgement.toString());
        }
        return judgement;
    }

    private static Judgement judge(JwtVerifier verifier, byte[] token) {
        return verifier.judge(token, 0, token.length, SENDER, 1, NOW);
    }

    private JwtVerifier current() {
        JwtVerifier current = verifier;
        return current == null ? forget() : current;
    }

    @Benchmark
    public Judgement knownToken() {
        return judge(current(), es256[0]);
    }

    @Benchmark
    public Judgement newTokenRs256() {
        return next(rs256);
    }

    @Benchmark
    public Judgement newTokenEs256() {
        return next(es256);
    }

    @Benchmark
    public Judgement newTokenEdDsa() {
        return next(edDsa);
    }

    @Benchmark
    public Judgement expiredToken() {
        Judgement judgement = judge(current(), late);
        if (judgement != JwtFault.EXPIRED) {
            throw new IllegalStateException(judgement.toString());
        }
        return judgement;
    }
}
