package dev.stillgate.fingerprint.holdout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.analysis.Seen;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.signal.SweepShape;
import dev.stillgate.fingerprint.space.Cohort;
import dev.stillgate.fingerprint.space.TraitSpace;
import dev.stillgate.fingerprint.stats.MixtureProportion;
import dev.stillgate.fingerprint.stats.Quantiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A group of 60 similar accounts and 10 others that are similar to each other, and a background of 130. */
final class MemberLikelihoodTest {
    private static final int SIMILAR = 60;
    private static final int OTHERS = 10;
    private static final int GROUP = SIMILAR + OTHERS;
    private static final int ALL = 200;
    private static final int PROMPTS = 20;

    private final Random random = new Random(3);
    private final int[] rows = IntStream.range(0, GROUP).toArray();
    private final double[] timeLogRatios = new double[GROUP];
    private final boolean[] hasEnoughData = new boolean[GROUP];
    private final MemberLikelihood likelihood = memberLikelihood(row -> true);

    MemberLikelihoodTest() {
        Arrays.fill(timeLogRatios, 1.5);
        Arrays.fill(hasEnoughData, true);
        for (int i = SIMILAR; i < GROUP; i++) {
            timeLogRatios[i] = i % 2 == 0 ? 2.4 : -8; // half of the others are rejected by time evidence
        }
    }

    private MemberLikelihood memberLikelihood(IntPredicate isBackground) {
        AccountTable table = new AccountTable();
        for (int account = 0; account < ALL; account++) {
            double size = account < SIMILAR ? 5 : account < GROUP ? 7 : 4 + 5 * random.nextDouble();
            double spread = account < GROUP ? 0.2 : 0.2 + random.nextDouble();
            for (int k = 0; k < PROMPTS; k++) {
                Observation seen = Seen.prompt("a-" + account, Seen.START + k * 3_600_000L);
                seen.client = 7;
                seen.prompt.newChars = (int) Math.exp(size + spread * random.nextGaussian());
                seen.outputTokens = (int) Math.exp(size - 1 + spread * random.nextGaussian());
                table.observe(seen, true);
            }
        }
        List<AccountProfile> profiles = new ArrayList<>();
        for (int account = 0; account < ALL; account++) {
            profiles.add(table.profile(account));
        }
        List<Cohort> cohorts =
                List.of(new Cohort(SharedKey.CLIENT, 7, IntStream.range(0, ALL).toArray()));
        TraitSpace space = new TraitSpace(new SweepShape().traits(), profiles, ALL, cohorts);
        return new MemberLikelihood(profiles, ALL, space, null, isBackground, random);
    }

    @Test
    void contentSeparatesMembersFromOthers() {
        double[] logRatios = likelihood.logRatios(rows, SharedKey.CLIENT, timeLogRatios);
        double[] many = Arrays.copyOf(logRatios, SIMILAR);
        assertThat(Quantiles.median(many)).isGreaterThan(0.5);
        for (int i = SIMILAR; i < GROUP; i += 2) {
            assertThat(logRatios[i]).as("account %d", i).isLessThan(0);
        }
    }

    /** An account that joins a campaign late is compared with unflagged accounts only. */
    @Test
    void flaggedAccountsAreNotBackground() {
        int[] late = IntStream.range(0, SIMILAR / 2).toArray();
        double[] dealt = new double[late.length];
        Arrays.fill(dealt, 1.5);
        double beside = Quantiles.median(likelihood.logRatios(late, SharedKey.CLIENT, dealt));
        MemberLikelihood without = memberLikelihood(row -> row >= GROUP || row < late.length);
        assertThat(Quantiles.median(without.logRatios(late, SharedKey.CLIENT, dealt)))
                .isGreaterThan(beside + 0.3);
    }

    @Test
    void joinersDoNotChangeTheFit() {
        int[] joiners = IntStream.range(SIMILAR - 10, GROUP).toArray();
        int[] group = IntStream.range(0, SIMILAR - 10).toArray();
        double[] dealt = Arrays.copyOf(timeLogRatios, group.length);
        double[] logRatios = likelihood.logRatios(group, SharedKey.CLIENT, dealt, joiners);
        assertThat(logRatios)
                .hasSize(GROUP)
                .startsWith(new MemberLikelihoodTest().likelihood.logRatios(group, SharedKey.CLIENT, dealt));
        double[] ofThem = Arrays.copyOfRange(logRatios, group.length, GROUP);
        assertThat(Quantiles.median(Arrays.copyOf(ofThem, 10)))
                .as("similar accounts")
                .isGreaterThan(0.5);
        assertThat(Quantiles.median(Arrays.copyOfRange(ofThem, 10, 20)))
                .as("other accounts")
                .isNegative();
    }

    @Test
    void fewSimilarUnrelatedAccountsAreSeenByTheirNeighbours() {
        double[] pure = least(likelihood.neighbourTimeLogRatios(rows, timeLogRatios, hasEnoughData));
        for (int i = SIMILAR; i < GROUP; i += 2) {
            assertThat(pure[i]).as("account %d", i).isLessThan(0.75);
        }
        assertThat(Arrays.stream(pure, 0, SIMILAR).average().orElseThrow()).isGreaterThan(0.85);
    }

    @Test
    void smallGroupIsItsOwnNeighbourhood() {
        int[] few = IntStream.range(0, 20).toArray();
        boolean[] all = new boolean[20];
        Arrays.fill(all, true);
        double[] pure = least(likelihood.neighbourTimeLogRatios(few, Arrays.copyOf(timeLogRatios, 20), all));
        assertThat(pure).containsOnly(MixtureProportion.lowerBound(Arrays.copyOf(timeLogRatios, 20)));
    }

    @Test
    void membershipFollowsTimeEvidence() {
        double[] membership = MemberLikelihood.membership(timeLogRatios);
        assertThat(membership[0]).isGreaterThan(0.9);
        assertThat(membership[SIMILAR + 1]).isLessThan(0.01);
        assertThat(MemberLikelihood.membership(new double[] {Double.NEGATIVE_INFINITY, 1, 1})[0])
                .isZero();
    }

    private static double[] least(double[][] neighbours) {
        return Arrays.stream(neighbours)
                .mapToDouble(MixtureProportion::lowerBound)
                .toArray();
    }
}
