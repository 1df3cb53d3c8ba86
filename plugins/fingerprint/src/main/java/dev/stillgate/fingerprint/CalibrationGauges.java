package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.likeness.Calibration;
import dev.stillgate.fingerprint.likeness.StratumCalibration;
import dev.stillgate.spi.FilterContext;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Gauges of promised and observed flags in each stratum. Not thread-safe, except for the gauges. */
final class CalibrationGauges {
    /** Largest number of strata with gauges; further ones are only on the page of the calibration. */
    private static final int MOST = 64;

    private final FilterContext context;
    private final Set<String> registered = new HashSet<>();
    private Calibration shown = Calibration.NONE;
    private volatile Map<String, StratumCalibration> strata = Map.of();

    CalibrationGauges(FilterContext context) {
        this.context = context;
    }

    /** Takes a calibration over, and registers gauges of new strata. */
    void update(Calibration calibration) {
        if (calibration == shown) {
            return;
        }
        shown = calibration;
        Map<String, StratumCalibration> latest = new HashMap<>();
        for (StratumCalibration stratum : calibration.strata()) {
            latest.put(stratum.stratum(), stratum);
        }
        strata = latest;
        for (String stratum : latest.keySet()) {
            if (registered.size() < MOST && registered.add(stratum)) {
                register(stratum);
            }
        }
    }

    private void register(String name) {
        context.gauge(
                "stillgate.fingerprint.promised",
                () -> {
                    StratumCalibration stratum = strata.get(name);
                    return stratum == null ? Double.NaN : stratum.promised();
                },
                "stratum",
                name);
        context.gauge(
                "stillgate.fingerprint.observed",
                () -> {
                    StratumCalibration stratum = strata.get(name);
                    return stratum == null
                            ? Double.NaN
                            : stratum.tightenedReferences().share();
                },
                "stratum",
                name);
    }
}
