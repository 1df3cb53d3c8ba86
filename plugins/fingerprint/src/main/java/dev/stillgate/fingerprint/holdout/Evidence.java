package dev.stillgate.fingerprint.holdout;

import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.signal.ClaimedClient;
import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.signal.Interchangeability;
import dev.stillgate.fingerprint.signal.Roaming;
import dev.stillgate.fingerprint.signal.Signal;
import dev.stillgate.fingerprint.space.BackgroundDensity;
import dev.stillgate.fingerprint.space.Cohort;
import dev.stillgate.fingerprint.space.Concentration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What speaks for a group of accounts that time has shown to act as one: base-10 logarithms of odds by family, and the signals
 * that bear them.
 */
public final class Evidence {
    /**
     * By what power a likelihood ratio is faded, because the density of strangers is an estimate (P. Gruenwald, "The safe
     * Bayesian", 2012).
     */
    private static final double FADING = 0.5;

    private static final List<String> DISGUISED = List.of(ClaimedClient.NAME);

    public final Map<Family, Double> evidence = new EnumMap<>(Family.class);

    /** The signals that bear a family's evidence. */
    private final Map<Family, List<String>> bearers = new EnumMap<>(Family.class);

    private final AnalysisSettings settings;

    private Evidence(AnalysisSettings settings) {
        this.settings = settings;
    }

    /**
     * Begins with what it says that accounts roam, and that those who do ask for the same kind of things.
     *
     * @param roaming ln of odds
     * @param gathered ln of odds
     */
    public static Evidence ofRoamers(AnalysisSettings settings, double roaming, double gathered) {
        Evidence grounds = new Evidence(settings);
        grounds.better(Family.NETWORK, settings.weight(Roaming.NAME) * log10(roaming), List.of(Roaming.NAME));
        grounds.better(
                Family.CONTENT,
                grounds.weight(Family.CONTENT) * log10(FADING * gathered),
                grounds.withTraits(Family.CONTENT));
        return grounds;
    }

    /**
     * Begins with what time says.
     *
     * @param dealt whether it says that the work is dealt out, else that the accounts are interchangeable
     * @param nats the evidence, ln of odds
     */
    public Evidence(AnalysisSettings settings, boolean dealt, double nats) {
        this(settings);
        double weight = dealt ? weight(Family.TIME) : settings.weight(Interchangeability.NAME);
        evidence.put(Family.TIME, weight * log10(nats));
        bearers.put(Family.TIME, dealt ? withTraits(Family.TIME) : List.of(Interchangeability.NAME));
    }

    /**
     * Adds how close together the accounts lie in the other families, in which nobody looked for them.
     *
     * @param likely their rows, of a cohort
     */
    public Evidence tight(Map<Family, BackgroundDensity> others, int[] likely, Cohort cohort, Random random) {
        others.forEach((family, density) -> better(
                family,
                weight(family) * log10(FADING * new Concentration(density, random).of(likely, cohort)),
                withTraits(family)));
        return this;
    }

    /**
     * Adds that it does not matter to what is asked which of them asks it.
     *
     * @param nats ln of odds
     * @param bearer the signal that says so
     */
    public Evidence alike(double nats, String bearer) {
        if (settings.has(bearer)) {
            better(Family.CONTENT, settings.weight(bearer) * log10(nats), List.of(bearer));
        }
        return this;
    }

    /** Adds that some of these rows claim to be clients that they are not. */
    public Evidence disguised(List<AccountProfile> profiles, int[] rows) {
        if (settings.has(ClaimedClient.NAME)) {
            double claimed = ClientMismatch.of(profiles, rows, settings.weight(ClaimedClient.NAME));
            if (claimed > 0) {
                better(Family.NETWORK, claimed, DISGUISED);
            }
        }
        return this;
    }

    /** Takes what speaks for a family if it says more: of one family the strongest counts. */
    private void better(Family family, double odds, List<String> by) {
        if (odds > evidence.getOrDefault(family, Double.NEGATIVE_INFINITY)) {
            evidence.put(family, odds);
            bearers.put(family, by);
        }
    }

    /** Returns whether what is asked speaks for it: hours, networks and clients are what a firm's people have in common too. */
    public boolean isBorneByContent() {
        return evidence.getOrDefault(Family.CONTENT, 0.0) >= Finding.SECOND;
    }

    /** Returns the signals by which odds of ten to one are borne, the strongest first, and disguises, which bear less. */
    public List<String> reasons() {
        return evidence.entrySet().stream()
                .filter(e -> e.getValue() >= 1 || DISGUISED.equals(bearers.get(e.getKey())))
                .sorted(Map.Entry.<Family, Double>comparingByValue().reversed())
                .flatMap(e -> bearers.getOrDefault(e.getKey(), List.of()).stream())
                .distinct()
                .toList();
    }

    private List<String> withTraits(Family family) {
        return settings.signals().stream()
                .filter(signal -> signal.family() == family && !signal.traits().isEmpty())
                .map(Signal::name)
                .toList();
    }

    /** Returns the mean weight of the signals whose traits speak for a family. */
    private double weight(Family family) {
        return withTraits(family).stream()
                .mapToDouble(settings::weight)
                .average()
                .orElse(1);
    }

    private static double log10(double nats) {
        return nats / Math.log(10);
    }
}
