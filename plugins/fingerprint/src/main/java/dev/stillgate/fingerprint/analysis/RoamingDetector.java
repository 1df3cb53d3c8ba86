package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.account.RoundAccounts;
import dev.stillgate.fingerprint.holdout.Evidence;
import dev.stillgate.fingerprint.holdout.Finding;
import dev.stillgate.fingerprint.holdout.HoldoutGroup;
import dev.stillgate.fingerprint.holdout.InterchangeabilityLikelihood;
import dev.stillgate.fingerprint.holdout.MemberLikelihood;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.space.Cohort;
import dev.stillgate.fingerprint.stats.LinearCounter;
import dev.stillgate.fingerprint.stats.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds accounts that come from another network each time and ask for the same kind of things. Among those that roam a ball
 * around one of them, in what is asked, is looked for that holds far more of them than of all others (a scan statistic: M.
 * Kulldorff, "A spatial scan statistic", 1997): if where an account comes from had nothing to do with what it asks, there
 * would be as large a part of the one as of the other. People have reasons of their own to roam, and are told from an actor's
 * accounts by what follows: they have interests of their own, and those who share an anonymiser or a cloud come back to the
 * same addresses.
 */
final class RoamingDetector {
    /** Where so large a part of all roam, addresses are not what they seem. */
    private static final double USUAL = 0.25;

    /** The least part of strangers that is held to roam, however few are seen. */
    private static final double LEAST_STRANGERS = 0.02;

    /** The largest part of a group that may be strangers who roam for reasons of their own. */
    private static final double MOST_STRANGERS = 0.02;

    /** How many times as many as of the others may be in a ball without being evidence: who roams may be of one kind. */
    private static final double OF_ONE_KIND = 20;

    /** The most that roaming says, ln of odds: however many do it, they may have one good reason. */
    private static final double MOST = Math.log(50);

    private static final double FADING = 0.5;
    private static final double WORTH_TESTING = 10;

    /** What is asked must not speak for strangers by more than that, in nats. */
    private static final double OF_THEIR_OWN = -6;

    private static final int SEEDS = 30;
    private static final int OTHERS = 2000;
    private static final int MOST_GROUPS = 8;

    /** What share of a group lies in the ball by which it is judged. */
    private static final double INSIDE = 0.9;

    private final RoundAccounts roster;
    private final MemberLikelihood kin;
    private final AnalysisSettings settings;
    private final Random random = new Random(1);
    private final int[] roaming;
    private final int[] others;

    /** Of which rows it is not known that they are an actor's. */
    private final IntPredicate free;

    /**
     * The accounts of a round that roam, and some of those that do not.
     *
     * @param free of which rows it is not known that they are an actor's
     */
    RoamingDetector(RoundAccounts roster, MemberLikelihood kin, AnalysisSettings settings, IntPredicate free) {
        this.free = free;
        this.roster = roster;
        this.kin = kin;
        this.settings = settings;
        int[] roam = rows(true);
        int[] stay = rows(false);
        roaming = roam.length > USUAL * (roam.length + stay.length) ? new int[0] : roam;
        others = Arrays.stream(Sampling.sample(stay.length, OTHERS, random))
                .map(i -> stay[i])
                .toArray();
    }

    private int[] rows(boolean roam) {
        return IntStream.range(0, roster.compared)
                .filter(row -> roster.profiles.get(row).roams() == roam)
                .toArray();
    }

    /** A ball: who roams there, and ln of the likelihood ratio of so many of them being there. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Ball(int[] rows, double evidence) {}

    /** Returns the groups that are worth a trial. */
    List<HoldoutGroup> named(int now) {
        List<HoldoutGroup> named = new ArrayList<>();
        int[] left = roaming;
        while (left.length >= Cohort.FEWEST && named.size() < MOST_GROUPS) {
            Ball best = best(left);
            if (best == null) {
                break;
            }
            named.add(HoldoutGroup.ofRoamers(roster.numbered(best.rows), now));
            left = without(left, best.rows);
        }
        return named;
    }

    private static int[] without(int[] rows, int... some) {
        return Arrays.stream(rows)
                .filter(row -> Arrays.binarySearch(some, row) < 0)
                .toArray();
    }

    private @Nullable Ball best(int... left) {
        Ball best = null;
        double price = Math.log(SEEDS) + Math.log(left.length);
        for (int seed : Sampling.sample(left.length, SEEDS, random)) {
            int[] near = byDistance(left[seed], left);
            double[] far = distances(left[seed], others);
            int rest = free(left);
            int beside = 0;
            for (int k = 1; k <= near.length; k++) {
                double radius = kin.distance(left[seed], near[k - 1]);
                while (beside < far.length && far[beside] <= radius) {
                    beside++;
                }
                rest -= free.test(near[k - 1]) ? 1 : 0;
                double evidence = evidence(k, rest, beside) - price;
                if (k >= Cohort.FEWEST && evidence > (best == null ? WORTH_TESTING : best.evidence)) {
                    best = new Ball(Arrays.stream(near, 0, k).sorted().toArray(), evidence);
                }
            }
        }
        return best;
    }

    private int free(int... rows) {
        return (int) Arrays.stream(rows).filter(free).count();
    }

    /** Returns rows, the nearest to one first. */
    private int[] byDistance(int from, int... rows) {
        return Arrays.stream(rows)
                .mapToLong(row -> (long) Float.floatToIntBits((float) kin.distance(from, row)) << 32 | row)
                .sorted()
                .mapToInt(each -> (int) each)
                .toArray();
    }

    /** Returns how far rows lie from one, ascending. */
    private double[] distances(int from, int... rows) {
        return Arrays.stream(rows)
                .mapToDouble(row -> kin.distance(from, row))
                .sorted()
                .toArray();
    }

    private int[] within(int from, double radius, int... rows) {
        return Arrays.stream(rows)
                .filter(row -> kin.distance(from, row) <= radius)
                .toArray();
    }

    /**
     * Returns ln of the likelihood ratio of some of those who roam being where a few of the others are; 0 where these are too
     * many.
     *
     * @param rest how many more roam of whom nothing is known
     * @param beside how many of the others are there
     */
    private double evidence(int some, int rest, int beside) {
        double part = (beside + 1.0) / (others.length + 2);
        double expected = OF_ONE_KIND * (some + rest) * part;
        boolean pure = part / (1 - part) * rest <= MOST_STRANGERS * some;
        return pure && expected < some ? some * Math.log(some / expected) - some + expected : 0;
    }

    /**
     * Returns what a trial of accounts that roam has shown; null when that is nothing.
     *
     * @param next takes who is to be tried anew: once, those that ask for one kind of things and those that ask for another
     */
    @Nullable
    Finding judged(HoldoutGroup trial, int now, List<HoldoutGroup> next) {
        int[] rows = Arrays.stream(roster.rows(trial.accounts))
                .filter(row -> Arrays.binarySearch(roaming, row) >= 0)
                .toArray();
        LinearCounter places = trial.places();
        int[] seats = IntStream.range(0, trial.accounts.length).toArray();
        if (rows.length < Cohort.FEWEST
                || places == null
                || !places.areMany()
                || InterchangeabilityLikelihood.told(trial.habits(), seats).length < Cohort.FEWEST) {
            return null;
        }
        double own = InterchangeabilityLikelihood.content(trial.habits(), seats);
        if (own < OF_THEIR_OWN) {
            trial.close(now);
            halves(trial, rows, now, next);
            return null;
        }
        int middle = middle(rows);
        double[] distances = distances(middle, rows);
        double radius = distances[(int) (INSIDE * (rows.length - 1))];
        int[] inside = within(middle, radius, rows);
        double gathered =
                evidence(inside.length, free(without(roaming, inside)), within(middle, radius, others).length);
        if (inside.length < Cohort.FEWEST || gathered <= 0) {
            return null;
        }
        Evidence grounds = Evidence.ofRoamers(settings, rarity(inside.length), gathered);
        return new Finding(roster.numbered(inside), trial.found, grounds.evidence, grounds.reasons());
    }

    private void halves(HoldoutGroup trial, int[] rows, int now, List<HoldoutGroup> next) {
        if (trial.isRest()) {
            return;
        }
        int one = byDistance(middle(rows), rows)[rows.length - 1];
        int other = byDistance(one, rows)[rows.length - 1];
        for (boolean nearer : new boolean[] {true, false}) {
            int[] half = Arrays.stream(rows)
                    .filter(row -> kin.distance(one, row) < kin.distance(other, row) == nearer)
                    .toArray();
            if (half.length >= Cohort.FEWEST) {
                next.add(HoldoutGroup.ofRest(roster.numbered(half), trial.found, true, now));
            }
        }
    }

    /** Returns the row, of a few, that lies nearest to the others. */
    private int middle(int... rows) {
        int best = rows[0];
        double least = Double.POSITIVE_INFINITY;
        for (int place : Sampling.sample(rows.length, SEEDS, random)) {
            double sum = Arrays.stream(distances(rows[place], rows)).sum();
            if (sum < least) {
                least = sum;
                best = rows[place];
            }
        }
        return best;
    }

    /** Returns what it says that so many roam, ln of odds, by how many of the others do. */
    private double rarity(int some) {
        double rest = roaming.length - some;
        double strangers = Math.max(LEAST_STRANGERS, (rest + 1) / (roster.compared - some + 2));
        return Math.min(MOST, FADING * some * -Math.log(strangers));
    }
}
