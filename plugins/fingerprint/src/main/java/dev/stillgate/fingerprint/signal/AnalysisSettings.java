package dev.stillgate.fingerprint.signal;

import dev.stillgate.fingerprint.capture.AllowedAccounts;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Settings of the analysis, from the policy.
 *
 * @param signals enabled signals
 * @param weights factor of a signal's evidence, by name; 1 if absent
 * @param marked least evidence that marks an account, as a base-10 logarithm of odds
 * @param expireAfter time after its last confirmation at which a standing ends
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
        double marked,
        Duration expireAfter,
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

    /** Returns whether evidence, as a base-10 logarithm of odds, marks an account. */
    public boolean marks(double evidence) {
        return evidence >= marked;
    }
}
