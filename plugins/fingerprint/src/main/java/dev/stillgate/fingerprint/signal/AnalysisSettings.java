package dev.stillgate.fingerprint.signal;

import dev.stillgate.fingerprint.capture.AllowedAccounts;
import dev.stillgate.spi.Standing;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Settings of the analysis, from the policy.
 *
 * @param signals enabled signals
 * @param weights factor of a signal's evidence, by name; 1 if absent
 * @param ladder least evidence, as a base-10 logarithm, of each standing
 * @param expireAfter time after its last confirmation at which a standing ends
 * @param learnAccounts number of accounts that must have been compared before a standing above {@code marked}
 * @param learnTime time for which traffic must have been seen before such a standing
 * @param regroup least time between two rounds
 * @param idle time after its last exchange for which an account is compared
 * @param maxAccounts capacity, in accounts
 * @param innocent accounts on the allow-list
 * @param review settings of operators' judgements and of pools
 * @param facts settings of links by registration facts
 * @param samples number of redacted texts that are kept of each account at {@code marked} or above
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
        AllowedAccounts innocent,
        ReviewSettings review,
        FactSettings facts,
        int samples) {
    /** Returns the factor of a signal's evidence. */
    public double weight(String signal) {
        return weights.getOrDefault(signal, 1.0);
    }

    /** Returns whether a signal is enabled. */
    public boolean has(String signal) {
        return signals.stream().anyMatch(each -> each.name().equals(signal));
    }

    /** Returns the highest standing whose threshold the evidence reaches, or {@link Standing#CLEAR}. */
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
