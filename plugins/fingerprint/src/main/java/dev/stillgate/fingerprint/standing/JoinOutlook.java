package dev.stillgate.fingerprint.standing;

import java.util.List;

/** Forecast of a standing order on a cluster: accounts that may join it, and that would have joined it. */
public interface JoinOutlook {
    /**
     * Upper bound on wrong joins in one stratum.
     *
     * @param references known customers with which newcomers are compared, n
     * @param orders standing orders of the stratum, m, the one on the cluster included
     * @param newcomersADay newcomers of the stratum on a day of the last fortnight, on average
     */
    record Bound(String stratum, int references, int orders, double newcomersADay) {
        /** Returns m / (n + 1), the greatest share of honest newcomers that join. */
        public double share() {
            return (double) orders / (references + 1);
        }
    }

    /** Returns the bounds in the strata of a cluster's accounts, the stratum with most of the accounts first. */
    List<Bound> bounds(Cluster cluster);

    /** Returns the accounts that an order on the cluster would have joined in the last fortnight. */
    List<String> wouldHaveJoined(Cluster cluster);
}
