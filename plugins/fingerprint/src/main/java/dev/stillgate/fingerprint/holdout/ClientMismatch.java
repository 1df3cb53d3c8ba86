package dev.stillgate.fingerprint.holdout;

import dev.stillgate.fingerprint.account.AccountProfile;
import java.util.List;

/**
 * What it means that members of a group look like other clients than they claim to be: a likelihood ratio of how many do,
 * against the share of all accounts that do. Bounded, so that it is never enough by itself, nor counts as a family.
 */
public final class ClientMismatch {
    /** The most evidence, as a base-10 logarithm: below the lowest rung, and below what a second family must bring. */
    public static final double MOST = 0.7;

    /** An account is disguised when so many of its exchanges are. */
    private static final double SHARE = 0.5;

    /** The least share of strangers who are ever held to be: gateways on the way have a ClientHello of their own. */
    private static final double LEAST_STRANGERS = 0.03;

    private static final double[] MEMBERS = {0.25, 0.5, 0.9};

    private ClientMismatch() {}

    /**
     * Returns the evidence, from 0 to {@link #MOST}.
     *
     * @param rows the group's places among all accounts
     */
    public static double of(List<AccountProfile> all, int[] rows, double weight) {
        double strangers = Math.max(
                LEAST_STRANGERS,
                (double) all.stream().filter(ClientMismatch::is).count() / Math.max(1, all.size()));
        int disguised = 0;
        for (int row : rows) {
            disguised += is(all.get(row)) ? 1 : 0;
        }
        double sum = 0;
        for (double share : MEMBERS) {
            double members = Math.max(share, strangers);
            sum += Math.exp(disguised * Math.log(members / strangers)
                    + (rows.length - disguised) * Math.log((1 - members) / (1 - strangers)));
        }
        // the mean, halved since it is told only where it is more than what the rest of its family has
        return Math.clamp(weight * Math.log10(sum / MEMBERS.length / 2), 0, MOST);
    }

    private static boolean is(AccountProfile profile) {
        return profile.disguised() >= SHARE;
    }
}
