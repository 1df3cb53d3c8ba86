package dev.stillgate.fingerprint.standing;

import java.util.List;
import java.util.Map;

/** Forecast of a standing order on a cluster: accounts that may join it, and that would have joined it. */
public interface JoinOutlook {
    /**
     * Upper bound on wrong joins in one stratum.
     *
     * @param references known customers with which newcomers are compared, n
     * @param orders standing orders of the stratum, m, the one on the cluster included
     * @param newcomersADay newcomers of the stratum on a day of the last fortnight, on average
     * @param setBy known customers whose evidence newcomers have to exceed, by part: total, asked and origin
     */
    record Bound(String stratum, int references, int orders, double newcomersADay, Map<String, String> setBy) {
        /** Returns m / (n + 1), at most 1: the greatest share of honest newcomers that join. */
        public double share() {
            return Math.min(1, orders / (references + 1.0));
        }
    }

    /**
     * Outlook of an order on one cluster.
     *
     * @param bounds bounds in the strata of the cluster's accounts, the stratum with most of the accounts first
     * @param joined newcomers of the last fortnight that would have joined, the most similar first
     * @param oldest confirmed accounts that were seen first; the last marks the beginning of the campaign
     * @param fitted known customers from before the campaign that its profile is compared with
     * @param known known customers that set no bound
     * @param knownJoined those of them that would have joined
     */
    record Outlook(
            List<Bound> bounds,
            List<String> joined,
            List<String> oldest,
            int fitted,
            int known,
            List<String> knownJoined) {
        public static final Outlook EMPTY = new Outlook(List.of(), List.of(), List.of(), 0, 0, List.of());
    }

    /** Returns the outlook of an order on a cluster. */
    Outlook of(Cluster cluster);
}
