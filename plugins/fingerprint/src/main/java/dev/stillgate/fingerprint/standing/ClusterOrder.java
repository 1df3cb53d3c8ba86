package dev.stillgate.fingerprint.standing;

import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.spi.orders.Order;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Details of an order on a cluster: the cluster as the operator saw it. */
public final class ClusterOrder {
    private static final String SINCE = "since";
    private static final String REVISION = "revision";
    static final String TOTAL = "total";
    private static final String EVIDENCE = "evidence";
    private static final String REASONS = "reasons";

    private ClusterOrder() {}

    /** Returns the details of a cluster: its id, when it was found, its revision, and its evidence. */
    public static Map<String, Object> details(Cluster cluster) {
        Map<String, Object> details = new HashMap<>();
        details.put(Label.CLUSTER, cluster.id);
        details.put(SINCE, cluster.since);
        details.put(REVISION, cluster.revision());
        details.put(TOTAL, cluster.total);
        details.put(REASONS, List.copyOf(cluster.reasons));
        Map<String, Object> families = new HashMap<>();
        for (Map.Entry<Family, Double> family : cluster.evidence.entrySet()) {
            families.put(family.getKey().name().toLowerCase(Locale.ROOT), family.getValue());
        }
        details.put(EVIDENCE, families);
        return details;
    }

    private static double number(Order order, String key) {
        return order.details().get(key) instanceof Number number ? number.doubleValue() : 0;
    }

    private static long since(Order order) {
        return order.details().get(SINCE) instanceof Number number ? number.longValue() : 0;
    }

    /** Returns the evidence of the cluster at the time of an order, as a base-10 logarithm of odds. */
    public static double total(Order order) {
        return number(order, TOTAL);
    }

    /** Returns whether an order was given on a cluster, and not on another one that had the same id. */
    public static boolean isOn(Order order, Cluster cluster) {
        return since(order) == cluster.since;
    }

    /** Returns whether two orders with one subject were given on one cluster. */
    static boolean isOnSame(Order order, Order other) {
        return since(order) == since(other);
    }

    /** Returns the greatest number of a cluster that an order names, 0 for none. */
    static int lastCluster(Order order) {
        int last = 0;
        for (String key : List.of(Label.CLUSTER, Label.POOL)) {
            last = order.details().get(key) instanceof String id ? Math.max(last, Clusters.number(id)) : last;
        }
        return last;
    }

    /** Returns whether evidence has grown since an order by more than the policy's step, or so far that it marks now. */
    static boolean isOutgrown(Order order, double present, AnalysisSettings settings) {
        double evidence = total(order);
        boolean marksNow = settings.marks(present) && !settings.marks(evidence);
        return present > evidence + settings.review().hideStep() || marksNow;
    }

    /** Returns the growth of evidence since an order, in words. */
    static String growth(Order order, double present) {
        return String.format(Locale.ROOT, "evidence grew from %.1f to %.1f", total(order), present);
    }

    /** Returns a cluster with the accounts of orders on it, as the last of them met it. */
    static Cluster clusterOf(String id, Collection<Order> orders) {
        Order last = orders.stream().max(Comparator.comparing(Order::rank)).orElseThrow();
        Cluster cluster = new Cluster(id, since(last) == 0 ? last.time() : since(last));
        cluster.revision = (int) number(last, REVISION);
        cluster.confirmed = last.time();
        cluster.total = number(last, TOTAL);
        if (last.details().get(REASONS) instanceof List<?> reasons) {
            cluster.reasons = reasons.stream().map(String::valueOf).toList();
        }
        for (Order order : orders) {
            order.keys()
                    .filter(account -> !OrderKeys.isErased(account))
                    .forEach(account -> cluster.joined.put(account, cluster.revision));
        }
        return cluster;
    }
}
