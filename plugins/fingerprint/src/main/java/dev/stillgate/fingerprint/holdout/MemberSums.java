package dev.stillgate.fingerprint.holdout;

import dev.stillgate.fingerprint.text.PromptFeatures;
import java.util.Arrays;

/**
 * What each account of a trial does, in sums: how soon it comes back, and what it asks. One thread only.
 */
public final class MemberSums {
    public static final int TOPICS = PromptFeatures.TOPICS;

    /** What is begun sooner than so many seconds after the last is begun at once: a list that a script goes through. */
    private static final int AT_ONCE = 60;

    private static final int DAY = 86_400;

    private int[] joined;
    private int[] last;
    private int[] gaps;
    private double[] logs;
    private double[] squares;

    /** Since it joined: the day on which a member was last seen, how much it began on that, and the squares of what it did before. */
    private int[] day;

    private int[] today;
    private double[] squaresOfDays;
    private int[] texts;
    private float[] topics;

    /** Sums over all texts: of the topics, and of their products in pairs of dimensions. */
    private final double[] sum = new double[TOPICS];

    private final double[] products = new double[TOPICS * TOPICS];

    MemberSums(int members, int second) {
        joined = new int[members];
        Arrays.fill(joined, second);
        last = new int[members];
        gaps = new int[members];
        logs = new double[members];
        squares = new double[members];
        day = new int[members];
        today = new int[members];
        squaresOfDays = new double[members];
        texts = new int[members];
        topics = new float[members * TOPICS];
    }

    /**
     * Makes room for more members.
     *
     * @param to the place that each of those there were has from here on
     */
    void grow(int members, int[] to, int second) {
        MemberSums more = new MemberSums(members, second);
        for (int old = 0; old < to.length; old++) {
            int place = to[old];
            more.joined[place] = joined[old];
            more.last[place] = last[old];
            more.gaps[place] = gaps[old];
            more.logs[place] = logs[old];
            more.squares[place] = squares[old];
            more.day[place] = day[old];
            more.today[place] = today[old];
            more.squaresOfDays[place] = squaresOfDays[old];
            more.texts[place] = texts[old];
            System.arraycopy(topics, old * TOPICS, more.topics, place * TOPICS, TOPICS);
        }
        joined = more.joined;
        last = more.last;
        gaps = more.gaps;
        logs = more.logs;
        squares = more.squares;
        day = more.day;
        today = more.today;
        squaresOfDays = more.squaresOfDays;
        texts = more.texts;
        topics = more.topics;
    }

    /** Takes what begins a conversation. */
    void add(int member, int second, float[] topic) {
        count(member, Math.max(day[member], (second - joined[member]) / DAY));
        if (last[member] != 0 && second - last[member] >= AT_ONCE) {
            double log = Math.log(Math.max(1, second - last[member]));
            gaps[member]++;
            logs[member] += log;
            squares[member] += log * log;
        }
        last[member] = Math.max(last[member], second);
        if (isSomething(topic)) {
            texts[member]++;
            for (int d = 0; d < TOPICS; d++) {
                topics[member * TOPICS + d] += topic[d];
                sum[d] += topic[d];
                for (int e = 0; e <= d; e++) {
                    products[d * TOPICS + e] += topic[d] * topic[e];
                }
            }
        }
    }

    private void count(int member, int date) {
        if (date != day[member]) {
            squaresOfDays[member] += (double) today[member] * today[member];
            today[member] = 0;
            day[member] = date;
        }
        today[member]++;
    }

    private static boolean isSomething(float[] topic) {
        for (float each : topic) {
            if (each != 0) {
                return true;
            }
        }
        return false;
    }

    /** Returns how many seconds a member was watched: until now, or until half a day after it went. */
    double watched(int member, int now) {
        int until = last[member] == 0 ? now : Math.min(now, last[member] + 43_200);
        return Math.max(3600, until - joined[member]);
    }

    /** Returns how many gaps between conversations a member has shown, but for what it began at once. */
    int gaps(int member) {
        return gaps[member];
    }

    /** Returns the mean of the logarithms of a member's gaps. */
    double tempo(int member) {
        return logs[member] / gaps[member];
    }

    /** Returns their variance. */
    double variance(int member) {
        double mean = tempo(member);
        return Math.max(0, squares[member] / gaps[member] - mean * mean) * gaps[member] / Math.max(1, gaps[member] - 1);
    }

    /**
     * Returns how much a member's counts of days vary, as a multiple of what chance would have.
     *
     * @param n how often it was counted
     */
    double dispersion(int member, double n, int now) {
        double squares = squaresOfDays[member] + (double) today[member] * today[member];
        return squares / n - n * DAY / Math.max(DAY, watched(member, now));
    }

    /** Returns how many texts of a member were looked at. */
    int texts(int member) {
        return texts[member];
    }

    /** Returns the mean product of two texts of a member. */
    double within(int member) {
        double n = texts[member];
        double norm = 0;
        for (int d = 0; d < TOPICS; d++) {
            double x = topics[member * TOPICS + d];
            norm += x * x;
        }
        return (norm - n) / (n * (n - 1)); // a text's product with itself is 1
    }

    /** Returns the mean product of a text of a member's and one of others'. */
    double across(int member, double[] all, double count) {
        double n = texts[member];
        double product = 0;
        for (int d = 0; d < TOPICS; d++) {
            double x = topics[member * TOPICS + d];
            product += x * (all[d] - x);
        }
        return product / (n * (count - n));
    }

    /** Adds the topics of a member. */
    void addTopics(int member, double[] to) {
        for (int d = 0; d < TOPICS; d++) {
            to[d] += topics[member * TOPICS + d];
        }
    }

    /** Returns the trace of the covariance of all texts, and that of its square: the variance of a product of two texts. */
    double[] spread() {
        double n = Arrays.stream(texts).sum();
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
