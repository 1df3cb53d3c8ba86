package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.capture.AllowPolicy;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.signal.ClientAndNetwork;
import dev.stillgate.fingerprint.signal.Decoys;
import dev.stillgate.fingerprint.signal.Displacement;
import dev.stillgate.fingerprint.signal.People;
import dev.stillgate.fingerprint.signal.Signal;
import dev.stillgate.fingerprint.signal.SweepShape;
import dev.stillgate.fingerprint.signal.Template;
import dev.stillgate.fingerprint.signal.UnderDispersion;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Removed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Policy of a {@code fingerprint} filter: signal weights, thresholds of the standings, and bounds.
 *
 * @param signals weight by signal name, 1 when absent; 0 turns the signal off
 * @param ladder evidence that a cluster needs to be marked
 * @param expireAfter how long a standing lasts after its last confirmation, 14 days when absent
 * @param regroup minimum time between two comparisons of all accounts, 10 minutes when absent
 * @param ring capacity of the observation queue, 65,536 when absent
 * @param maxAccounts maximum number of accounts that are kept, 1,000,000 when absent
 * @param allow traffic known to be innocent
 * @param pool pools of linked accounts
 * @param review operators' judgements
 * @param facts links by registration facts
 * @param samples number of redacted prompt openings kept in memory for each account at {@code marked} or above, 0 when absent
 */
@Removed(
        name = {"learning", "promise"},
        instead = "remove it: evidence marks without a learning phase, and a confirmation names its own promise")
public record FingerprintPolicy(
        @Nullable Map<String, Double> signals,
        @Nullable LadderPolicy ladder,
        @Nullable Duration expireAfter,
        @Nullable Duration regroup,
        @Nullable Integer ring,
        @Nullable Integer maxAccounts,
        @Nullable AllowPolicy allow,
        @Nullable PoolPolicy pool,
        @Nullable ReviewPolicy review,
        @Nullable FactPolicy facts,
        @Nullable Integer samples) {
    private static final List<Signal> SIGNALS = List.of(
            new Template(),
            new SweepShape(),
            new UnderDispersion(),
            new ClientAndNetwork(),
            new People(),
            new Decoys(),
            new Displacement());

    /** Signals of earlier versions. */
    private static final Set<String> REMOVED_SIGNALS = Set.of(
            "claimed-client",
            "clock",
            "elicitation",
            "interchangeability",
            "issued-context",
            "roaming",
            "topic-concentration");

    public FingerprintPolicy {
        signals = signals == null ? Map.of() : Map.copyOf(signals);
        for (Map.Entry<String, Double> signal : signals.entrySet()) {
            if (REMOVED_SIGNALS.contains(signal.getKey())) {
                throw new PolicyException(
                        "signals." + signal.getKey(),
                        signal.getKey() + " is no longer a signal: remove signals." + signal.getKey());
            }
            if (SIGNALS.stream().noneMatch(known -> known.name().equals(signal.getKey()))) {
                throw new PolicyException(
                        "signals." + signal.getKey(),
                        "unknown signal " + signal.getKey() + ": expected one of "
                                + String.join(
                                        ", ", SIGNALS.stream().map(Signal::name).toList()));
            }
            requireInRange("signals." + signal.getKey(), signal.getValue(), 0, 10);
        }
        requirePositive("expireAfter", expireAfter);
        requirePositive("regroup", regroup);
        requireInRange("ring", ring, 16, 1 << 24);
        requireInRange("maxAccounts", maxAccounts, 100, 100_000_000);
        requireInRange("samples", samples, 0, 20);
    }

    private static void requireInRange(String key, @Nullable Number value, double min, double max) {
        if (value != null && !(value.doubleValue() >= min && value.doubleValue() <= max)) {
            throw new PolicyException(key, "expected " + format(min) + " to " + format(max) + ", found " + value);
        }
    }

    private static String format(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private static void requirePositive(String key, @Nullable Duration value) {
        if (value != null && (value.isNegative() || value.isZero())) {
            throw new PolicyException(key, "expected more than 0, found " + value);
        }
    }

    AllowPolicy allowed() {
        return Objects.requireNonNullElse(allow, AllowPolicy.NOTHING);
    }

    int queueCapacity() {
        return Objects.requireNonNullElse(ring, 65_536);
    }

    AnalysisSettings settings() {
        Map<String, Double> given = Objects.requireNonNullElse(signals, Map.of());
        Map<String, Double> weights = new TreeMap<>();
        SIGNALS.forEach(signal -> weights.put(signal.name(), given.getOrDefault(signal.name(), 1.0)));
        return new AnalysisSettings(
                SIGNALS.stream()
                        .filter(signal -> given.getOrDefault(signal.name(), 1.0) > 0)
                        .toList(),
                weights,
                Objects.requireNonNullElse(ladder, LadderPolicy.STANDARD).markedOrDefault(),
                Objects.requireNonNullElse(expireAfter, Duration.ofDays(14)),
                Objects.requireNonNullElse(regroup, Duration.ofMinutes(10)),
                Duration.ofDays(3),
                Objects.requireNonNullElse(maxAccounts, 1_000_000),
                allowed().allowedAccounts(),
                Objects.requireNonNullElse(review, ReviewPolicy.STANDARD)
                        .settings(Objects.requireNonNullElse(pool, PoolPolicy.STANDARD)),
                Objects.requireNonNullElse(facts, FactPolicy.STANDARD).settings(),
                Objects.requireNonNullElse(samples, 0));
    }
}
