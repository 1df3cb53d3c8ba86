package dev.stillgate.canary.proof;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.CanaryPlan;
import dev.stillgate.canary.key.ClassSheet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tests of a suspect under the strata of one epoch, given its global key and the traffic of each stratum. */
final class EpochAudit {
    private static final String UNKNOWN = "";

    private final SiteCounts suspect;
    private final ClassSheet sheet;
    private final CanaryKey global;
    private final CanaryPlan plan;
    private final WeightEstimator estimator;
    private final double[] kept;
    private final Map<String, Double> shares = new HashMap<>();
    private final Map<CanaryKey, Double> traffic;
    private final Map<String, StratumStatistic> statistics = new HashMap<>();

    /**
     * Creates the audit.
     *
     * @param reference counts of texts made without the tested keys, or null
     * @param plan a plan of strata
     * @param traffic of each stratum, in any unit; empty if unknown
     */
    EpochAudit(
            SiteCounts suspect,
            ClassSheet sheet,
            @Nullable SiteCounts reference,
            CanaryKey global,
            CanaryPlan plan,
            Map<CanaryKey, Double> traffic) {
        this.suspect = suspect;
        this.sheet = sheet;
        this.global = global;
        this.plan = plan;
        this.traffic = Map.copyOf(traffic);
        estimator = new WeightEstimator(suspect, sheet, ExpectedRates.of(sheet, reference), plan);
        kept = estimator.best().kept;
        double all = traffic.values().stream().mapToDouble(Double::doubleValue).sum();
        traffic.forEach((key, part) -> shares.put(key.name(), part / all));
    }

    /** Returns the share of the traffic that was marked under a stratum; 0 if unknown. */
    double share(String stratum) {
        return shares.getOrDefault(stratum, 0.0);
    }

    /** Returns the statistic of a stratum, which does not depend on its key. */
    StratumStatistic statistic(CanaryKey stratum) {
        return statistics.computeIfAbsent(shares.containsKey(stratum.name()) ? stratum.name() : UNKNOWN, this::of);
    }

    private StratumStatistic of(String stratum) {
        Map<CanaryKey, Double> others = new LinkedHashMap<>(traffic);
        others.keySet().removeIf(key -> key.name().equals(stratum));
        return new StratumStatistic(estimator, kept, suspect, sheet, global, plan, share(stratum), others);
    }
}
