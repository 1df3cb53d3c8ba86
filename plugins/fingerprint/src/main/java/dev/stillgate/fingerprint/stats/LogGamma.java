package dev.stillgate.fingerprint.stats;

/**
 * Natural logarithm of the gamma function by Stirling's series, after shifting the argument above 8 (M. Abramowitz and
 * I. Stegun, "Handbook of mathematical functions", 1964, 6.1.41). The relative error is below 1e-10.
 */
public final class LogGamma {
    private LogGamma() {}

    /**
     * Returns {@code ln gamma(x)}.
     *
     * @param x above 0
     */
    public static double of(double x) {
        double shift = 0;
        double y = x;
        while (y < 8) {
            shift -= Math.log(y++);
        }
        double square = 1 / (y * y);
        double series = (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680))) / y;
        return shift + (y - 0.5) * Math.log(y) - y + Math.log(2 * Math.PI) / 2 + series;
    }

    /** Returns ln of a binomial coefficient, with {@code 0 <= k <= n}. */
    public static double choose(int n, int k) {
        return of(n + 1.0) - of(k + 1.0) - of(n - k + 1.0);
    }

    /** Returns ln of the factorials from 0! to n!. */
    public static double[] factorials(int n) {
        double[] logs = new double[n + 1];
        for (int i = 2; i <= n; i++) {
            logs[i] = logs[i - 1] + Math.log(i);
        }
        return logs;
    }
}
