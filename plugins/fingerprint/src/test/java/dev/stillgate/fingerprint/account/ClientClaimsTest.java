package dev.stillgate.fingerprint.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Seen;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.holdout.ClientMismatch;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ClientClaimsTest {
    private static final long PYTHON_SDK = 11;
    private static final long NODE_SDK = 12;
    private static final long RARE_TOOL = 13;
    private static final long OPENSSL = 101;
    private static final long NODE = 102;
    private static final long NEW = 103;
    private final ClientClaims claims = new ClientClaims();
    private int organisations;

    private static Observation client(String account, long claim, long ja4, long order, long preface) {
        Observation seen = Seen.at(account, Seen.START);
        seen.claim = claim;
        seen.ja4 = ja4;
        seen.order = order;
        seen.preface = preface;
        return seen;
    }

    private boolean contradicts(String account, long claim, long ja4) {
        return claims.contradict(client(account, claim, ja4, 0, 0));
    }

    /** Records a ClientHello of many organisations with a claim, many times each. */
    private void come(int count, long claim, long ja4) {
        for (int i = 0; i < count; i++) {
            String organisation = "organisation-" + organisations++;
            for (int again = 0; again < 50; again++) {
                assertThat(contradicts(organisation, claim, ja4)).isFalse();
            }
        }
    }

    @Test
    void fingerprintOfOtherSoftwareContradictsTheClaim() {
        come(60, PYTHON_SDK, OPENSSL);
        come(60, NODE_SDK, NODE);
        assertThat(contradicts("liar", PYTHON_SDK, NODE)).isTrue();
        assertThat(contradicts("other-liar", NODE_SDK, OPENSSL)).isTrue();
        assertThat(contradicts("honest", PYTHON_SDK, OPENSSL)).isFalse();
    }

    @Test
    void eachFeatureIsTestedByItself() {
        for (int i = 0; i < 40; i++) {
            claims.contradict(client("p-" + i, PYTHON_SDK, OPENSSL, 7, 0));
            claims.contradict(client("n-" + i, NODE_SDK, NODE, 8, 9));
        }
        assertThat(claims.contradict(client("x", PYTHON_SDK, OPENSSL, 8, 0))).isTrue();
        assertThat(claims.contradict(client("y", NODE_SDK, NODE, 7, 9))).isTrue();
        assertThat(claims.contradict(client("z", PYTHON_SDK, OPENSSL, 7, 0))).isFalse();
        assertThat(claims.contradict(client("w", NODE_SDK, NODE, 8, 9))).isFalse();
    }

    @Test
    void newValueIsNoContradiction() {
        come(60, PYTHON_SDK, OPENSSL);
        come(60, NODE_SDK, NODE);
        assertThat(contradicts("early", PYTHON_SDK, NEW)).isFalse();
        assertThat(contradicts("without TLS here", PYTHON_SDK, 0)).isFalse();
    }

    @Test
    void rareClaimIsNotContradicted() {
        come(15, RARE_TOOL, OPENSSL);
        come(60, NODE_SDK, NODE);
        assertThat(contradicts("x", RARE_TOOL, NODE)).isFalse();
    }

    @Test
    void largeOrganisationCountsOnce() {
        come(60, PYTHON_SDK, OPENSSL);
        come(60, NODE_SDK, NODE);
        for (int account = 0; account < 500; account++) {
            Observation seen = client("one-" + account, PYTHON_SDK, NODE, 0, 0);
            seen.organisation = "one";
            assertThat(claims.contradict(seen)).isTrue();
        }
        assertThat(contradicts("another", PYTHON_SDK, NODE)).isTrue();
    }

    @Test
    void commonValueBelongsToTheClaim() {
        come(60, NODE_SDK, NODE);
        come(60, PYTHON_SDK, OPENSSL);
        for (int i = 0; i < 12; i++) {
            contradicts("behind a gateway " + i, PYTHON_SDK, NODE);
        }
        assertThat(contradicts("behind one too", PYTHON_SDK, NODE)).isFalse();
    }

    @Test
    void commonValuesSurviveInventedClaims() {
        come(60, PYTHON_SDK, OPENSSL);
        come(60, NODE_SDK, NODE);
        Random random = new Random(3);
        for (int i = 0; i < 50_000; i++) {
            claims.contradict(
                    client("f-" + i, random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong()));
        }
        assertThat(contradicts("liar", PYTHON_SDK, NODE)).isTrue();
        assertThat(contradicts("honest", PYTHON_SDK, OPENSSL)).isFalse();
    }

    @Test
    void mismatchEvidenceGrowsWithTheShareAndIsBounded() {
        AccountTable table = new AccountTable();
        for (int a = 0; a < 400; a++) {
            int account = table.observe(Seen.prompt("a-" + a, Seen.START), true);
            table.disguise(account, a < 40);
        }
        List<AccountProfile> all = java.util.stream.IntStream.range(0, 400)
                .mapToObj(table::profile)
                .toList();
        int[] disguised = java.util.stream.IntStream.range(0, 40).toArray();
        int[] honest = java.util.stream.IntStream.range(100, 140).toArray();
        int[] oneOfTen =
                java.util.stream.IntStream.iterate(0, a -> a < 400, a -> a + 10).toArray();
        assertThat(ClientMismatch.log10Odds(all, disguised, 1)).isEqualTo(ClientMismatch.MAX_EVIDENCE);
        assertThat(ClientMismatch.log10Odds(all, disguised, 10)).isEqualTo(ClientMismatch.MAX_EVIDENCE);
        assertThat(ClientMismatch.log10Odds(all, java.util.Arrays.copyOf(disguised, 1), 1))
                .isBetween(0.2, ClientMismatch.MAX_EVIDENCE - 0.01);
        assertThat(ClientMismatch.log10Odds(all, java.util.Arrays.copyOf(disguised, 1), 0.5))
                .isBetween(0.1, 0.35);
        assertThat(ClientMismatch.log10Odds(all, honest, 1)).isZero();
        assertThat(ClientMismatch.log10Odds(all, oneOfTen, 1)).isZero();
        assertThat(ClientMismatch.MAX_EVIDENCE).isLessThan(1);
    }
}
