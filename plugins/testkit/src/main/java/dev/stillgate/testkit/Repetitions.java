package dev.stillgate.testkit;

import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Number and seed of the repetitions of randomised tests. The system property {@code test.seed}, a whole number, requests
 * all repetitions with that seed, as each night; without it, tests make a few with a fixed seed.
 */
public final class Repetitions {
    private static final @Nullable Long SEED = Long.getLong("test.seed");

    private Repetitions() {}

    /** Returns the number of repetitions. */
    public static int of(int few, int all) {
        return SEED == null ? few : all;
    }

    /** Returns random numbers of the fixed seed, or of its combination with the night's. */
    public static Random random(long fixed) {
        return new Random(SEED == null ? fixed : fixed ^ SEED);
    }
}
