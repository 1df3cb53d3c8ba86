package dev.stillgate.fingerprint.stats;

/** Arithmetic on logarithms of probabilities. */
public final class LogMath {
    private LogMath() {}

    /** Returns {@code ln(exp(a) + exp(b))} without overflow. */
    public static double logSum(double a, double b) {
        double most = Math.max(a, b);
        return most + Math.log1p(Math.exp(Math.min(a, b) - most));
    }
}
