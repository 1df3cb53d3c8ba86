package dev.stillgate.fingerprint.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.space.Cohort;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BurstScanTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Registered registered = new Registered();
    private int now = minute(300);
    private final Random random = new Random(4);

    private static int minute(double days) {
        return (int) (after(days).getEpochSecond() / 60);
    }

    private static Instant after(double days) {
        return START.plus(Duration.ofSeconds((long) (days * 86_400)));
    }

    private int created(double days) {
        return registered.add(1, after(days));
    }

    /** Adds accounts that are created evenly over a time. */
    private int[] spread(int count, double fromDay, double untilDay) {
        return IntStream.range(0, count)
                .map(i -> created(random.nextDouble(fromDay, untilDay)))
                .toArray();
    }

    private static Cohort cohort(int... members) {
        return new Cohort(SharedKey.SYSTEM, 1, members);
    }

    private static int[] both(int[] some, int[] others) {
        int[] all = Arrays.copyOf(some, some.length + others.length);
        System.arraycopy(others, 0, all, some.length, others.length);
        return all;
    }

    private List<LinkedGroup> groups(Cohort... cohorts) {
        return BurstScan.groups(List.of(cohorts), registered.facts, registered.population(), now, BurstScan.PROMISE);
    }

    @Test
    void burstAmongAccountsWithAKeyIsALink() {
        spread(3_000, 0, 300);
        int[] farm = spread(40, 200, 202.9);
        assertThat(groups(cohort(farm))).singleElement().satisfies(group -> {
            assertThat(group.accounts()).containsExactly(farm);
            assertThat(group.decisive()).isFalse();
            assertThat(group.link().kind()).isEqualTo(LinkKind.BOUNDED);
            assertThat(group.link().bound()).isLessThan(1e-20);
            assertThat(group.link().weight()).isEqualTo(4);
        });
    }

    @Test
    void burstIsFoundAmongUsersOfAPopularClient() {
        int[] others = spread(3_000, 0, 300);
        int[] users = Arrays.copyOf(others, 900);
        int[] farm = spread(40, 200, 200.9);
        assertThat(groups(cohort(both(users, farm)), cohort(farm), cohort(users)))
                .singleElement()
                .satisfies(group -> assertThat(group.accounts()).contains(farm).hasSizeLessThanOrEqualTo(44));
    }

    @Test
    void datesWithoutTimesAreEnough() {
        spread(3_000, 0, 300);
        int[] farm = IntStream.range(0, 40).map(i -> created(200 + i % 3)).toArray();
        assertThat(groups(cohort(farm)))
                .singleElement()
                .satisfies(group -> assertThat(group.accounts()).hasSize(40));
    }

    @Test
    void importedAccountsWithOneDateAreNoBurst() {
        int[] imported = IntStream.range(0, 20_000).map(i -> created(100)).toArray();
        spread(300, 0, 300);
        List<Cohort> cohorts = IntStream.range(0, 50)
                .mapToObj(k -> cohort(Arrays.copyOfRange(imported, k * 300, k * 300 + 300)))
                .toList();
        assertThat(groups(cohorts.toArray(Cohort[]::new))).isEmpty();
    }

    @Test
    void usersOfANewProductAreNoBurst() {
        spread(3_000, 0, 300);
        int[] users = spread(150, 270, 300);
        assertThat(groups(cohort(users))).isEmpty();
    }

    @Test
    void clientThatNewAccountsPreferIsNoBurst() {
        int[] before = spread(2_000, 0, 200);
        int[] since = spread(1_000, 200, 300);
        int[] users = both(Arrays.copyOf(before, 600), Arrays.copyOf(since, 900));
        assertThat(groups(cohort(users))).isEmpty();
    }

    @Test
    void clientOfAllNewAccountsIsNoBurst() {
        int[] before = spread(2_000, 0, 200);
        for (int day = 200; day < 220; day++) {
            spread(2, day, day + 1);
            before = both(before, spread(18, day, day + 1));
            now = minute(day + 1);
            assertThat(groups(cohort(Arrays.copyOfRange(before, 2_000, before.length))))
                    .as("%s days after its release", day - 199)
                    .isEmpty();
        }
    }

    @Test
    void burstIsFoundWhenItIsOverForAsLongAsItLasted() {
        spread(2_000, 0, 200);
        int[] farm = spread(40, 200, 200.9);
        spread(10, 200, 201);
        now = minute(201.5);
        assertThat(groups(cohort(farm))).isEmpty();
        spread(10, 201, 202);
        now = minute(202.1);
        assertThat(groups(cohort(farm))).hasSize(1);
    }

    @Test
    void accountsThatAreVouchedForAreInNoGroup() {
        spread(3_000, 0, 300);
        int[] farm = spread(40, 200, 202);
        registered.verify(farm[3]);
        assertThat(groups(cohort(farm)))
                .singleElement()
                .satisfies(group -> assertThat(group.accounts()).hasSize(39).doesNotContain(farm[3]));
        Arrays.stream(farm).skip(9).forEach(registered::verify);
        assertThat(groups(cohort(farm))).isEmpty();
    }

    @Test
    void accountsWithoutCreationTimeAreNoBurst() {
        spread(3_000, 0, 300);
        int[] unknown = IntStream.range(0, 40).map(i -> registered.add(1, null)).toArray();
        assertThat(groups(cohort(unknown))).isEmpty();
        assertThat(BurstScan.groups(List.of(), new FactTable(), registered.population(), now, 0.001))
                .isEmpty();
    }

    /** Keys are dealt to accounts at random, whatever the creation times look like: with jumps, weekdays and growth. */
    @Test
    void groupsAmongUnrelatedAccountsAreAsRareAsPromised() {
        double promise = 0.05;
        int rounds = 400;
        int wrong = 0;
        for (int seed = 0; seed < rounds; seed++) {
            Random dice = new Random(seed);
            Registered unrelated = new Registered();
            int count = 600;
            for (int i = 0; i < count; i++) {
                double day = 100 * Math.sqrt(dice.nextDouble());
                boolean jump = dice.nextInt(4) == 0;
                boolean weekend = (int) day % 7 >= 5 && dice.nextInt(3) > 0;
                double at = jump ? 60 + dice.nextInt(3) * 10 : weekend ? day - 2 : day;
                unrelated.add(1, after(dice.nextBoolean() ? Math.floor(at) : at));
            }
            List<Cohort> cohorts = new ArrayList<>();
            for (int key = 0; key < 30; key++) {
                int size = dice.nextInt(12, 200);
                cohorts.add(cohort(
                        dice.ints(0, count).distinct().limit(size).sorted().toArray()));
            }
            boolean found = !BurstScan.groups(cohorts, unrelated.facts, unrelated.population(), minute(100), promise)
                    .isEmpty();
            wrong += found ? 1 : 0;
        }
        assertThat(wrong).isLessThanOrEqualTo((int) (promise * rounds));
    }
}
