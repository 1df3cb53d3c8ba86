package dev.stillgate.fingerprint.holdout;

import dev.stillgate.fingerprint.space.Cohort;
import dev.stillgate.fingerprint.stats.EqualValues;
import dev.stillgate.fingerprint.stats.LogMath;
import dev.stillgate.fingerprint.stats.Quantiles;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Says whether the accounts of a trial are interchangeable: whether it explains nothing of what is done who does it. One
 * program behind many accounts works at one tempo, gives each as much to do, and asks each for the same kind of things,
 * whenever each of them is at work. People and programs of their own differ: in how soon they come back, in how much they
 * do, and in what they ask, each of which varies more between accounts than within them (analysis of variance: R. A. Fisher,
 * "Statistical methods for research workers", 1925). How much more is a mixture that holds hardly more for rare.
 */
public final class InterchangeabilityLikelihood {
    private static final double FADING = 0.5;

    /** The fewest gaps, texts and conversations of an account that is compared. */
    private static final int LEAST = 4;

    /** Strangers' variances between accounts over those within: of the tempo, and of what is asked. */
    private static final double[] TEMPO = {0.03, 0.1, 0.2, 0.4, 0.8, 1.6};

    private static final double[] TEMPO_RARITY = {0.1, 0.15, 0.2, 0.2, 0.2, 0.15};
    private static final double[] MATTER = {0.003, 0.006, 0.0125, 0.025, 0.05, 0.1, 0.2, 0.5, 1};
    private static final double[] MATTER_RARITY = {0.02, 0.06, 0.12, 0.18, 0.2, 0.17, 0.12, 0.08, 0.05};

    /** In how many dimensions of its own what an account asks differs, about. */
    private static final double OWN = 8;

    private static final double SAME_TEMPO = 0.002;

    /** A tempo may be that of a program that many use. */
    private static final double MOST_TEMPO = Math.log(1000);

    private static final double HOPELESS = 6;

    /** What tempo and shares must say before it counts: a thousand to one. */
    private static final double LEAST_TIME = FADING * Math.log(1000);

    /** Nothing was compared. */
    public static final Verdict NOTHING = new Verdict(0, 0, 0, 0, new double[0]);

    private InterchangeabilityLikelihood() {}

    /**
     * What the accounts have shown.
     *
     * @param time ln of the likelihood ratio of tempo and shares
     * @param content and of what is asked
     * @param alone ln of the likelihood ratio of each account by itself, in tempo and share
     */
    @SuppressWarnings("ArrayRecordComponent")
    public // never compared
    record Verdict(double time, double tempo, double shares, double content, double[] alone) {
        /** Returns ln of the likelihood ratio of time, where what is asked does not speak against it. */
        public double evidence() {
            return content > 0 && tempo > 0 && shares > 0 && time >= LEAST_TIME ? time : 0;
        }

        /** Returns whether these are strangers, or whether there is nothing to be said. */
        public boolean isHopeless() {
            return alone.length == 0 || time < -HOPELESS || content < -HOPELESS;
        }
    }

    public static Verdict of(HoldoutGroup trial, int now) {
        MemberSums habits = trial.habits();
        boolean byClock = trial.followsClock();
        int[] seats = IntStream.range(0, trial.accounts.length)
                .filter(m -> !trial.isFollower(m) && habits.gaps(m) >= LEAST && (byClock || !trial.isClockwork(m)))
                .toArray();
        double[] alone = new double[trial.accounts.length];
        if (seats.length < Cohort.FEWEST || trial.isSynchronous()) { // what sets them to work gives all one tempo
            return new Verdict(0, 0, 0, 0, alone);
        }
        double[] tempos = Arrays.stream(seats).mapToDouble(habits::tempo).toArray();
        double within = Math.max(
                0.05,
                Quantiles.median(
                        Arrays.stream(seats).mapToDouble(habits::variance).toArray()));
        double[] noise =
                Arrays.stream(seats).mapToDouble(m -> within / habits.gaps(m)).toArray();
        double[] pace = new double[seats.length];
        double tempo = new EqualValues(
                        SAME_TEMPO * within,
                        Arrays.stream(TEMPO).map(each -> each * within).toArray(),
                        TEMPO_RARITY)
                .of(tempos, noise, seats.length, pace);
        double[] rates = Arrays.stream(seats)
                .mapToDouble(m -> Math.log(trial.begun().count(m) / habits.watched(m, now)))
                .toArray();
        double clumped = clumped(trial, habits, seats, now);
        double[] chance = Arrays.stream(seats)
                .mapToDouble(m -> clumped / trial.begun().count(m))
                .toArray();
        double[] amount = new double[seats.length];
        double shares = EqualValues.SHARES.of(rates, chance, seats.length, amount);
        for (int i = 0; i < seats.length; i++) {
            alone[seats[i]] = FADING * (pace[i] + amount[i]);
        }
        double time = FADING * (Math.min(MOST_TEMPO, tempo) + shares);
        return new Verdict(time, tempo, shares, content(habits, seats), alone);
    }

    /** Returns how much the counts of these members vary, the one in the middle; 1 at the least. */
    private static double clumped(HoldoutGroup trial, MemberSums habits, int[] seats, int now) {
        double[] each = Arrays.stream(seats)
                .mapToDouble(m -> clumped(trial, habits, m, now))
                .toArray();
        return Math.max(1, Quantiles.median(each));
    }

    /**
     * Returns how much the counts of a member vary, as a multiple of what chance would have: of six hours or of days, whichever
     * vary less, for a list that is gone through once a day is no chance.
     */
    private static double clumped(HoldoutGroup trial, MemberSums habits, int member, int now) {
        double n = trial.begun().count(member);
        double bins = habits.watched(member, now) / 21_600;
        double quarters = 1 + 2 * trial.begun().observed(2, member) / n - n / Math.max(1, bins);
        return Math.min(quarters, habits.dispersion(member, n, now));
    }

    /** Returns ln of the likelihood ratio of accounts that ask for the same kind of things against such as have their own. */
    public static double content(MemberSums habits, int... seats) {
        int[] told = told(habits, seats);
        if (told.length < Cohort.FEWEST) {
            return 0;
        }
        double[] all = new double[MemberSums.TOPICS];
        Arrays.stream(told).forEach(m -> habits.addTopics(m, all));
        double count = Arrays.stream(told).mapToDouble(habits::texts).sum();
        double[] spread = habits.spread();
        double weights = 0;
        double sum = 0;
        double variance = 0;
        for (int m : told) {
            double n = habits.texts(m);
            double chance = 2 * spread[1] / (n * (n - 1));
            double weight = 1 / (chance + 2e-4 * spread[0] * spread[0]);
            weights += weight;
            sum += weight * (habits.within(m) - habits.across(m, all, count));
            variance += weight * weight * chance * (1 + 2.0 / told.length);
        }
        double own = Math.max(0, sum / weights / spread[0]); // less than nothing is nothing
        double error = variance / weights / weights / spread[0] / spread[0];
        double strangers = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < MATTER.length; k++) {
            double wide = error + MATTER[k] * MATTER[k] * 2 / OWN / told.length;
            strangers = LogMath.logSum(strangers, normal(own - MATTER[k], wide) + Math.log(MATTER_RARITY[k]));
        }
        return FADING * (normal(own, error) - strangers);
    }

    /** Returns the accounts of which enough texts were looked at. */
    public static int[] told(MemberSums habits, int... seats) {
        return Arrays.stream(seats).filter(m -> habits.texts(m) >= LEAST).toArray();
    }

    private static double normal(double off, double variance) {
        return -(off * off / variance + Math.log(variance)) / 2;
    }
}
