package dev.stillgate.fingerprint.holdout;

import dev.stillgate.fingerprint.account.AccountProfile;
import java.util.List;

/**
 * Likelihood ratio of the number of members whose client fingerprint contradicts the claimed software. Null hypothesis:
 * the members mismatch at the rate of all accounts. Alternative: one of several higher rates. The evidence is bounded,
 * so it is never sufficient by itself and does not count as a second family.
 */
public final class ClientMismatch {
    /** Upper bound of the evidence, as a base-10 logarithm. */
    public static final double MAX_EVIDENCE = 0.7;

    /** Least share of an account's requests with a mismatch for the account to count. */
    private static final double MIN_SHARE = 0.5;

    /** Lower bound of the background rate, since TLS proxies have a ClientHello of their own. */
    private static final double MIN_BACKGROUND = 0.03;

    private static final double[] GROUP_SHARES = {0.25, 0.5, 0.9};

    private ClientMismatch() {}

    /**
     * Returns the evidence as a base-10 logarithm, from 0 to {@link #MAX_EVIDENCE}.
     *
     * @param all profiles of all accounts, by row
     * @param rowIndexes rows of the members
     */
    public static double log10Odds(List<AccountProfile> all, int[] rowIndexes, double weight) {
        double backgroundShare = Math.max(
                MIN_BACKGROUND,
                (double) all.stream().filter(ClientMismatch::isMismatched).count() / Math.max(1, all.size()));
        int mismatched = 0;
        for (int row : rowIndexes) {
            mismatched += isMismatched(all.get(row)) ? 1 : 0;
        }
        double sum = 0;
        for (double share : GROUP_SHARES) {
            double groupShare = Math.max(share, backgroundShare);
            sum += Math.exp(mismatched * Math.log(groupShare / backgroundShare)
                    + (rowIndexes.length - mismatched) * Math.log((1 - groupShare) / (1 - backgroundShare)));
        }
        // the mean over the rates; half of it, since only the stronger of two results in the family counts
        return Math.clamp(weight * Math.log10(sum / GROUP_SHARES.length / 2), 0, MAX_EVIDENCE);
    }

    private static boolean isMismatched(AccountProfile profile) {
        return profile.disguised() >= MIN_SHARE;
    }
}
