package dev.stillgate.fingerprint.signal;

/**
 * Error rates that the policy allows.
 *
 * @param close share of a stratum's innocent accounts that may be close to a campaign, above 0; 1 promises nothing
 * @param falseDiscoveries expected share of innocent accounts among those that one model marks, above 0 and below 1
 */
public record Promise(double close, double falseDiscoveries) {
    /** One in a thousand innocent accounts of a stratum; one in ten marked accounts. */
    public static final Promise DEFAULT = new Promise(0.001, 0.1);

    public Promise {
        if (!(close > 0 && close <= 1 && falseDiscoveries > 0 && falseDiscoveries < 1)) {
            throw new IllegalArgumentException(
                    "expected shares between 0 and 1, found " + close + " and " + falseDiscoveries);
        }
    }
}
