package dev.stillgate.fingerprint.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.analysis.Pins;
import dev.stillgate.fingerprint.analysis.Seen;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Components of the citation graph, which a third party cannot force. */
final class CitationGraphTest {
    private static final int LEAST = 2;
    private final CitationGraph edges = new CitationGraph(1024);

    private void twice(int from, int to) {
        edges.add(from, to, 1);
        edges.add(from, to, 2);
    }

    @Test
    void publishedTranscriptCreatesNoComponent() {
        for (int innocent = 1; innocent < 50; innocent++) {
            twice(innocent, 0);
        }
        assertThat(edges.components(50, LEAST)).containsOnly(0);
    }

    @Test
    void citingAVictimCreatesNoComponentWithIt() {
        for (int attacker = 1; attacker < 50; attacker++) {
            twice(attacker, 0);
            twice(attacker, attacker % 49 + 1);
        }
        int[] components = edges.components(50, LEAST);
        assertThat(components[0]).as("the victim").isZero();
        assertThat(Arrays.copyOfRange(components, 1, 50)).as("the attackers").containsOnly(1);
    }

    @Test
    void mutualCitationsCreateAComponent() {
        twice(3, 4);
        twice(4, 3);
        twice(5, 3);
        assertThat(edges.components(6, LEAST)).containsExactly(0, 0, 0, 1, 1, 0);
    }

    @Test
    void singleExchangeCreatesNoLink() {
        twice(3, 4);
        edges.add(4, 3, 1);
        assertThat(edges.components(6, LEAST)).containsOnly(0);
    }

    @Test
    void ringIsOneComponentAndChainIsNone() {
        int n = 300;
        for (int k = 0; k < n; k++) {
            twice(k, (k + 1) % n);
            twice(n + k, n + k + 1);
        }
        int[] components = edges.components(2 * n + 1, LEAST);
        assertThat(Arrays.copyOf(components, n)).containsOnly(1);
        assertThat(Arrays.copyOfRange(components, n, 2 * n + 1)).containsOnly(0);
    }

    @Test
    void componentsAgreeWithReachability() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            int n = 2 + random.nextInt(12);
            CitationGraph some = new CitationGraph(1024);
            boolean[][] reaches = new boolean[n][n];
            for (int k = 0; k < 2 * n; k++) {
                int from = random.nextInt(n);
                int to = random.nextInt(n);
                if (from != to) {
                    some.add(from, to, 0);
                    reaches[from][to] = true;
                }
            }
            for (int via = 0; via < n; via++) {
                for (int a = 0; a < n; a++) {
                    for (int b = 0; b < n; b++) {
                        reaches[a][b] |= reaches[a][via] && reaches[via][b];
                    }
                }
            }
            int[] components = some.components(n, 1);
            for (int a = 0; a < n; a++) {
                for (int b = 0; b < n; b++) {
                    boolean same = components[a] != 0 && components[a] == components[b];
                    boolean expected = a == b ? reaches[a][a] : reaches[a][b] && reaches[b][a];
                    assertThat(same).as("%d and %d, seed %d", a, b, seed).isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void graphIsBoundedAndKeepsRepeatedCitations() {
        for (int k = 0; k < 200; k++) {
            twice(k, k + 1);
        }
        for (int flood = 0; flood < 50_000; flood++) {
            edges.add(1000 + flood, 0, 3);
        }
        assertThat(edges.size()).isLessThan(1024);
        for (int k = 0; k < 200; k++) {
            assertThat(edges.count(k, k + 1)).isEqualTo(2);
        }
    }

    @Test
    void accountsAndOldEdgesAreForgotten() {
        twice(1, 2);
        twice(3, 1);
        twice(3, 4);
        edges.add(5, 6, 900);
        BitSet gone = new BitSet();
        gone.set(1);
        edges.forget(gone, 0);
        assertThat(edges.size()).isEqualTo(2);
        assertThat(edges.count(3, 4)).isEqualTo(2);
        edges.forget(new BitSet(), 10);
        assertThat(edges.size()).isEqualTo(1);
        assertThat(edges.count(5, 6)).isEqualTo(1);
    }

    @Test
    void ownAnswersCreateNoEdge() {
        Analyst analyst = new Analyst(Seen.settings(1000), Pins.orders(() -> Seen.START));
        analyst.observe(Seen.issued("a", Seen.START, 71, 72));
        analyst.observe(Seen.cited("a", Seen.START + 1, 71));
        assertThat(analyst.accountStore().edges().size()).isZero();
    }

    @Test
    void transcriptCountsOncePerExchangeAndNotWithinAnOrganisation() {
        Analyst analyst = new Analyst(Seen.settings(1000), Pins.orders(() -> Seen.START));
        analyst.observe(Seen.issued("a", Seen.START, 71, 72));
        analyst.observe(Seen.cited("b", Seen.START + 1, 71, 72));
        analyst.observe(Seen.cited("b", Seen.START + 1, 72));
        assertThat(analyst.accountStore().edges().count(1, 0)).isEqualTo(2);
        for (String account : new String[] {"c", "d"}) {
            var seen = Seen.issued(account, Seen.START, account.charAt(0));
            seen.cited = new long[] {'c'};
            seen.organisation = "org";
            analyst.observe(seen);
        }
        assertThat(analyst.accountStore().edges().size()).isEqualTo(1);
    }
}
