package dev.stillgate.fingerprint.holdout;

import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.signal.UnderDispersion;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A group of accounts that one round found to act as one.
 *
 * @param accounts account indexes
 * @param matchedOn shared key by which the accounts were compared
 * @param evidence base-10 log odds by family
 * @param signals names of the signals behind the evidence, the strongest first
 * @param tests results of all tests, those that were not the strongest of their family too
 * @param isOffice whether the group may be the employees of one company with a key each, which is reported as {@value
 *     #OFFICE_REASON}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Finding(
        int[] accounts,
        SharedKey matchedOn,
        Map<Family, Double> evidence,
        List<String> signals,
        List<SignalTest> tests,
        boolean isOffice) {
    private static final String OFFICE_REASON = "office";

    /** The family that groups are tested on. */
    public static final Family LEADING = Family.TIME;

    /** Least evidence of a second, independent family: odds of ten to one. */
    public static final double MIN_SECOND_FAMILY = 1;

    /**
     * Returns a group whose work is centrally dispatched.
     *
     * @param evidence base-10 log odds
     */
    public static Finding ofDispatch(int[] accounts, SharedKey matchedOn, double evidence, boolean isOffice) {
        List<String> signals = List.of(UnderDispersion.NAME);
        Map<Family, Double> byFamily = new EnumMap<>(Map.of(Family.TIME, evidence));
        List<SignalTest> tests = List.of(new SignalTest(Family.TIME, signals, evidence));
        return new Finding(accounts, matchedOn, byFamily, signals, tests, isOffice);
    }

    /** Returns the names of the signals, and {@value #OFFICE_REASON} if the group may be an office. */
    public List<String> reasons() {
        return isOffice
                ? Stream.concat(signals.stream(), Stream.of(OFFICE_REASON)).toList()
                : signals;
    }

    /**
     * Returns the evidence of all families. That of the {@linkplain #LEADING leading} family counts in full. The others
     * add at most half of the leading evidence, since users of one product send similar requests.
     */
    public double total() {
        double leadingEvidence = Math.max(0, evidence.getOrDefault(LEADING, 0.0));
        double others = evidence.entrySet().stream()
                .filter(e -> e.getKey() != LEADING)
                .mapToDouble(e -> Math.max(0, e.getValue()))
                .sum();
        return leadingEvidence + Math.min(others, leadingEvidence / 2);
    }
}
