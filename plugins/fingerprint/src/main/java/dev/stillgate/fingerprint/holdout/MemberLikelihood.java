package dev.stillgate.fingerprint.holdout;

import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.space.BackgroundDensity;
import dev.stillgate.fingerprint.stats.Sampling;
import dev.stillgate.fingerprint.stats.StudentFit;
import dev.stillgate.fingerprint.text.PromptFeatures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compares each account of a trial with the trial's surest ones, in what is asked and where from. Strangers are the rest of
 * the cohort, who share with the group whatever it was named by, and as many of all others, but for those who were caught: they
 * may be the same actor's; and those of the group itself who come back to work of their own.
 */
public final class MemberLikelihood {
    private static final int COHORT_SAMPLE = 250;
    private static final int POPULATION_SAMPLE = 400;
    private static final int TURNS = 50;
    private static final double LEAST_PART = 0.02;

    /** How many accounts are an account's neighbours. */
    private static final int NEAR = 30;

    private final List<AccountProfile> profiles;
    private final int compared;
    private final @Nullable StudentFit content;
    private final @Nullable StudentFit topics;
    private final @Nullable StudentFit network;
    private final IntPredicate free;
    private final int[] population;
    private final Random random;

    /**
     * Prepares to compare.
     *
     * @param profiles the accounts, one row each
     * @param compared how many of them, the first, stand for all
     * @param content where the accounts lie by what is asked, null when no signal says so
     * @param network and by where from
     * @param about whether topics are looked at
     * @param free of which rows it is not known that they are an actor's: the others are nobody's strangers
     */
    public MemberLikelihood(
            List<AccountProfile> profiles,
            int compared,
            @Nullable BackgroundDensity content,
            @Nullable BackgroundDensity network,
            boolean about,
            IntPredicate free,
            Random random) {
        this.profiles = profiles;
        this.compared = compared;
        this.free = free;
        this.random = random;
        this.content = content == null ? null : new StudentFit(content.points, content.dimensions);
        this.network = network == null ? null : new StudentFit(network.points, network.dimensions);
        topics = about ? new StudentFit(topics(profiles, compared), PromptFeatures.TOPICS) : null;
        int[] strangers = IntStream.range(0, compared).filter(free).toArray();
        population = Arrays.stream(Sampling.sample(strangers.length, POPULATION_SAMPLE, random))
                .map(i -> strangers[i])
                .toArray();
    }

    /** Returns the mean topics of the accounts, in units of how far accounts lie apart. */
    private static double[][] topics(List<AccountProfile> profiles, int compared) {
        double[][] points = new double[profiles.size()][PromptFeatures.TOPICS];
        for (int d = 0; d < PromptFeatures.TOPICS; d++) {
            double squares = 0;
            double sum = 0;
            for (int row = 0; row < points.length; row++) {
                double x = profiles.get(row).topic(d);
                points[row][d] = x;
                sum += row < compared ? x : 0;
                squares += row < compared ? x * x : 0;
            }
            double mean = sum / compared;
            double width = Math.sqrt(Math.max(1e-6, squares / compared - mean * mean));
            for (double[] point : points) {
                point[d] = (point[d] - mean) / width;
            }
        }
        return points;
    }

    /**
     * Returns what content and network say for each account by itself, ln of a likelihood ratio. Lengths and topics are of
     * one family, and what they say is faded by a half before it is added, which is right however they depend on each other
     * (Cauchy's and Schwarz's inequality bounds the mean of the root of a product).
     *
     * @param rows the accounts of the trial
     * @param found by what they were named
     * @param alone what time says for each, ln of a likelihood ratio
     * @param behind accounts that are compared with the group too, and from which its make is not learnt
     * @return of the accounts, and of those behind
     */
    double[] of(int[] rows, SharedKey found, double[] alone, int... behind) {
        double[] belongs = belongs(alone);
        int[] rest = rest(rows, found);
        int[] others = IntStream.of(population)
                .filter(row -> Arrays.binarySearch(rows, row) < 0)
                .toArray();
        int[] all = Stream.of(rows, behind, rest, others)
                .flatMapToInt(IntStream::of)
                .toArray();
        int strangers = rows.length + behind.length;
        double[] weights = Arrays.copyOf(belongs, all.length);
        double[] strange = new double[all.length];
        for (int i = 0; i < all.length; i++) {
            if (i < rows.length) {
                strange[i] = 1 - belongs[i];
            } else if (i >= strangers + rest.length) {
                strange[i] = (double) Math.max(rows.length, rest.length) / others.length;
            } else if (i >= strangers) {
                strange[i] = 1;
            }
        }
        double[] sums = new double[strangers];
        add(sums, content, 0.5, all, weights, strange);
        add(sums, topics, 0.5, all, weights, strange);
        add(sums, network, 1, all, weights, strange);
        return sums;
    }

    private static void add(
            double[] sums, @Nullable StudentFit kinship, double part, int[] all, double[] belongs, double[] strange) {
        if (kinship != null) {
            double[] ratios = kinship.of(all, belongs, strange);
            for (int i = 0; i < sums.length; i++) {
                sums[i] += part * ratios[i];
            }
        }
    }

    /**
     * Returns what time says of those that are nearest to each account in content: a group can hold a few strangers who are of
     * one make with each other, and are lost in the whole.
     *
     * @param alone what time says of each, ln of a likelihood ratio
     * @param known of which accounts time says something; the others have no neighbours
     */
    double[][] near(int[] rows, double[] alone, boolean[] known) {
        int[] some = IntStream.range(0, rows.length).filter(i -> known[i]).toArray();
        double[][] near = new double[rows.length][0];
        if (some.length <= NEAR || (content == null && topics == null)) {
            Arrays.fill(near, Arrays.stream(some).mapToDouble(i -> alone[i]).toArray());
            return near;
        }
        for (int i : some) {
            long[] nearest = new long[NEAR];
            for (int k = 0; k < some.length; k++) {
                double distance = distance(rows[i], rows[some[k]]);
                insert(nearest, k, ((long) Float.floatToIntBits((float) distance) << 32) | some[k]);
            }
            near[i] = Arrays.stream(nearest)
                    .mapToDouble(each -> alone[(int) each])
                    .toArray();
        }
        return near;
    }

    /**
     * Takes a value among the least, which ascend.
     *
     * @param count how many came before
     */
    private static void insert(long[] least, int count, long value) {
        int place = Math.min(count, least.length);
        if (place == least.length && value >= least[--place]) {
            return;
        }
        while (place > 0 && least[place - 1] > value) {
            least[place] = least[place - 1];
            place--;
        }
        least[place] = value;
    }

    /** Returns how far two accounts lie apart in what is asked. */
    public double distance(int a, int b) {
        return distance(content, a, b) + distance(topics, a, b);
    }

    private static double distance(@Nullable StudentFit kinship, int a, int b) {
        return kinship == null ? 0 : kinship.distance(a, b);
    }

    /** Returns whether there is nothing by which accounts could be compared. */
    boolean isMute() {
        return content == null && topics == null && network == null;
    }

    /** Returns how sure it is by time that each belongs, the part of those who do being the likeliest. */
    static double[] belongs(double[] alone) {
        double[] belongs = new double[alone.length];
        double part = 0.5;
        for (int turn = 0; turn < TURNS; turn++) {
            double sum = 0;
            for (int i = 0; i < alone.length; i++) {
                double odds = part / (1 - part) * Math.exp(Math.min(alone[i], TURNS));
                belongs[i] = odds / (1 + odds);
                sum += belongs[i];
            }
            part = Math.clamp(sum / alone.length, LEAST_PART, 1 - LEAST_PART);
        }
        return belongs;
    }

    /** Returns some of those who share with most of the group what it was named by, and are none of it. */
    private int[] rest(int[] rows, SharedKey found) {
        Map<Integer, Integer> counts = new HashMap<>();
        for (int row : rows) {
            for (int value : new int[] {
                profiles.get(row).key(found, false), profiles.get(row).key(found, true)
            }) {
                if (value != 0) {
                    counts.merge(value, 1, Integer::sum);
                }
            }
        }
        int shared = counts.entrySet().stream()
                .max(Map.Entry.<Integer, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .orElse(0);
        List<Integer> rest = new ArrayList<>();
        for (int row = 0; shared != 0 && row < compared; row++) {
            AccountProfile profile = profiles.get(row);
            if (free.test(row)
                    && (profile.key(found, false) == shared || profile.key(found, true) == shared)
                    && Arrays.binarySearch(rows, row) < 0) {
                rest.add(row);
            }
        }
        return Arrays.stream(Sampling.sample(rest.size(), COHORT_SAMPLE, random))
                .map(rest::get)
                .toArray();
    }
}
