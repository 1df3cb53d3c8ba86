package dev.stillgate.proxy.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.config.JwtPolicy;
import dev.stillgate.proxy.jwt.JwtKeys.BadKeySet;
import dev.stillgate.proxy.rig.Tokens;
import dev.stillgate.testkit.FakeTicker;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the judgement of tokens, valid and forged. */
class JwtVerifierTest {
    private static final Tokens RSA = Tokens.rsa("r-1");
    private static final Tokens EC = Tokens.p256("e-1");
    private static final Tokens ED = Tokens.ed25519("d-1");
    private static final Tokens OTHER = Tokens.p256("e-1");
    private static final JwtPolicy POLICY = policy(List.of("RS256", "ES256", "EdDSA"));

    private final FakeTicker ticker = new FakeTicker();
    private final AtomicLong valid = new AtomicLong();
    private final AtomicLong invalid = new AtomicLong();
    private final JwtVerifier.Shared shared = new JwtVerifier.Shared(
            new TokenCache(ticker), new FailedChecks(ticker.nanos()), valid::addAndGet, invalid::addAndGet, ticker);
    private final Accounts accounts = new Accounts(Map.of("h1", "0123456789abcdef-test"), ticker);
    private Source source = new Source(Tokens.set(RSA, EC, ED));
    private JwtVerifier verifier = new JwtVerifier(POLICY, source, shared);

    /** Keys that a test replaces. */
    private static final class Source implements KeySource {
        private JwtKeys keys;
        private int misses;

        Source(String set) {
            keys = parsed(set);
        }

        void become(String set) {
            keys = parsed(set);
        }

        @Override
        public JwtKeys keys() {
            return keys;
        }

        @Override
        public void missed() {
            misses++;
        }
    }

    @BeforeEach
    void reset() {
        source = new Source(Tokens.set(RSA, EC, ED));
        verifier = new JwtVerifier(POLICY, source, shared);
    }

    private static JwtKeys parsed(String set) {
        try {
            return JwtKeys.parse(set.getBytes(StandardCharsets.UTF_8));
        } catch (BadKeySet e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static JwtPolicy policy(List<String> algorithms) {
        return policy(algorithms, "o-1");
    }

    private static JwtPolicy policy(List<String> algorithms, String organisation) {
        return new JwtPolicy(
                Tokens.ISSUER,
                Tokens.AUDIENCE,
                new JwtPolicy.Jwks("https://id.test/jwks", null, Duration.ofMinutes(10), Duration.ofHours(24)),
                algorithms,
                Duration.ofSeconds(60),
                new JwtPolicy.Claims("org", "plan", "kyc"),
                List.of("42", organisation),
                true);
    }

    private String claims(String more) {
        return Tokens.claims("s-1", ticker.millis() + 600_000, more);
    }

    private Judgement judge(String token) {
        byte[] bytes = ("Bearer " + token + " ").getBytes(StandardCharsets.UTF_8);
        return verifier.judge(bytes, 7, bytes.length - 8, new JwtSender(accounts.cursor()), 1, ticker.millis());
    }

    private static String credential(Judgement judgement) {
        assertThat(judgement).isInstanceOf(JwtCaller.class);
        return new String(((JwtCaller) judgement).credential(), StandardCharsets.UTF_8);
    }

    @Test
    void validTokenNamesItsSubject() {
        for (Tokens key : List.of(RSA, EC, ED)) {
            assertThat(credential(judge(key.token(claims(""))))).isEqualTo("jwt https://id.test s-1");
        }
        assertThat(valid).hasValue(3);
    }

    @Test
    void claimsGiveAttributes() {
        JwtCaller caller = (JwtCaller) judge(EC.token(claims(",\"org\":42,\"plan\":\"pro\",\"kyc\":true")));
        assertThat(caller.attributes().organisation()).isEqualTo("42");
        assertThat(caller.attributes().tier()).isEqualTo("pro");
        assertThat(caller.attributes().verified()).isTrue();
        assertThat(((JwtCaller) judge(EC.token(claims("")))).attributes().verified())
                .isFalse();
    }

    @Test
    void organisationIsOneThatTheOperatorLists() {
        for (String more : List.of(",\"org\":\"o-2\"", ",\"org\":43", ",\"org\":\"O-1\"", "")) {
            JwtCaller caller = (JwtCaller) judge(EC.token(claims(more + ",\"plan\":\"pro\"")));
            assertThat(caller.attributes().organisation()).as(more).isNull();
            assertThat(caller.attributes().tier()).isEqualTo("pro");
        }
        JwtCaller listed = (JwtCaller) judge(EC.token(claims(",\"org\":\"o-1\"")));
        assertThat(listed.attributes().organisation()).isEqualTo("o-1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ",\"org\":[]",
                ",\"org\":{\"id\":\"o-1\"}",
                ",\"org\":\"a\\u0007\"",
                ",\"plan\":7",
                ",\"kyc\":\"true\"",
                ",\"kyc\":1",
                ",\"nbf\":\"0\"",
                ",\"nbf\":1e300"
            })
    void claimOfAnotherTypeIsRefused(String more) {
        assertThat(judge(EC.token(claims(more)))).isEqualTo(JwtFault.CLAIM);
    }

    @Test
    void secondRequestCostsNoCheck() {
        String token = EC.token(claims(""));
        Judgement first = judge(token);
        assertThat(judge(token)).isSameAs(first);
        assertThat(valid).hasValue(1);
        ticker.advance(TokenCache.KEPT);
        assertThat(judge(EC.token(claims("")))).isInstanceOf(JwtCaller.class);
        assertThat(valid).as("the cap has passed").hasValue(2);
    }

    @Test
    void cachedTokenExpires() {
        String token = EC.token(claims(""));
        assertThat(judge(token)).isInstanceOf(JwtCaller.class);
        ticker.advance(Duration.ofSeconds(659));
        assertThat(judge(token)).as("within the clock skew").isInstanceOf(JwtCaller.class);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(judge(token)).isEqualTo(JwtFault.EXPIRED);
        assertThat(valid).hasValue(1);
    }

    @Test
    void timesAreJudgedWithTheSkew() {
        long now = ticker.millis();
        assertThat(judge(EC.token(Tokens.claims("s", now - 59_000, "")))).isInstanceOf(JwtCaller.class);
        assertThat(judge(EC.token(Tokens.claims("s", now - 60_000, "")))).isEqualTo(JwtFault.EXPIRED);
        assertThat(judge(EC.token(claims(",\"nbf\":" + (now / 1000 + 60))))).isInstanceOf(JwtCaller.class);
        assertThat(judge(EC.token(claims(",\"nbf\":" + (now / 1000 + 60) + ".5"))))
                .isEqualTo(JwtFault.NOT_YET_VALID);
        assertThat(judge(EC.token(claims("").replaceAll(",\"exp\":[0-9]+", ""))))
                .as("without exp")
                .isEqualTo(JwtFault.CLAIM);
        assertThat(invalid).as("no signature is checked for these").hasValue(0);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    "iss":"https://id.test"   | "iss":"https://id.test/"       | ISSUER
                    "iss":"https://id.test"   | "iss":["https://id.test"]      | ISSUER
                    "iss":"https://id.test",  | ''                             | ISSUER
                    "aud":"models"            | "aud":"models2"                | AUDIENCE
                    "aud":"models"            | "aud":["a","b"]                | AUDIENCE
                    "aud":"models",           | ''                             | AUDIENCE
                    "sub":"s-1"               | "sub":""                       | CLAIM
                    "sub":"s-1"               | "sub":7                        | CLAIM
                    "sub":"s-1"               | "sub":"a\\nb"                  | CLAIM
                    "sub":"s-1",              | ''                             | CLAIM
                    """, quoteCharacter = '\'')
    void wrongClaimsAreRefusedBeforeTheSignature(String of, String to, JwtFault fault) {
        assertThat(judge(OTHER.token(claims("").replace(of, to)))).isEqualTo(fault);
        assertThat(invalid).hasValue(0);
    }

    @Test
    void audienceMayBeOneOfSeveral() {
        String claims = claims("").replace("\"aud\":\"models\"", "\"aud\":[\"x\",\"models\"]");
        assertThat(judge(EC.token(claims))).isInstanceOf(JwtCaller.class);
    }

    @Test
    void publicKeyIsNoHmacSecret() throws GeneralSecurityException {
        String signed = Tokens.encoded("{\"alg\":\"HS256\",\"kid\":\"r-1\"}") + "." + Tokens.encoded(claims(""));
        byte[] encoded = RSA.key().toString().getBytes(StandardCharsets.UTF_8);
        byte[] der;
        try {
            der = RSA.key().toRSAKey().toRSAPublicKey().getEncoded();
        } catch (com.nimbusds.jose.JOSEException e) {
            throw new GeneralSecurityException(e);
        }
        for (byte[] secret : List.of(encoded, der)) {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            String signature = Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
            assertThat(judge(signed + "." + signature)).isEqualTo(JwtFault.ALGORITHM);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"alg":"none","kid":"e-1"}                          | ALGORITHM
                    {"alg":"None","kid":"e-1"}                          | ALGORITHM
                    {"alg":"ES384","kid":"e-1"}                         | ALGORITHM
                    {"alg":["ES256"],"kid":"e-1"}                       | ALGORITHM
                    {"kid":"e-1"}                                       | ALGORITHM
                    {"alg":"RS256","kid":"e-1"}                         | UNKNOWN_KEY
                    {"alg":"ES256","kid":"r-1"}                         | UNKNOWN_KEY
                    {"alg":"ES256","kid":"e-2"}                         | UNKNOWN_KEY
                    {"alg":"ES256","kid":7}                             | UNKNOWN_KEY
                    {"alg":"ES256","kid":"../../e-1"}                   | UNKNOWN_KEY
                    {"alg":"ES256","kid":"e-1","crit":["exp"]}          | CRITICAL
                    {"alg":"ES256","kid":"e-1","crit":[]}               | CRITICAL
                    {"alg":"ES256","kid":"e-1","crit":null}             | CRITICAL
                    {"alg":"ES256","kid":"e-1","crit":["b64"],"b64":false} | CRITICAL
                    {"alg":"ES256","kid":"e-1","alg":"ES256"}           | FORM
                    ["ES256"]                                           | FORM
                    {"alg":"ES256"                                      | FORM
                    """, quoteCharacter = '\'')
    void unsuitableHeaderIsRefusedBeforeTheSignature(String header, JwtFault fault) {
        assertThat(judge(EC.token(header, claims("")))).isEqualTo(fault);
        assertThat(invalid).hasValue(0);
        assertThat(source.misses).isEqualTo(fault == JwtFault.UNKNOWN_KEY ? 1 : 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jwk", "jku", "x5u", "x5c"})
    void keysInTheHeaderAreIgnored(String member) {
        String value = switch (member) {
            case "jwk" -> OTHER.jwk();
            case "x5c" -> "[\"MIIB\"]";
            default -> "\"https://evil.test/jwks\"";
        };
        String more = ",\"" + member + "\":" + value + "}";
        String withId = "{\"alg\":\"ES256\",\"kid\":\"e-1\"" + more;
        assertThat(judge(OTHER.token(withId, claims("")))).isEqualTo(JwtFault.SIGNATURE);
        assertThat(judge(EC.token(withId, claims("")))).isInstanceOf(JwtCaller.class);
    }

    @Test
    void forgedSignatureIsRefusedAndCheckedOnce() {
        String forged = OTHER.token(claims(""));
        assertThat(judge(forged)).isEqualTo(JwtFault.SIGNATURE);
        assertThat(judge(forged)).isEqualTo(JwtFault.SIGNATURE);
        assertThat(invalid).hasValue(1);
        String genuine = EC.token(claims(""));
        String changed = genuine.substring(0, genuine.lastIndexOf('.')) + ".AAAA";
        assertThat(judge(changed)).isEqualTo(JwtFault.SIGNATURE);
        assertThat(judge(ED.token(claims("")).replaceAll("\\.[^.]*$", ".AAAA"))).isEqualTo(JwtFault.SIGNATURE);
        String zeros = Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[64]);
        assertThat(judge(genuine.substring(0, genuine.lastIndexOf('.')) + "." + zeros))
                .isEqualTo(JwtFault.SIGNATURE);
    }

    @Test
    void keyIsRolledOver() {
        Tokens next = Tokens.p256("e-2");
        String old = EC.token(claims(""));
        String young = next.token(claims(""));
        assertThat(judge(old)).isInstanceOf(JwtCaller.class);
        assertThat(judge(young)).isEqualTo(JwtFault.UNKNOWN_KEY);
        source.become(Tokens.set(EC, next));
        assertThat(judge(old)).isInstanceOf(JwtCaller.class);
        assertThat(judge(young)).isInstanceOf(JwtCaller.class);
        assertThat(valid)
                .as("the old key is the same, so its token is not checked again")
                .hasValue(2);
        source.become(Tokens.set(next));
        assertThat(judge(old)).as("of a removed key, though it was cached").isEqualTo(JwtFault.UNKNOWN_KEY);
        assertThat(judge(young)).isInstanceOf(JwtCaller.class);
    }

    @Test
    void keyThatChangedUnderItsIdIsNotTrusted() {
        String old = EC.token(claims(""));
        assertThat(judge(old)).isInstanceOf(JwtCaller.class);
        source.become(Tokens.set(OTHER));
        assertThat(judge(old)).isEqualTo(JwtFault.SIGNATURE);
        assertThat(judge(old)).isEqualTo(JwtFault.SIGNATURE);
        assertThat(invalid).as("checked once, though it was valid before").hasValue(1);
        assertThat(judge(OTHER.token(claims("")))).isInstanceOf(JwtCaller.class);
        source.become(Tokens.set(EC));
        assertThat(judge(old)).as("the former key again").isInstanceOf(JwtCaller.class);
    }

    @Test
    void keyThatWasReplacedUnderItsIdIsFetched() {
        assertThat(judge(OTHER.token(claims("")))).isEqualTo(JwtFault.SIGNATURE);
        assertThat(source.misses).isEqualTo(1);
        source.become(Tokens.set(OTHER));
        assertThat(judge(OTHER.token(claims("")))).isInstanceOf(JwtCaller.class);
    }

    @Test
    void cachedTokenIsJudgedByThePolicyInForce() {
        String token = RSA.token(claims(""));
        assertThat(judge(token)).isInstanceOf(JwtCaller.class);
        verifier = new JwtVerifier(policy(List.of("ES256")), source, shared);
        assertThat(judge(token)).isEqualTo(JwtFault.ALGORITHM);
    }

    @Test
    void newSettingsNeedNoNewCheckOfTheSignature() {
        String token = EC.token(claims(",\"org\":\"o-2\""));
        assertThat(judge(token)).isInstanceOf(JwtCaller.class);
        verifier = new JwtVerifier(policy(List.of("ES256"), "o-2"), source, shared);
        assertThat(((JwtCaller) judge(token)).attributes().organisation()).isEqualTo("o-2");
        assertThat(judge(token)).isSameAs(judge(token));
        assertThat(valid).hasValue(1);
        source.become(Tokens.set(OTHER));
        assertThat(judge(token)).as("under another key").isEqualTo(JwtFault.SIGNATURE);
    }

    @Test
    void tokenWithoutAKeyIdNeedsASingleKey() {
        String token = EC.token("{\"alg\":\"ES256\"}", claims(""));
        assertThat(judge(token)).isInstanceOf(JwtCaller.class);
        source.become(Tokens.set(EC, Tokens.p256("e-3")));
        assertThat(judge(EC.token("{\"alg\":\"ES256\"}", claims(",\"n\":1")))).isEqualTo(JwtFault.UNKNOWN_KEY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "a.b",
                "e30.e30",
                "e30.e30.e30.e30",
                "e30..e30",
                "e30.e30.",
                "e3=.e30.e30",
                "e30.e3+.e30",
                "e30.e30.e3\u00e9",
                "x.e30.e30"
            })
    void textOfAnotherFormIsRefused(String token) {
        assertThat(judge(token)).isEqualTo(JwtFault.FORM);
    }

    @Test
    void signatureHasOneForm() {
        String token = EC.token(claims(""));
        assertThat(judge(token)).isInstanceOf(JwtCaller.class);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        int last = alphabet.indexOf(token.charAt(token.length() - 1));
        for (int spare = 1; spare < 16; spare++) {
            String other = token.substring(0, token.length() - 1) + alphabet.charAt(last + spare);
            assertThat(judge(other)).as("64 bytes leave four spare bits").isEqualTo(JwtFault.FORM);
        }
        assertThat(judge(token.replaceAll("[.][^.]*$", ".AAB"))).isEqualTo(JwtFault.FORM);
        assertThat(judge(token.replaceAll("[.][^.]*$", ".AAE"))).isEqualTo(JwtFault.SIGNATURE);
    }

    @Test
    void oversizedTokenIsRefused() {
        String pad = "x".repeat(JwtVerifier.MAX_LENGTH);
        assertThat(judge(EC.token(claims(",\"pad\":\"" + pad + "\"")))).isEqualTo(JwtFault.TOO_LONG);
        assertThat(judge(EC.token(claims(",\"pad\":\"" + pad.substring(0, 5000) + "\""))))
                .isInstanceOf(JwtCaller.class);
    }

    @Test
    void nestedClaimsAreRefused() {
        String deep = ",\"a\":" + "[".repeat(2500) + "]".repeat(2500);
        assertThat(judge(EC.token(claims(deep)))).isEqualTo(JwtFault.FORM);
        String objects = ",\"a\":" + "{\"a\":".repeat(900) + "1" + "}".repeat(900);
        assertThat(judge(EC.token(claims(objects)))).isEqualTo(JwtFault.FORM);
        assertThat(judge(EC.token(claims(",\"sub\":\"s-2\""))))
                .as("duplicate claim")
                .isEqualTo(JwtFault.FORM);
    }

    @Test
    void hugeTimesAreRefused() {
        String claims = claims("").replaceAll("\"exp\":[0-9]+", "\"exp\":1" + "0".repeat(400));
        assertThat(judge(EC.token(claims))).isEqualTo(JwtFault.CLAIM);
        assertThat(judge(EC.token(claims("").replaceAll("\"exp\":[0-9]+", "\"exp\":1e14"))))
                .isInstanceOf(JwtCaller.class);
    }

    /** A header of numbers in exponent form, and one with a number whose conversion to binary is slow. */
    @Test
    void numbersInAHeaderCostNoTime() {
        String many = "{\"x\":[1e1" + ",1e1".repeat(1_500) + "]}";
        String slow = "{\"x\":1" + "2".repeat(5_000) + "e-5300}";
        for (String header : List.of(many, slow)) {
            String token = Tokens.encoded(header) + ".AA.AA";
            long least = Long.MAX_VALUE;
            for (int i = 0; i < 2_000; i++) {
                long begun = System.nanoTime();
                Judgement judgement = judge(token);
                least = Math.min(least, System.nanoTime() - begun);
                assertThat(judgement).isEqualTo(JwtFault.ALGORITHM);
            }
            assertThat(least).as("nanoseconds").isLessThan(400_000);
        }
    }

    @Test
    void withoutKeysTheTokenIsNotToBlame() {
        String token = EC.token(claims(""));
        assertThat(judge(token)).isInstanceOf(JwtCaller.class);
        source.become("{\"keys\":[]}");
        assertThat(judge(token)).as("the provider has revoked all keys").isEqualTo(JwtFault.NO_KEYS);
        verifier = new JwtVerifier(POLICY, () -> null, shared);
        assertThat(judge(token)).isEqualTo(JwtFault.NO_KEYS);
    }
}
