package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.ClusterOrder;
import dev.stillgate.fingerprint.standing.OrderKeys;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Account or cluster that an order is about.
 *
 * @param accounts the account, or the members of the cluster
 * @param cluster null for an account
 */
record OrderTarget(
        String subject,
        Collection<String> accounts,
        @Nullable Cluster cluster) {
    static OrderTarget account(String id) {
        return new OrderTarget(OrderKeys.ofAccount(id), List.of(id), null);
    }

    static OrderTarget cluster(Cluster cluster) {
        return new OrderTarget(OrderKeys.ofCluster(cluster.id), cluster.accounts, cluster);
    }

    Map<String, Object> details() {
        return cluster == null ? new HashMap<>() : ClusterOrder.details(cluster);
    }

    /** Returns the page of the account, null for an unknown one; of the cluster, or what was left of it before the order. */
    @Nullable
    Map<String, Object> page(Analyst analyst) {
        if (cluster == null) {
            return new AccountReport(analyst).of(accounts.iterator().next());
        }
        Cluster present = analyst.cluster(cluster.id);
        return new ClusterReport(analyst, present == null ? cluster : present).page();
    }
}
