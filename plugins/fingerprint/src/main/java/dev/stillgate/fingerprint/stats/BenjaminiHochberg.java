package dev.stillgate.fingerprint.stats;

import java.util.Arrays;

/**
 * Step-up procedure that bounds the expected share of false discoveries among all discoveries (Y. Benjamini and Y.
 * Hochberg, "Controlling the false discovery rate", 1995). The bound holds for independent p-values and for conformal
 * p-values that share their references (S. Bates et al., "Testing for outliers with conformal p-values", 2023).
 */
public final class BenjaminiHochberg {
    private BenjaminiHochberg() {}

    /**
     * Returns the largest p-value that is a discovery, 0 if there are none.
     *
     * @param values p-values, 0 to 1, not changed
     * @param level promised share of false discoveries, above 0 and below 1
     */
    public static double threshold(double[] values, double level) {
        double[] small = Arrays.stream(values).filter(p -> p <= level).sorted().toArray();
        for (int i = small.length; i > 0; i--) {
            if (small[i - 1] <= level * i / values.length) {
                return small[i - 1];
            }
        }
        return 0;
    }
}
