package dev.stillgate.proxy.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.config.JwtPolicy;
import dev.stillgate.proxy.jwt.JwtKeys.BadKeySet;
import dev.stillgate.proxy.rig.Tokens;
import dev.stillgate.testkit.FakeTicker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests whom a flood of forged tokens affects. */
class ForgedTokensTest {
    private static final Tokens EC = Tokens.p256("e-1");
    private static final Tokens OTHER = Tokens.p256("e-1");
    private static final JwtPolicy POLICY = new JwtPolicy(
            Tokens.ISSUER,
            Tokens.AUDIENCE,
            new JwtPolicy.Jwks("https://id.test/jwks", null, Duration.ofMinutes(10), Duration.ofHours(24)),
            List.of("ES256"),
            Duration.ofSeconds(60),
            new JwtPolicy.Claims(null, null, null),
            List.of(),
            true);

    private final FakeTicker ticker = new FakeTicker();
    private final AtomicLong invalid = new AtomicLong();
    private final Accounts accounts = new Accounts(Map.of("h1", "0123456789abcdef-test"), ticker);
    private JwtVerifier verifier;

    @BeforeEach
    void create() throws BadKeySet {
        JwtKeys keys = JwtKeys.parse(Tokens.set(EC).getBytes(StandardCharsets.UTF_8));
        verifier = new JwtVerifier(
                POLICY,
                () -> keys,
                new JwtVerifier.Shared(
                        new TokenCache(ticker),
                        new FailedChecks(ticker.nanos()),
                        count -> {},
                        invalid::addAndGet,
                        ticker));
    }

    private String claims(String more) {
        return Tokens.claims("s-1", ticker.millis() + 600_000, more);
    }

    private Judgement judge(String token) {
        return judge(token, 1);
    }

    private Judgement judge(String token, long network) {
        return judge(token, network, connection());
    }

    private Judgement judge(String token, long network, JwtSender sender) {
        byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
        return verifier.judge(bytes, 0, bytes.length, sender, network, ticker.millis());
    }

    private JwtSender connection() {
        return new JwtSender(accounts.cursor());
    }

    /** Sends forged tokens of a subject until no further one is checked. */
    private void flood(String subject, long network) {
        for (int i = 0; i < 100; i++) {
            String claims = Tokens.claims(subject.isEmpty() ? "f-" + i : subject, ticker.millis() + 600_000, "");
            String genuine = EC.token(claims);
            String signature = Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[] {1, (byte) i, 0});
            judge(genuine.substring(0, genuine.lastIndexOf('.') + 1) + signature, network);
        }
    }

    @Test
    void floodOfForgedTokensIsBoundedForItsNetwork() {
        for (int i = 0; i < 100; i++) {
            assertThat(judge(OTHER.token(claims(",\"n\":" + i)), 7)).isInstanceOf(JwtFault.class);
        }
        assertThat(invalid).hasValue(FailedChecks.BURST);
        assertThat(judge(EC.token(claims("")), 7)).isEqualTo(JwtFault.TOO_MANY_CHECKS);
        assertThat(judge(EC.token(claims("")), 8)).as("another network").isInstanceOf(JwtCaller.class);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(judge(EC.token(claims(",\"n\":101")), 7)).isInstanceOf(JwtCaller.class);
    }

    @Test
    void knownSubjectIsCheckedThoughItsNetworkSendsForgedTokens() {
        JwtCaller caller = (JwtCaller) judge(EC.token(claims("")));
        connection().accounts().resolve(caller.credential(), caller.attributes());
        flood("", 7);
        assertThat(invalid).hasValue(FailedChecks.BURST);
        assertThat(judge(EC.token(claims(",\"n\":1")), 7)).isInstanceOf(JwtCaller.class);
        assertThat(judge(EC.token(Tokens.claims("s-2", ticker.millis() + 600_000, "")), 7))
                .as("an unknown subject")
                .isEqualTo(JwtFault.TOO_MANY_CHECKS);
    }

    @Test
    void forgedTokensOfAKnownSubjectTouchItAlone() {
        JwtCaller caller = (JwtCaller) judge(EC.token(claims("")));
        connection().accounts().resolve(caller.credential(), caller.attributes());
        flood("s-1", 7);
        assertThat(invalid).hasValue(FailedChecks.BURST);
        assertThat(judge(EC.token(Tokens.claims("s-2", ticker.millis() + 600_000, "")), 7))
                .isInstanceOf(JwtCaller.class);
        assertThat(judge(EC.token(claims(",\"n\":1")), 7)).isEqualTo(JwtFault.TOO_MANY_CHECKS);
        assertThat(judge(EC.token(claims(",\"n\":2")), 8))
                .as("the subject in another network")
                .isInstanceOf(JwtCaller.class);
    }

    @Test
    void connectionWithAGenuineTokenIsSpared() {
        JwtSender connection = connection();
        assertThat(judge(EC.token(claims("")), 7, connection)).isInstanceOf(JwtCaller.class);
        flood("", 7);
        flood("", 9);
        assertThat(judge(EC.token(claims(",\"n\":1")), 7, connection)).isInstanceOf(JwtCaller.class);
        assertThat(judge(EC.token(claims(",\"n\":2")), 7)).isEqualTo(JwtFault.TOO_MANY_CHECKS);
        assertThat(judge(EC.token(claims(",\"n\":3")), 9, connection))
                .as("another client behind the same proxy")
                .isEqualTo(JwtFault.TOO_MANY_CHECKS);
        for (int i = 0; i < FailedChecks.BURST; i++) {
            assertThat(judge(OTHER.token(claims(",\"n\":" + i)), 7, connection)).isEqualTo(JwtFault.SIGNATURE);
        }
        assertThat(judge(EC.token(claims(",\"n\":4")), 7, connection)).isEqualTo(JwtFault.TOO_MANY_CHECKS);
    }

    @Test
    void genuineTokenSparesItsSubjectNoMoreThanOnceOverAllConnections() {
        flood("", 7);
        String genuine = EC.token(claims(""));
        judge(genuine, 8);
        int checked = 0;
        for (int connections = 0; connections < 10; connections++) {
            JwtSender connection = connection();
            assertThat(judge(genuine, 7, connection))
                    .as("a token checked before")
                    .isInstanceOf(JwtCaller.class);
            for (int i = 0; i < FailedChecks.BURST; i++) {
                String forged = OTHER.token(claims(",\"c\":" + connections + ",\"n\":" + i));
                checked += judge(forged, 7, connection) == JwtFault.SIGNATURE ? 1 : 0;
            }
        }
        assertThat(checked).isEqualTo(FailedChecks.BURST);
    }
}
