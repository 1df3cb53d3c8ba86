package dev.stillgate.fingerprint.standing;

import dev.stillgate.fingerprint.holdout.Finding;
import dev.stillgate.fingerprint.link.Link;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.spi.orders.Order;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Clusters found so far; a cluster keeps its id while rounds confirm it. Not thread-safe. */
public final class Clusters {
    /** Share of a finding's accounts that must be in a cluster for the finding to confirm that cluster. */
    private static final double MIN_SHARED = 0.3;

    private static final int MAX_CLUSTERS = 10_000;

    private final Map<String, Cluster> byId = new LinkedHashMap<>();

    /** Clusters of each account, the first one first. */
    private final Map<String, Set<Cluster>> byAccount = new HashMap<>();

    private int last;

    public Collection<Cluster> all() {
        return byId.values();
    }

    @Nullable
    public Cluster find(String id) {
        return byId.get(id);
    }

    /** Returns the first cluster of an account, null for none. */
    @Nullable
    public Cluster of(String account) {
        Set<Cluster> clusters = byAccount.get(account);
        return clusters == null ? null : clusters.iterator().next();
    }

    /** Returns the clusters of an account, the first one first. */
    Set<Cluster> with(String account) {
        return byAccount.getOrDefault(account, Set.of());
    }

    private void index(String account, Cluster cluster) {
        byAccount.computeIfAbsent(account, absent -> new LinkedHashSet<>(2)).add(cluster);
    }

    private void unindex(String account, Cluster cluster) {
        byAccount.computeIfPresent(account, (same, clusters) -> {
            clusters.remove(cluster);
            return clusters.isEmpty() ? null : clusters;
        });
    }

    /** Adds a finding to the cluster that it confirms, or to a new one, and returns that cluster. */
    public Cluster take(Finding finding, List<String> members, long now) {
        Cluster cluster = sharing(members, now);
        cluster.confirm(finding, members, now);
        members.forEach(member -> index(member, cluster));
        return cluster;
    }

    /** Adds linked accounts to the cluster that they confirm, or to a new one, and returns that cluster. */
    public Cluster take(Link link, List<String> members, long now) {
        Cluster cluster = sharing(members, now);
        cluster.confirm(link, members, now);
        members.forEach(member -> index(member, cluster));
        return cluster;
    }

    /**
     * Ends the hiding of clusters whose evidence has grown, for good.
     *
     * @return whether there were any
     */
    public boolean endOutgrownHidings(OrdersInForce orders, AnalysisSettings settings, long now) {
        boolean ended = false;
        for (Cluster cluster : byId.values()) {
            Order order = orders.outgrown(cluster, settings);
            if (order != null) {
                cluster.outgrown = order.id();
                cluster.note(now, "shown in the review queue again: " + ClusterOrder.growth(order, cluster.total));
                ended = true;
            }
        }
        return ended;
    }

    /** Gives no new cluster an id that orders name, as they do after the clusters were lost. */
    public void reserve(OrdersInForce orders) {
        reserve(orders.lastCluster());
    }

    /** Gives no new cluster an id up to a number. */
    void reserve(int number) {
        last = Math.max(last, number);
    }

    /** Returns an id that no cluster has. */
    String nextId() {
        return "c" + ++last;
    }

    /** Adds a cluster, or replaces the one of the same id. */
    void put(Cluster cluster) {
        Cluster replaced = byId.put(cluster.id, cluster);
        if (replaced != null) {
            replaced.accounts.forEach(account -> unindex(account, replaced));
        }
        cluster.accounts.forEach(account -> index(account, cluster));
    }

    /** Returns the number in an id, 0 if it is none. */
    static int number(String id) {
        try {
            return id.startsWith("c") ? Integer.parseInt(id, 1, id.length(), 10) : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Returns the cluster that has most of the members, or a new one if none has enough. */
    private Cluster sharing(List<String> members, long now) {
        Map<Cluster, Integer> shared = new LinkedHashMap<>();
        for (String member : members) {
            for (Cluster cluster : with(member)) {
                shared.merge(cluster, 1, Integer::sum);
            }
        }
        Cluster cluster = null;
        int most = (int) Math.ceil(MIN_SHARED * members.size());
        for (Map.Entry<Cluster, Integer> entry : shared.entrySet()) {
            if (entry.getValue() >= most) {
                most = entry.getValue() + 1;
                cluster = entry.getKey();
            }
        }
        if (cluster == null) {
            cluster = new Cluster(nextId(), now);
            byId.put(cluster.id, cluster);
        }
        return cluster;
    }

    /** Removes the clusters last confirmed before a time, and the oldest beyond the maximum number. */
    public void forget(long before) {
        long least = before;
        if (byId.size() > MAX_CLUSTERS) {
            long[] confirmed =
                    byId.values().stream().mapToLong(c -> c.confirmed).sorted().toArray();
            least = Math.max(before, confirmed[confirmed.length - MAX_CLUSTERS]);
        }
        for (Cluster cluster : new ArrayList<>(byId.values())) {
            if (cluster.confirmed < least) {
                byId.remove(cluster.id);
                cluster.accounts.forEach(account -> unindex(account, cluster));
            }
        }
    }

    int last() {
        return last;
    }

    /**
     * Replaces all clusters.
     *
     * @param number number of the newest cluster's id
     */
    void restore(List<Cluster> clusters, int number) {
        byId.clear();
        byAccount.clear();
        last = number;
        clusters.forEach(this::put);
    }

    /** Removes an account from all clusters. */
    public void forget(String account) {
        Set<Cluster> clusters = byAccount.remove(account);
        if (clusters != null) {
            clusters.forEach(cluster -> cluster.remove(account));
        }
    }

    /** Removes an account and its name from all clusters. */
    public void erase(String account) {
        byAccount.remove(account);
        byId.values().forEach(cluster -> cluster.erase(account));
    }
}
