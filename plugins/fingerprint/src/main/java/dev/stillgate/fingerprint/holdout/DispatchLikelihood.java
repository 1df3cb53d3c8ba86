package dev.stillgate.fingerprint.holdout;

import dev.stillgate.fingerprint.space.Cohort;
import dev.stillgate.fingerprint.stats.EqualValues;
import dev.stillgate.fingerprint.stats.EventTimes;
import dev.stillgate.fingerprint.stats.LogMath;
import dev.stillgate.fingerprint.stats.Quantiles;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Says what a trial has shown. If one hand gives the work to the accounts, then when a conversation begins says nothing of
 * whose it is, and its coincidences are as many as independence has them, or fewer where turns are taken. The likelihood of
 * that is put against strangers': whoever comes back to work of his own comes back soon. How far strangers lie above
 * independence is a mixture that holds what lies just above it for rare, and below it for impossible.
 */
public final class DispatchLikelihood {
    /**
     * By what power a likelihood ratio is faded that has no bound, because how evenly strangers can come is held to be known
     * and is not (P. Gruenwald, "The safe Bayesian", 2012).
     */
    private static final double FADING = 0.5;

    /** The fewest pairs that must be expected before anything is said. */
    static final double LEAST_PAIRS = 8;

    /** In how few bins accounts may have met: in fewer, rhythm is not told from chance. */
    private static final int LEAST_BINS = 6;

    /** The largest share of what all do that one may do for the others to say what is usual. */
    private static final double MOST_OF_ALL = 0.25;

    /** At how many times the coincidences of independence the dealt-out may lie where turns are taken. */
    private static final double[] TURNS = {0.02, 0.05, 0.1, 0.2, 0.35, 0.55, 0.75, 0.85, 0.92};

    /** How far down strangers' may lie, by scale, for who is at work does not begin anew. */
    private static final double[][] REFRACTORY = {{0.2, 0.35, 0.5, 0.7, 0.85}, {0.5, 0.7, 0.85}, {0.95}};

    private static final double[] STRANGERS = {1, 1.05, 1.1, 1.2, 1.35, 1.6, 2, 3, 5, 10, 25};
    private static final double[] RARITY = {0.01, 0.02, 0.03, 0.05, 0.05, 0.1, 0.14, 0.2, 0.2, 0.12, 0.08};

    /** How far above independence the dealt-out may lie, by scale: cover, and accounts that come and go. */
    private static final double[] MOST = {1.35, 1.15, 1.08};

    private static final double ENOUGH_PAIRS = 40;
    private static final double HOPELESS = 6;

    /** What must speak against a group, in nats, and what part of it must be calm, for it to be given up early for its calm part. */
    private static final double SPOILT = 12;

    private static final double MOSTLY = 0.8;

    /** At how many times the coincidences of independence an account is tried again among others like it. */
    private static final double CALM = 1.3;

    private static final double[] LONE = {1, 1.3, 2, 4, 8};

    /** The fewest conversations of an account of which anything is said. */
    static final int LEAST_BEGUN = 3;

    private DispatchLikelihood() {}

    /**
     * What a trial has shown so far.
     *
     * @param evidence ln of the likelihood ratio
     * @param alone ln of the likelihood ratio of each account by itself
     * @param tooSoon whether too few conversations have begun to say how even they come
     * @param calm the accounts that do not come back soon
     */
    @SuppressWarnings("ArrayRecordComponent")
    public // never compared
    record Verdict(
            double evidence,
            double turns,
            double memoryless,
            double shares,
            double veto,
            double pairs,
            boolean tooSoon,
            double[] alone,
            int[] calm) {
        /**
         * Returns whether more exchanges would hardly change it: these are strangers, or there are too many among them. That one
         * exchange follows another soon says little of agents, each of whose conversations is many.
         */
        public boolean isHopeless() {
            boolean strangers = pairs >= ENOUGH_PAIRS && (veto < -HOPELESS || (memoryless < -HOPELESS && !tooSoon));
            return evidence < 1 && (strangers || isSpoilt());
        }

        /** Returns whether a few come back so soon that what the others do will not be seen for long. */
        private boolean isSpoilt() {
            return pairs >= LEAST_PAIRS && veto < -SPOILT && calm.length >= MOSTLY * alone.length;
        }
    }

    public static Verdict of(HoldoutGroup trial) {
        int[] all = IntStream.range(0, trial.accounts.length)
                .filter(m -> !trial.isClockwork(m) && !isMost(trial, m))
                .toArray();
        int[] seats = Arrays.stream(all).filter(m -> !trial.isFollower(m)).toArray();
        Meetings met = meetings(trial, seats);
        boolean byEvents = trial.followsEvents(); // each sets each of them to work once, and nobody deals that out
        double turns = byEvents ? 0 : met.turns;
        double memoryless = memoryless(trial, seats);
        boolean tooSoon = trial.begun().bins(1) < LEAST_BINS || expected(trial.begun(), 2, seats) < ENOUGH_PAIRS;
        int[] core = active(trial, seats);
        int[] active = IntStream.concat(
                        IntStream.of(core), IntStream.of(active(trial, all)).filter(trial::isFollower))
                .toArray();
        double[] even = new double[active.length];
        // who was picked for an equal pace goes on at it, whoever it is
        boolean many =
                memoryless < -HOPELESS && turns <= 0; // as a product's users, who come as they like and stay a while
        boolean mute = met.veto < -1 || tooSoon || trial.picked || many || byEvents;
        double shares = mute || core.length < Cohort.FEWEST ? 0 : shares(trial, active, core.length, even);
        double independence = byEvents || bearsNothing(trial, shares) ? Math.min(0, memoryless) : memoryless;
        double evidence = Math.max(FADING * Math.max(turns, shares), independence) + met.veto;
        return new Verdict(
                evidence,
                turns,
                memoryless,
                shares,
                met.veto,
                expected(trial.asked(), 1, seats),
                tooSoon,
                alone(trial, active, met.factors, shares > 0 ? even : new double[active.length]),
                Arrays.stream(seats)
                        .filter(m -> isCalm(trial, m))
                        .map(m -> trial.accounts[m])
                        .toArray());
    }

    private static int[] active(HoldoutGroup trial, int... seats) {
        return Arrays.stream(seats).filter(m -> trial.begun().count(m) > 0).toArray();
    }

    /**
     * How often accounts begin in the same bins as they themselves did.
     *
     * @param turns ln of the likelihood ratio of turns that are taken
     * @param veto what speaks against one hand, at most 0
     * @param factors at how many times the coincidences of independence they lie, by scale
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Meetings(double turns, double veto, double[] factors) {}

    private static Meetings meetings(HoldoutGroup trial, int... seats) {
        double turns = Double.NEGATIVE_INFINITY;
        double veto = 0;
        double[] factors = new double[HoldoutGroup.SCALES];
        for (int scale = 0; scale < HoldoutGroup.SCALES; scale++) {
            double observed = observed(trial.begun(), scale, seats);
            double expected = trial.begun().bins(scale) < LEAST_BINS ? 0 : expected(trial.begun(), scale, seats);
            factors[scale] = Math.clamp(observed / Math.max(1e-9, expected), 0.02, 1);
            turns = LogMath.logSum(turns, expected < LEAST_PAIRS ? 0 : turns(scale, observed, expected));
            if (scale > 0) {
                veto += Math.min(0, memoryless(observed, expected, MOST[scale]));
            }
        }
        return new Meetings(turns - Math.log(HoldoutGroup.SCALES), veto, factors);
    }

    /**
     * Returns whether independence is no evidence: of who was picked for a manner of working, and where shares speak against one
     * hand, since whoever other people's mail sets to work comes independently too, and does as much as there is mail.
     */
    private static boolean bearsNothing(HoldoutGroup trial, double shares) {
        return trial.picked || shares < -HOPELESS;
    }

    /**
     * Returns ln of the likelihood ratio of equal shares against strangers', who do as much as each of them likes.
     *
     * @param seats those who have begun anything
     * @param core how many of them, the first, are the group's
     * @param alone takes what each says by itself
     */
    private static double shares(HoldoutGroup trial, int[] seats, int core, double[] alone) {
        double[] logs = Arrays.stream(seats)
                .mapToDouble(seat ->
                        Math.log(trial.begun().count(seat) / trial.begun().share(seat)))
                .toArray();
        double usual = Math.exp(Quantiles.median(Arrays.copyOf(logs, core)));
        double[] chance = Arrays.stream(seats) // the variance of ln of a Poisson count of about that mean
                .mapToDouble(seat -> 1 / (usual * trial.begun().share(seat)))
                .toArray();
        return EqualValues.SHARES.of(logs, chance, core, alone);
    }

    private static boolean isCalm(HoldoutGroup trial, int member) {
        for (int scale = 0; scale < 2; scale++) {
            double expected = trial.asked().expected(scale, member);
            if (trial.asked().observed(scale, member) > CALM * expected + 2 * Math.sqrt(expected) + 1) {
                return false;
            }
        }
        return true;
    }

    private static boolean isMost(HoldoutGroup trial, int member) {
        return trial.asked().count(member) > MOST_OF_ALL * trial.asked().all();
    }

    static double observed(EventTimes occasions, int scale, int[] seats) {
        return Arrays.stream(seats)
                .mapToDouble(m -> occasions.observed(scale, m))
                .sum();
    }

    static double expected(EventTimes occasions, int scale, int[] seats) {
        return Arrays.stream(seats)
                .mapToDouble(m -> occasions.expected(scale, m))
                .sum();
    }

    /** Returns ln of the likelihood ratio of turns that are taken against strangers who rest a while after each. */
    private static double turns(int scale, double observed, double expected) {
        double strangers = strangers(observed, expected);
        for (double each : REFRACTORY[scale]) {
            strangers = LogMath.logSum(strangers, poisson(observed, each * expected) + Math.log(0.05));
        }
        return mean(TURNS, observed, expected) - strangers;
    }

    /**
     * Returns ln of the likelihood ratio of independence against strangers, where it speaks least: in ten minutes and in an hour,
     * in an hour and in six where little happens.
     */
    private static double memoryless(HoldoutGroup trial, int[] seats) {
        int finest = expected(trial.asked(), 0, seats) < LEAST_PAIRS ? 1 : 0;
        double least = Double.POSITIVE_INFINITY;
        for (int scale = finest; scale <= finest + 1; scale++) {
            double expected = expected(trial.asked(), scale, seats);
            boolean enough = expected >= LEAST_PAIRS && trial.asked().bins(scale) >= LEAST_BINS;
            least = Math.min(least, enough ? memoryless(observed(trial.asked(), scale, seats), expected, 1) : 0);
        }
        return least;
    }

    /** Returns ln of the likelihood ratio of independence, up to a factor, against strangers who come back soon. */
    private static double memoryless(double observed, double expected, double most) {
        double least = Math.max(observed, expected); // fewer speak for turns that are taken, or for a rest after each
        return poisson(least, Math.min(least, most * expected)) - strangers(least, expected);
    }

    private static double strangers(double observed, double expected) {
        double sum = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < STRANGERS.length; i++) {
            sum = LogMath.logSum(sum, poisson(observed, STRANGERS[i] * expected) + Math.log(RARITY[i]));
        }
        return sum;
    }

    private static double mean(double[] factors, double observed, double expected) {
        double sum = Double.NEGATIVE_INFINITY;
        for (double each : factors) {
            sum = LogMath.logSum(sum, poisson(observed, each * expected));
        }
        return sum - Math.log(factors.length);
    }

    /** Returns ln of the chance of a count, but for a part that depends on the count alone. */
    private static double poisson(double count, double mean) {
        return count * Math.log(Math.max(mean, 1e-12)) - mean;
    }

    /** Returns ln of the likelihood ratio of each account by itself; who is no seat is a stranger. */
    private static double[] alone(HoldoutGroup trial, int[] seats, double[] factors, double[] even) {
        double[] ratios = new double[trial.accounts.length];
        Arrays.fill(ratios, Double.NEGATIVE_INFINITY);
        for (int i = 0; i < seats.length; i++) {
            if (trial.begun().count(seats[i]) >= LEAST_BEGUN) {
                ratios[seats[i]] = alone(trial, seats[i], factors) + even[i];
            }
        }
        return ratios;
    }

    private static double alone(HoldoutGroup trial, int member, double[] factors) {
        double sum = 0;
        for (int scale = 0; scale < HoldoutGroup.SCALES; scale++) {
            double observed = trial.begun().observed(scale, member);
            double expected = trial.begun().expected(scale, member);
            double strangers = Double.NEGATIVE_INFINITY;
            for (double each : LONE) {
                strangers = LogMath.logSum(strangers, poisson(observed, each * expected) - Math.log(LONE.length));
            }
            sum += poisson(observed, factors[scale] * expected) - strangers;
        }
        return sum / 2;
    }
}
