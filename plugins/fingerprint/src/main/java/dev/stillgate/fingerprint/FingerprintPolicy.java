package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.capture.AllowPolicy;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.signal.ClaimedClient;
import dev.stillgate.fingerprint.signal.ClientAndNetwork;
import dev.stillgate.fingerprint.signal.Clock;
import dev.stillgate.fingerprint.signal.ElicitationSignal;
import dev.stillgate.fingerprint.signal.Interchangeability;
import dev.stillgate.fingerprint.signal.IssuedContextSignal;
import dev.stillgate.fingerprint.signal.Roaming;
import dev.stillgate.fingerprint.signal.Signal;
import dev.stillgate.fingerprint.signal.SweepShape;
import dev.stillgate.fingerprint.signal.Template;
import dev.stillgate.fingerprint.signal.TopicConcentration;
import dev.stillgate.fingerprint.signal.UnderDispersion;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How behaviour is watched and what follows from it.
 *
 * @param signals a weight by signal; 0 turns it off, 1 is the rule
 * @param ladder the evidence from which on a cluster stands on a rung, as a base-10 logarithm of odds
 * @param expireAfter how long a standing lasts after it was last confirmed, 14 days when absent
 * @param learning what must have been seen before anything stands above {@code watched}
 * @param regroup the least time between two comparisons of all accounts, 10 minutes when absent
 * @param pace how many characters of an answer a slowed account is passed a second, about; 25 when absent
 * @param quota the daily quota of a tightened account in parts of its own past daily use, 1 when absent
 * @param ring how many records may wait for the analysis, 65,536 when absent
 * @param maxAccounts how many accounts are kept, 1,000,000 when absent
 * @param allow what is known to be innocent
 * @param samples how many redacted beginnings of prompts are kept in memory of a watched account, 0 when absent
 */
public record FingerprintPolicy(
        @Nullable Map<String, Double> signals,
        @Nullable Map<Standing, Double> ladder,
        @Nullable Duration expireAfter,
        @Nullable Learning learning,
        @Nullable Duration regroup,
        @Nullable Integer pace,
        @Nullable Double quota,
        @Nullable Integer ring,
        @Nullable Integer maxAccounts,
        @Nullable AllowPolicy allow,
        @Nullable Integer samples) {
    private static final List<Signal> ALL = List.of(
            new IssuedContextSignal(),
            new Template(),
            new ElicitationSignal(),
            new SweepShape(),
            new TopicConcentration(),
            new UnderDispersion(),
            new Interchangeability(),
            new Clock(),
            new ClientAndNetwork(),
            new ClaimedClient(),
            new Roaming());

    public FingerprintPolicy {
        signals = signals == null ? Map.of() : Map.copyOf(signals);
        for (Map.Entry<String, Double> signal : signals.entrySet()) {
            if (ALL.stream().noneMatch(known -> known.name().equals(signal.getKey()))) {
                throw new PolicyException(
                        "signals." + signal.getKey(),
                        "there is no signal " + signal.getKey() + ": expected one of "
                                + String.join(
                                        ", ", ALL.stream().map(Signal::name).toList()));
            }
            atMost("signals." + signal.getKey(), signal.getValue(), 0, 10);
        }
        ladder = ladder == null ? Map.of() : Map.copyOf(ladder);
        ladder.forEach((rung, least) -> atMost("ladder." + rung.name().toLowerCase(Locale.ROOT), least, 0.5, 1000));
        if (ladder.containsKey(Standing.CLEAR) || ladder.containsKey(Standing.BLOCKED)) {
            throw new PolicyException(
                    "ladder",
                    "expected watched, tightened, marked and slowed only: nobody is blocked by evidence alone");
        }
        requireAscending(rungs(ladder));
        positive("expireAfter", expireAfter);
        positive("regroup", regroup);
        atMost("pace", pace, 1, 10_000);
        atMost("quota", quota, 0.01, 1000);
        atMost("ring", ring, 16, 1 << 24);
        atMost("maxAccounts", maxAccounts, 100, 100_000_000);
        atMost("samples", samples, 0, 20);
    }

    private static void atMost(String key, @Nullable Number value, double least, double most) {
        if (value != null && !(value.doubleValue() >= least && value.doubleValue() <= most)) {
            throw new PolicyException(key, "expected " + number(least) + " to " + number(most) + ", found " + value);
        }
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private static void positive(String key, @Nullable Duration value) {
        if (value != null && (value.isNegative() || value.isZero())) {
            throw new PolicyException(key, "expected more than 0, found " + value);
        }
    }

    private static void requireAscending(Map<Standing, Double> rungs) {
        double below = 0;
        for (Map.Entry<Standing, Double> rung : rungs.entrySet()) {
            if (rung.getValue() < below) {
                String name = rung.getKey().name().toLowerCase(Locale.ROOT);
                throw new PolicyException(
                        "ladder", name + " needs " + rung.getValue() + ", less than the rung below it with " + below);
            }
            below = rung.getValue();
        }
    }

    /** Returns the least evidence by rung, in the order of the rungs. */
    private static Map<Standing, Double> rungs(Map<Standing, Double> given) {
        Map<Standing, Double> rungs = new EnumMap<>(
                Map.of(Standing.WATCHED, 1.1, Standing.TIGHTENED, 1.6, Standing.MARKED, 1.9, Standing.SLOWED, 2.2));
        rungs.putAll(given);
        return rungs;
    }

    AllowPolicy allowed() {
        return Objects.requireNonNullElse(allow, AllowPolicy.NOTHING);
    }

    int charactersPerSecond() {
        return Objects.requireNonNullElse(pace, 25);
    }

    int ringSize() {
        return Objects.requireNonNullElse(ring, 65_536);
    }

    AnalysisSettings settings() {
        Map<String, Double> given = Objects.requireNonNullElse(signals, Map.of());
        Map<String, Double> weights = new TreeMap<>();
        ALL.forEach(signal -> weights.put(signal.name(), given.getOrDefault(signal.name(), 1.0)));
        Learning learnt = Objects.requireNonNullElse(learning, new Learning(100, Duration.ofHours(30)));
        return new AnalysisSettings(
                ALL.stream()
                        .filter(signal -> given.getOrDefault(signal.name(), 1.0) > 0)
                        .toList(),
                weights,
                rungs(Objects.requireNonNullElse(ladder, Map.of())),
                Objects.requireNonNullElse(expireAfter, Duration.ofDays(14)),
                learnt.accounts(),
                learnt.time(),
                Objects.requireNonNullElse(regroup, Duration.ofMinutes(10)),
                Duration.ofDays(3),
                Objects.requireNonNullElse(maxAccounts, 1_000_000),
                Objects.requireNonNullElse(quota, 1.0),
                allowed().innocent(),
                Objects.requireNonNullElse(samples, 0));
    }

    /**
     * What must have been seen.
     *
     * @param accounts how many accounts were compared
     * @param time for how long there was traffic
     */
    public record Learning(int accounts, Duration time) {
        public Learning {
            atMost("accounts", accounts, 1, 100_000_000);
            if (time.isNegative()) {
                throw new PolicyException("time", "expected 0 or more, found " + time);
            }
        }
    }
}
