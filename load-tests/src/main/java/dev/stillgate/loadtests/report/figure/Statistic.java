package dev.stillgate.loadtests.report.figure;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A statistic of a distribution, with AIPerf's name in lower case. */
public enum Statistic {
    AVG(-1),
    MIN(0),
    MAX(1),
    P1(0.01),
    P5(0.05),
    P10(0.1),
    P25(0.25),
    P50(0.5),
    P75(0.75),
    P90(0.9),
    P95(0.95),
    P99(0.99),
    STD(-1);

    /** The statistics of tables for people. */
    public static final List<Statistic> SHOWN = List.of(AVG, MIN, P50, P90, P95, P99, MAX, STD);

    private final double fraction;

    Statistic(double fraction) {
        this.fraction = fraction;
    }

    /** Returns the statistic with a name; throws {@link IllegalArgumentException} for another. */
    public static Statistic of(String name) {
        return Arrays.stream(values())
                .filter(each -> each.text().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown statistic " + name));
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the fraction of a quantile from 0 to 1, -1 for the mean and the deviation. */
    public double fraction() {
        return fraction;
    }
}
