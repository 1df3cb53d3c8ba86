package dev.stillgate.fingerprint.holdout;

import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.space.TraitSpace;
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
 * Likelihood ratio of each account, group to background, in content and network, the families that the search did not
 * use.
 *
 * <p>The group is represented by its surest members by time evidence. The background consists of unflagged accounts:
 * the rest of the cohort, a sample of the population, and members that time evidence rejects. Flagged accounts are
 * excluded, since they may belong to the same actor.
 */
public final class MemberLikelihood {
    private static final int COHORT_SAMPLE = 250;
    private static final int POPULATION_SAMPLE = 400;
    private static final int ITERATIONS = 50;

    /** Upper bound of a log ratio before it is exponentiated. */
    private static final double MAX_LOG_RATIO = 50;

    private static final double MIN_PROPORTION = 0.02;
    private static final int NEIGHBOURS = 30;

    private final List<AccountProfile> profiles;
    private final int compared;
    private final @Nullable StudentFit content;
    private final StudentFit topics;
    private final @Nullable StudentFit network;
    private final IntPredicate isBackground;
    private final int[] population;
    private final Random random;

    /**
     * @param profiles the accounts, by row
     * @param compared number of leading rows that represent the population
     * @param content positions in the traits of content, null if no signal has any
     * @param network positions in the traits of network, null if no signal has any
     * @param isBackground whether a row is not flagged and so counts as background
     */
    public MemberLikelihood(
            List<AccountProfile> profiles,
            int compared,
            @Nullable TraitSpace content,
            @Nullable TraitSpace network,
            IntPredicate isBackground,
            Random random) {
        this.profiles = profiles;
        this.compared = compared;
        this.isBackground = isBackground;
        this.random = random;
        this.content = content == null ? null : new StudentFit(content.points, content.dimensions);
        this.network = network == null ? null : new StudentFit(network.points, network.dimensions);
        topics = new StudentFit(topics(profiles, compared), PromptFeatures.TOPICS);
        int[] background = IntStream.range(0, compared).filter(isBackground).toArray();
        population = Arrays.stream(Sampling.sample(background.length, POPULATION_SAMPLE, random))
                .map(i -> background[i])
                .toArray();
    }

    /** Returns the standardised mean topics of the accounts. */
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
     * Returns ln of the likelihood ratio of each account by content and network together. Lengths and topics are of one
     * family and get the exponent 1/2 each, which is valid for any dependence between them (Cauchy-Schwarz inequality).
     *
     * @param rows members of the group, ascending
     * @param matchedOn shared key by which the group was selected
     * @param timeLogRatios log ratio by time evidence of each member
     * @param joinerRows accounts that are compared with the group but not used for its fit
     * @return results of the members, followed by those of the joiners
     */
    double[] logRatios(int[] rows, SharedKey matchedOn, double[] timeLogRatios, int... joinerRows) {
        double[] membership = membership(timeLogRatios);
        int[] cohortRows = cohortBackground(rows, matchedOn);
        int[] populationRows = IntStream.of(population)
                .filter(row -> Arrays.binarySearch(rows, row) < 0)
                .toArray();
        int[] all = Stream.of(rows, joinerRows, cohortRows, populationRows)
                .flatMapToInt(IntStream::of)
                .toArray();
        int testedCount = rows.length + joinerRows.length;
        double[] weights = Arrays.copyOf(membership, all.length);
        double[] backgroundWeights = new double[all.length];
        for (int i = 0; i < all.length; i++) {
            if (i < rows.length) {
                backgroundWeights[i] = 1 - membership[i];
            } else if (i >= testedCount + cohortRows.length) {
                backgroundWeights[i] = (double) Math.max(rows.length, cohortRows.length) / populationRows.length;
            } else if (i >= testedCount) {
                backgroundWeights[i] = 1;
            }
        }
        double[] sums = new double[testedCount];
        add(sums, content, 0.5, all, weights, backgroundWeights);
        add(sums, topics, 0.5, all, weights, backgroundWeights);
        add(sums, network, 1, all, weights, backgroundWeights);
        return sums;
    }

    private static void add(
            double[] sums,
            @Nullable StudentFit fit,
            double proportion,
            int[] all,
            double[] membership,
            double[] backgroundWeights) {
        if (fit != null) {
            double[] ratios = fit.logRatios(all, membership, backgroundWeights);
            for (int i = 0; i < sums.length; i++) {
                sums[i] += proportion * ratios[i];
            }
        }
    }

    /**
     * Returns the time log ratios of each account's nearest neighbours in content. A few similar unrelated accounts in
     * a large group are visible in their neighbourhood only.
     *
     * @param hasEnoughData whether an account has a time result; others have no neighbours
     */
    double[][] neighbourTimeLogRatios(int[] rows, double[] timeLogRatios, boolean[] hasEnoughData) {
        int[] candidates =
                IntStream.range(0, rows.length).filter(i -> hasEnoughData[i]).toArray();
        double[][] neighbours = new double[rows.length][0];
        if (candidates.length <= NEIGHBOURS || (content == null && topics == null)) {
            Arrays.fill(
                    neighbours,
                    Arrays.stream(candidates).mapToDouble(i -> timeLogRatios[i]).toArray());
            return neighbours;
        }
        for (int i : candidates) {
            long[] nearest = new long[NEIGHBOURS];
            for (int k = 0; k < candidates.length; k++) {
                double distance = distance(rows[i], rows[candidates[k]]);
                insert(nearest, k, ((long) Float.floatToIntBits((float) distance) << 32) | candidates[k]);
            }
            neighbours[i] = Arrays.stream(nearest)
                    .mapToDouble(each -> timeLogRatios[(int) each])
                    .toArray();
        }
        return neighbours;
    }

    /**
     * Inserts a value into an ascending list of the smallest values.
     *
     * @param count number of values inserted before
     */
    private static void insert(long[] least, int count, long value) {
        int position = Math.min(count, least.length);
        if (position == least.length && value >= least[--position]) {
            return;
        }
        while (position > 0 && least[position - 1] > value) {
            least[position] = least[position - 1];
            position--;
        }
        least[position] = value;
    }

    /** Returns the distance of two accounts in content. */
    private double distance(int a, int b) {
        return distance(content, a, b) + distance(topics, a, b);
    }

    private static double distance(@Nullable StudentFit fit, int a, int b) {
        return fit == null ? 0 : fit.distance(a, b);
    }

    /** Returns whether all families lack traits, so that nothing can be compared. */
    boolean isEmpty() {
        return content == null && topics == null && network == null;
    }

    /**
     * Returns the posterior probability of membership of each account by time evidence, with the proportion of members
     * estimated by EM.
     */
    static double[] membership(double[] timeLogRatios) {
        double[] membership = new double[timeLogRatios.length];
        double proportion = 0.5;
        for (int iteration = 0; iteration < ITERATIONS; iteration++) {
            double sum = 0;
            for (int i = 0; i < timeLogRatios.length; i++) {
                double odds = proportion / (1 - proportion) * Math.exp(Math.min(timeLogRatios[i], MAX_LOG_RATIO));
                membership[i] = odds / (1 + odds);
                sum += membership[i];
            }
            proportion = Math.clamp(sum / timeLogRatios.length, MIN_PROPORTION, 1 - MIN_PROPORTION);
        }
        return membership;
    }

    /**
     * Returns a sample of unflagged accounts that have the group's most frequent value of the shared key and are not
     * members.
     */
    private int[] cohortBackground(int[] rows, SharedKey matchedOn) {
        Map<Integer, Integer> counts = new HashMap<>();
        for (int row : rows) {
            for (int value : new int[] {
                profiles.get(row).key(matchedOn, false), profiles.get(row).key(matchedOn, true)
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
        List<Integer> cohortRows = new ArrayList<>();
        for (int row = 0; shared != 0 && row < compared; row++) {
            AccountProfile profile = profiles.get(row);
            if (isBackground.test(row)
                    && (profile.key(matchedOn, false) == shared || profile.key(matchedOn, true) == shared)
                    && Arrays.binarySearch(rows, row) < 0) {
                cohortRows.add(row);
            }
        }
        return Arrays.stream(Sampling.sample(cohortRows.size(), COHORT_SAMPLE, random))
                .map(cohortRows::get)
                .toArray();
    }
}
