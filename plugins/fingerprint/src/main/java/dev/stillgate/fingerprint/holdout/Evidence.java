package dev.stillgate.fingerprint.holdout;

import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.signal.Interchangeability;
import dev.stillgate.fingerprint.signal.UnderDispersion;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Evidence for a group by family, as base-10 logarithms of likelihood ratios, and the signals that it comes from. Of
 * several results in one family the strongest counts.
 */
public final class Evidence {
    public final Map<Family, Double> byFamily = new EnumMap<>(Family.class);

    /** Names of the signals behind the evidence of a family. */
    private final Map<Family, List<String>> signalsByFamily = new EnumMap<>(Family.class);

    /** Results of all tests, those that were not the strongest of their family too. */
    public final List<SignalTest> tests = new ArrayList<>();

    private final AnalysisSettings settings;

    private Evidence(AnalysisSettings settings) {
        this.settings = settings;
    }

    /** Starts with the result of {@link DispatchLikelihood}, in nats. */
    public static Evidence ofDispatch(AnalysisSettings settings, double nats) {
        Evidence evidence = new Evidence(settings);
        double weight = settings.weight(UnderDispersion.NAME);
        evidence.keepStronger(Family.TIME, weight * log10(nats), List.of(UnderDispersion.NAME));
        return evidence;
    }

    /** Starts with the result of {@link InterchangeabilityLikelihood}, in nats. */
    public static Evidence ofInterchangeability(AnalysisSettings settings, double nats) {
        Evidence evidence = new Evidence(settings);
        double weight = settings.weight(Interchangeability.NAME);
        evidence.keepStronger(Family.TIME, weight * log10(nats), List.of(Interchangeability.NAME));
        return evidence;
    }

    /**
     * Adds the result that content does not depend on the account.
     *
     * @param nats ln of the likelihood ratio
     * @param signal name of the signal
     */
    public Evidence addInterchangeability(double nats, String signal) {
        if (settings.has(signal)) {
            keepStronger(Family.CONTENT, settings.weight(signal) * log10(nats), List.of(signal));
        }
        return this;
    }

    /** Records a test, and sets the evidence of its family if it is stronger than the present one. */
    private void keepStronger(Family family, double log10Odds, List<String> signals) {
        tests.add(new SignalTest(family, signals, log10Odds));
        if (log10Odds > byFamily.getOrDefault(family, Double.NEGATIVE_INFINITY)) {
            byFamily.put(family, log10Odds);
            signalsByFamily.put(family, signals);
        }
    }

    /** Returns the names of the signals behind odds of at least ten to one, the strongest first. */
    public List<String> signalNames() {
        return byFamily.entrySet().stream()
                .filter(e -> e.getValue() >= 1)
                .sorted(Map.Entry.<Family, Double>comparingByValue().reversed())
                .flatMap(e -> signalsByFamily.getOrDefault(e.getKey(), List.of()).stream())
                .distinct()
                .toList();
    }

    private static double log10(double nats) {
        return nats / Math.log(10);
    }
}
