package dev.stillgate.fingerprint.holdout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.analysis.Seen;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.signal.SweepShape;
import dev.stillgate.fingerprint.space.BackgroundDensity;
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

/** What is said of each account of a trial by what it asks: 60 of one make, 10 others of another make, and 130 people. */
final class MemberLikelihoodTest {
    private static final int ALIKE = 60;
    private static final int OTHERS = 10;
    private static final int GROUP = ALIKE + OTHERS;
    private static final int ALL = 200;
    private static final int PROMPTS = 20;

    private final Random random = new Random(3);
    private final int[] rows = IntStream.range(0, GROUP).toArray();
    private final double[] alone = new double[GROUP];
    private final boolean[] known = new boolean[GROUP];
    private final MemberLikelihood kin = kin(row -> true);

    MemberLikelihoodTest() {
        Arrays.fill(alone, 1.5);
        Arrays.fill(known, true);
        for (int i = ALIKE; i < GROUP; i++) {
            alone[i] = i % 2 == 0 ? 2.4 : -8; // half of the strangers were seen coming back to work of their own
        }
    }

    private MemberLikelihood kin(IntPredicate free) {
        AccountTable table = new AccountTable();
        for (int account = 0; account < ALL; account++) {
            double size = account < ALIKE ? 5 : account < GROUP ? 7 : 4 + 5 * random.nextDouble();
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
        return new MemberLikelihood(
                profiles, ALL, new BackgroundDensity(space, space.dimensions, random), null, true, free, random);
    }

    @Test
    void contentSpeaksForTheManyAndAgainstTheFewOfAnotherMake() {
        double[] said = kin.of(rows, SharedKey.CLIENT, alone);
        double[] many = Arrays.copyOf(said, ALIKE);
        assertThat(Quantiles.median(many)).isGreaterThan(0.5);
        for (int i = ALIKE; i < GROUP; i += 2) {
            assertThat(said[i]).as("account %d", i).isLessThan(0);
        }
    }

    /** Whoever joins a campaign late is tried beside those of it who were caught, and they are of his make. */
    @Test
    void whoWasCaughtIsNoStranger() {
        int[] late = IntStream.range(0, ALIKE / 2).toArray();
        double[] dealt = new double[late.length];
        Arrays.fill(dealt, 1.5);
        double beside = Quantiles.median(kin.of(late, SharedKey.CLIENT, dealt));
        MemberLikelihood without = kin(row -> row >= GROUP || row < late.length);
        assertThat(Quantiles.median(without.of(late, SharedKey.CLIENT, dealt))).isGreaterThan(beside + 0.3);
    }

    /** What is said of the group is what is said without them. */
    @Test
    void fromThoseBehindTheGroupsMakeIsNotLearnt() {
        int[] behind = IntStream.range(ALIKE - 10, GROUP).toArray();
        int[] group = IntStream.range(0, ALIKE - 10).toArray();
        double[] dealt = Arrays.copyOf(alone, group.length);
        double[] said = kin.of(group, SharedKey.CLIENT, dealt, behind);
        assertThat(said).hasSize(GROUP).startsWith(new MemberLikelihoodTest().kin.of(group, SharedKey.CLIENT, dealt));
        double[] ofThem = Arrays.copyOfRange(said, group.length, GROUP);
        assertThat(Quantiles.median(Arrays.copyOf(ofThem, 10)))
                .as("of its make")
                .isGreaterThan(0.5);
        assertThat(Quantiles.median(Arrays.copyOfRange(ofThem, 10, 20)))
                .as("of another")
                .isNegative();
    }

    @Test
    void aFewStrangersOfOneMakeAreSeenByTheirNeighbours() {
        double[] pure = least(kin.near(rows, alone, known));
        for (int i = ALIKE; i < GROUP; i += 2) {
            assertThat(pure[i]).as("account %d", i).isLessThan(0.75);
        }
        assertThat(Arrays.stream(pure, 0, ALIKE).average().orElseThrow()).isGreaterThan(0.85);
    }

    @Test
    void aSmallGroupIsItsOwnNeighbourhood() {
        int[] few = IntStream.range(0, 20).toArray();
        boolean[] all = new boolean[20];
        Arrays.fill(all, true);
        double[] pure = least(kin.near(few, Arrays.copyOf(alone, 20), all));
        assertThat(pure).containsOnly(MixtureProportion.least(Arrays.copyOf(alone, 20)));
    }

    @Test
    void timeSaysWhoIsSure() {
        double[] belongs = MemberLikelihood.belongs(alone);
        assertThat(belongs[0]).isGreaterThan(0.9);
        assertThat(belongs[ALIKE + 1]).isLessThan(0.01);
        assertThat(MemberLikelihood.belongs(new double[] {Double.NEGATIVE_INFINITY, 1, 1})[0])
                .isZero();
    }

    private static double[] least(double[][] near) {
        return Arrays.stream(near).mapToDouble(MixtureProportion::least).toArray();
    }
}
