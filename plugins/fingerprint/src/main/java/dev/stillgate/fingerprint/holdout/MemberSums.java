package dev.stillgate.fingerprint.holdout;

import dev.stillgate.fingerprint.text.PromptFeatures;
import java.util.Arrays;

/** Sufficient statistics of each member's gaps between conversations, daily counts and topics. Not thread-safe. */
public final class MemberSums {
    public static final int TOPICS = PromptFeatures.TOPICS;

    /** Conversations that begin within so many seconds are one batch of a script and not a gap. */
    private static final int BATCH_SECONDS = 60;

    private static final int DAY = 86_400;

    private int[] joinedAt;
    private int[] lastStart;
    private int[] gapCount;
    private double[] sumLogGaps;
    private double[] sumSquaredLogGaps;

    /**
     * Since the member joined: its last active day, the starts on that day, and the sum of squared starts of earlier
     * days.
     */
    private int[] lastDay;

    private int[] startsOfDay;
    private double[] squaredStarts;
    private int[] textCount;
    private float[] topicSums;

    /** Sums over all texts: of the topics, and of the products of each pair of dimensions. */
    private final double[] sum = new double[TOPICS];

    private final double[] products = new double[TOPICS * TOPICS];

    MemberSums(int members, int second) {
        joinedAt = new int[members];
        Arrays.fill(joinedAt, second);
        lastStart = new int[members];
        gapCount = new int[members];
        sumLogGaps = new double[members];
        sumSquaredLogGaps = new double[members];
        lastDay = new int[members];
        startsOfDay = new int[members];
        squaredStarts = new double[members];
        textCount = new int[members];
        topicSums = new float[members * TOPICS];
    }

    /**
     * Adds members.
     *
     * @param members new number of members
     * @param newIndexes new index of each present member
     * @param second second of the epoch at which they join
     */
    void grow(int members, int[] newIndexes, int second) {
        MemberSums more = new MemberSums(members, second);
        for (int oldIndex = 0; oldIndex < newIndexes.length; oldIndex++) {
            int newIndex = newIndexes[oldIndex];
            more.joinedAt[newIndex] = joinedAt[oldIndex];
            more.lastStart[newIndex] = lastStart[oldIndex];
            more.gapCount[newIndex] = gapCount[oldIndex];
            more.sumLogGaps[newIndex] = sumLogGaps[oldIndex];
            more.sumSquaredLogGaps[newIndex] = sumSquaredLogGaps[oldIndex];
            more.lastDay[newIndex] = lastDay[oldIndex];
            more.startsOfDay[newIndex] = startsOfDay[oldIndex];
            more.squaredStarts[newIndex] = squaredStarts[oldIndex];
            more.textCount[newIndex] = textCount[oldIndex];
            System.arraycopy(topicSums, oldIndex * TOPICS, more.topicSums, newIndex * TOPICS, TOPICS);
        }
        joinedAt = more.joinedAt;
        lastStart = more.lastStart;
        gapCount = more.gapCount;
        sumLogGaps = more.sumLogGaps;
        sumSquaredLogGaps = more.sumSquaredLogGaps;
        lastDay = more.lastDay;
        startsOfDay = more.startsOfDay;
        squaredStarts = more.squaredStarts;
        textCount = more.textCount;
        topicSums = more.topicSums;
    }

    /** Records a conversation start. */
    void add(int memberIndex, int second, float[] topic) {
        countStart(memberIndex, Math.max(lastDay[memberIndex], (second - joinedAt[memberIndex]) / DAY));
        if (lastStart[memberIndex] != 0 && second - lastStart[memberIndex] >= BATCH_SECONDS) {
            double log = Math.log(Math.max(1, second - lastStart[memberIndex]));
            gapCount[memberIndex]++;
            sumLogGaps[memberIndex] += log;
            sumSquaredLogGaps[memberIndex] += log * log;
        }
        lastStart[memberIndex] = Math.max(lastStart[memberIndex], second);
        if (isNonZero(topic)) {
            textCount[memberIndex]++;
            for (int d = 0; d < TOPICS; d++) {
                topicSums[memberIndex * TOPICS + d] += topic[d];
                sum[d] += topic[d];
                for (int e = 0; e <= d; e++) {
                    products[d * TOPICS + e] += topic[d] * topic[e];
                }
            }
        }
    }

    private void countStart(int memberIndex, int day) {
        if (day != lastDay[memberIndex]) {
            squaredStarts[memberIndex] += (double) startsOfDay[memberIndex] * startsOfDay[memberIndex];
            startsOfDay[memberIndex] = 0;
            lastDay[memberIndex] = day;
        }
        startsOfDay[memberIndex]++;
    }

    private static boolean isNonZero(float[] topic) {
        for (float each : topic) {
            if (each != 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns the seconds for which a member was observed: until now, or until half a day after its last conversation.
     */
    double observedSeconds(int memberIndex, int now) {
        int until = lastStart[memberIndex] == 0 ? now : Math.min(now, lastStart[memberIndex] + 43_200);
        return Math.max(3600, until - joinedAt[memberIndex]);
    }

    /** Returns the number of gaps between a member's conversations, without batches. */
    int gapCount(int memberIndex) {
        return gapCount[memberIndex];
    }

    /** Returns the mean of ln of a member's gaps. */
    double meanLogGap(int memberIndex) {
        return sumLogGaps[memberIndex] / gapCount[memberIndex];
    }

    /** Returns the sample variance of ln of a member's gaps. */
    double logGapVariance(int memberIndex) {
        double mean = meanLogGap(memberIndex);
        return Math.max(0, sumSquaredLogGaps[memberIndex] / gapCount[memberIndex] - mean * mean)
                * gapCount[memberIndex]
                / Math.max(1, gapCount[memberIndex] - 1);
    }

    /**
     * Returns the index of dispersion of a member's daily counts.
     *
     * @param n number of the member's conversations
     */
    double dispersionIndex(int memberIndex, double n, int now) {
        double squares = squaredStarts[memberIndex] + (double) startsOfDay[memberIndex] * startsOfDay[memberIndex];
        return squares / n - n * DAY / Math.max(DAY, observedSeconds(memberIndex, now));
    }

    /** Returns the number of a member's texts. */
    int textCount(int memberIndex) {
        return textCount[memberIndex];
    }

    /** Returns the mean product of two topics of one member. */
    double meanProductWithin(int memberIndex) {
        double n = textCount[memberIndex];
        double norm = 0;
        for (int d = 0; d < TOPICS; d++) {
            double x = topicSums[memberIndex * TOPICS + d];
            norm += x * x;
        }
        return (norm - n) / (n * (n - 1)); // the product of a text with itself is 1
    }

    /**
     * Returns the mean product of a topic of a member and a topic of another.
     *
     * @param all sum of the topics of all compared members
     * @param count number of their texts
     */
    double meanProductAcross(int memberIndex, double[] all, double count) {
        double n = textCount[memberIndex];
        double product = 0;
        for (int d = 0; d < TOPICS; d++) {
            double x = topicSums[memberIndex * TOPICS + d];
            product += x * (all[d] - x);
        }
        return product / (n * (count - n));
    }

    void addTopics(int memberIndex, double[] to) {
        for (int d = 0; d < TOPICS; d++) {
            to[d] += topicSums[memberIndex * TOPICS + d];
        }
    }

    /**
     * Returns the trace of the covariance of all topics, and the trace of its square, which is the variance of a
     * product.
     */
    double[] covarianceTraces() {
        double n = Arrays.stream(textCount).sum();
        double trace = 0;
        double square = 0;
        for (int d = 0; d < TOPICS; d++) {
            for (int e = 0; e <= d; e++) {
                double covariance = products[d * TOPICS + e] / n - sum[d] * sum[e] / n / n;
                trace += d == e ? covariance : 0;
                square += (d == e ? 1 : 2) * covariance * covariance;
            }
        }
        return new double[] {trace, square};
    }
}
