package dev.stillgate.fingerprint.signal;

import dev.stillgate.fingerprint.capture.AllowedAccounts;
import dev.stillgate.spi.Standing;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What the policy says of the analysis.
 *
 * @param signals those that are on
 * @param weights what a signal's evidence is multiplied by, by the signal's name
 * @param ladder the evidence, as a base-10 logarithm, from which on a cluster stands on a rung
 * @param expireAfter how long a standing lasts after it was last confirmed
 * @param learnAccounts how many accounts must have been compared before anything stands above {@code watched}
 * @param learnTime for how long traffic must have been seen before that
 * @param regroup the least time between two rounds
 * @param idle how long an account is compared after its last exchange
 * @param maxAccounts how many accounts are kept
 * @param quota the daily quota of a tightened account, in parts of its own past daily use
 * @param innocent whom the policy allows
 * @param samples how many redacted texts are kept of a watched account
 */
public record AnalysisSettings(
        List<Signal> signals,
        Map<String, Double> weights,
        Map<Standing, Double> ladder,
        Duration expireAfter,
        int learnAccounts,
        Duration learnTime,
        Duration regroup,
        Duration idle,
        int maxAccounts,
        double quota,
        AllowedAccounts innocent,
        int samples) {
    /** Returns what a signal's evidence is multiplied by. */
    public double weight(String signal) {
        return weights.getOrDefault(signal, 1.0);
    }

    /** Returns whether a signal is on. */
    public boolean has(String signal) {
        return signals.stream().anyMatch(each -> each.name().equals(signal));
    }

    /** Returns the highest rung whose evidence is reached, {@link Standing#CLEAR} below all. */
    public Standing rung(double evidence) {
        Standing reached = Standing.CLEAR;
        for (Map.Entry<Standing, Double> rung : ladder.entrySet()) {
            if (evidence >= rung.getValue() && rung.getKey().reaches(reached)) {
                reached = rung.getKey();
            }
        }
        return reached;
    }
}
