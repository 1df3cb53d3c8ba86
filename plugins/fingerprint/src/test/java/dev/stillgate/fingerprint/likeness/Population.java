package dev.stillgate.fingerprint.likeness;

import dev.stillgate.fingerprint.capture.Dialect;
import dev.stillgate.fingerprint.signal.Profile;
import dev.stillgate.fingerprint.signal.Promise;
import dev.stillgate.fingerprint.signal.Trait;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Synthetic accounts with seventeen traits: innocent accounts of several kinds of use, and campaigns. */
final class Population {
    static final int TRAITS = 17;
    static final List<Trait> TRAIT_LIST = IntStream.range(0, TRAITS)
            .mapToObj(t -> new Trait("trait-" + t, 1, false, Double.NaN, p -> p.topic(t)))
            .toList();

    private static final int KINDS = 12;
    private static final Stratum STRATUM = new Stratum("free", Dialect.MESSAGES, Use.CHAT);

    final Random random;
    final List<Subject> accounts = new ArrayList<>();
    private final double[][] kinds = new double[KINDS][];
    private int next;

    Population(long seed) {
        random = new Random(seed);
        for (int k = 0; k < KINDS; k++) {
            kinds[k] = center();
        }
    }

    /** Returns a random center of a kind of accounts. */
    double[] center() {
        return random.doubles(TRAITS, -1.7, 1.7).toArray();
    }

    /** Adds accounts of random kinds; the first kinds are the most frequent. */
    Population innocent(int count, ReferenceKind reference) {
        for (int i = 0; i < count; i++) {
            accounts.add(ofKind((int) (KINDS * random.nextDouble() * random.nextDouble()), reference));
        }
        return this;
    }

    Subject ofKind(int kind, ReferenceKind reference) {
        return account(kinds[kind], 0.6, reference);
    }

    /** Returns accounts around a center, less varied than the innocent ones. */
    List<Subject> campaign(int count, double... center) {
        return IntStream.range(0, count)
                .mapToObj(i -> account(center, 0.4, null))
                .toList();
    }

    /** Returns an account around a center; three in ten accounts have no value of the last trait. */
    Subject account(double[] center, double deviation, ReferenceKind reference) {
        double[] values = new double[TRAITS];
        for (int t = 0; t < TRAITS; t++) {
            values[t] = center[t] + deviation * random.nextGaussian();
        }
        values[0] = Math.max(0, values[0]); // many equal values
        values[TRAITS - 1] = random.nextInt(10) < 3 ? Double.NaN : values[TRAITS - 1];
        return new Subject(next++, new Values(values), STRATUM, reference);
    }

    static Subject in(Stratum stratum, Subject of) {
        return new Subject(of.account(), of.profile(), stratum, of.reference());
    }

    Likeness likeness(Promise promise, ConfirmedGroup... groups) {
        return Likeness.of(TRAIT_LIST, Strata.of(accounts), accounts, List.of(groups), promise);
    }

    static ConfirmedGroup confirmed(String id, List<Subject> accounts) {
        return new ConfirmedGroup(id, accounts);
    }

    /** Profile with given numbers as topics. */
    @SuppressWarnings("ArrayRecordComponent")
    record Values(double... values) implements Profile {
        @Override
        public double topic(int dimension) {
            return values[dimension];
        }

        @Override
        public double exchanges() {
            return 0;
        }

        @Override
        public double exposure() {
            return 0;
        }

        @Override
        public double squaresOfTenMinutes() {
            return 0;
        }

        @Override
        public double squaresOfHours() {
            return 0;
        }

        @Override
        public double activeDays() {
            return 0;
        }

        @Override
        public double atHour(int hour) {
            return 0;
        }

        @Override
        public double meanLogGap() {
            return 0;
        }

        @Override
        public double deviationOfLogGap() {
            return 0;
        }

        @Override
        public double meanLogPrompt() {
            return 0;
        }

        @Override
        public double deviationOfLogPrompt() {
            return 0;
        }

        @Override
        public double meanLogAnswer() {
            return 0;
        }

        @Override
        public double deviationOfLogAnswer() {
            return 0;
        }

        @Override
        public double singleTurns() {
            return 0;
        }

        @Override
        public double toolTurns() {
            return values[0];
        }

        @Override
        public double code() {
            return values[1];
        }

        @Override
        public double saturated() {
            return 0;
        }

        @Override
        public double networks() {
            return 0;
        }

        @Override
        public double clients() {
            return 0;
        }

        @Override
        public double hosted() {
            return 0;
        }

        @Override
        public double ageInDays() {
            return 0;
        }
    }
}
