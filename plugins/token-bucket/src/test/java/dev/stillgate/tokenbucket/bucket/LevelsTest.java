package dev.stillgate.tokenbucket.bucket;

import static dev.stillgate.tokenbucket.Policies.interval;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.part;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.tokenbucket.policy.BucketLimits;
import io.github.bucket4j.BucketState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Changes of single limits of one Bucket4j state, against one state for each limit. */
final class LevelsTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final BucketLimits limits = part(
            limit("one", 7, "3/10s"),
            interval("two", 90, "40/7s"),
            limit("three", 1000, "7/1s"),
            limit("four", 5, "5/3s"));
    private final BucketState state = Levels.full(limits.configuration(), 0);
    private final List<BucketState> single = new ArrayList<>();

    LevelsTest() {
        for (int i = 0; i < limits.size(); i++) {
            single.add(Levels.full(limits.get(i).configuration(), 0));
        }
    }

    @Test
    void changesEqualThoseOfOneStateForEachLimit() {
        SplittableRandom random = new SplittableRandom(5);
        long now = 0;
        for (int step = 0; step < 20_000; step++) {
            now += random.nextLong(SECOND);
            refill(now);
            if (random.nextBoolean()) {
                int index = random.nextInt(limits.size());
                long tokens = random.nextLong(-12, 12);
                Levels.change(state, limits, index, tokens);
                change(index, tokens);
            } else {
                changeAll(random);
            }
            compare(now);
        }
    }

    /** Changes all limits at once, some of them by nothing. */
    private void changeAll(SplittableRandom random) {
        long surplus = 0;
        for (int i = limits.size() - 1; i >= 0; i--) {
            long tokens = random.nextInt(3) == 0 ? 0 : random.nextLong(-12, 12);
            surplus = Levels.change(state, limits, i, tokens, surplus);
            change(i, tokens);
        }
        Levels.endChanges(state, limits);
    }

    private void change(int index, long tokens) {
        if (tokens < 0) {
            single.get(index).consume(-tokens);
        } else if (tokens > 0) {
            single.get(index).addTokens(tokens);
        }
    }

    private void refill(long now) {
        state.refillAllBandwidth(now);
        single.forEach(each -> each.refillAllBandwidth(now));
    }

    private void compare(long now) {
        for (int i = 0; i < limits.size(); i++) {
            BucketState own = single.get(i);
            assertThat(state.getCurrentSize(i)).isEqualTo(own.getCurrentSize(0));
            assertThat(state.getRoundingError(i)).isEqualTo(own.getRoundingError(0));
            long full = limits.get(i).capacity();
            assertThat(Levels.nanosUntilAvailable(state, i, limits.get(i), full, now))
                    .isEqualTo(Levels.nanosUntilAvailable(own, 0, limits.get(i), full, now));
        }
    }

    @Test
    void debtAtItsBoundChangesNoOtherLimit() {
        Levels.change(state, limits, 3, -(1L << 60));
        Levels.change(state, limits, 2, -(1L << 60));
        Levels.change(state, limits, 0, -2);
        Levels.change(state, limits, 3, 1L << 60);
        assertThat(List.of(
                        state.getCurrentSize(0),
                        state.getCurrentSize(1),
                        state.getCurrentSize(2),
                        state.getCurrentSize(3)))
                .containsExactly(5L, 90L, 1000 - (1L << 60), 5L);
    }

    @Test
    void ageOfAnIntervalIsTheTimeSinceItsLastRefill() {
        for (long tokens : new long[] {0, -1, -89, -500}) {
            BucketState begun = Levels.full(limits.configuration(), 3 * SECOND);
            Levels.change(begun, limits, 1, tokens);
            for (long age : new long[] {0, 1, 6 * SECOND, 7 * SECOND - 1}) {
                long now = 3 * SECOND + 14 * SECOND + age;
                BucketState copy = begun.copy();
                copy.refillAllBandwidth(now);
                assertThat(Levels.intervalAge(copy, limits.get(1).configuration(), now))
                        .isEqualTo(age);
            }
        }
    }

    @Test
    void addedLimitBeginsAtItsOwnTime() {
        BucketLimits both = part(interval("a", 10, "10/10s"), interval("b", 10, "10/10s"));
        Bucket bucket = new Bucket(0, both, 20 * SECOND, false);
        bucket.restore(
                List.of(
                        new BucketsFile.LimitEntry(
                                "a", -3, both.get(0).bandwidth().getId(), 4 * SECOND),
                        new BucketsFile.LimitEntry(
                                "b", 2, both.get(1).bandwidth().getId(), 9 * SECOND)),
                20 * SECOND);
        bucket.refill(20 * SECOND);
        assertThat(List.of(bucket.level(0), bucket.level(1))).containsExactly(-3L, 2L);
        bucket.refill(21 * SECOND);
        assertThat(List.of(bucket.level(0), bucket.level(1))).containsExactly(-3L, 10L);
        bucket.refill(26 * SECOND);
        assertThat(List.of(bucket.level(0), bucket.level(1))).containsExactly(7L, 10L);
        assertThat(bucket.snapshot(1, 26 * SECOND).intervalAge()).isEqualTo(5 * SECOND);
    }
}
