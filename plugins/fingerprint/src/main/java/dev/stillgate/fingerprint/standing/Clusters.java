package dev.stillgate.fingerprint.standing;

import dev.stillgate.fingerprint.holdout.Finding;
import dev.stillgate.fingerprint.link.Link;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
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

    /** Ids of clusters that were hidden or shown again since the other gateways last received a snapshot. */
    private final Set<String> unsent = new LinkedHashSet<>();

    private long hidings;
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
     * Adds linked accounts to a cluster, and returns it.
     *
     * @param id id of the cluster; if it is unknown, the accounts are added as by {@link #take(Link, List, long)}
     */
    public Cluster join(String id, Link link, List<String> members, long now) {
        Cluster cluster = byId.get(id);
        if (cluster == null) {
            return take(link, members, now);
        }
        cluster.confirm(link, members, now);
        members.forEach(member -> index(member, cluster));
        return cluster;
    }

    /** Hides a cluster from the review queue; null shows it again. */
    public void hide(Cluster cluster, @Nullable Hiding hiding, long now) {
        cluster.hiding = hiding;
        cluster.hidingAt = now;
        unsent.add(cluster.id);
        hidings++;
    }

    /** Shows hidden clusters again whose order has ended or whose evidence has grown. */
    public void endHidings(AnalysisSettings settings, long now) {
        for (Cluster cluster : byId.values()) {
            Hiding hiding = cluster.hiding;
            if (hiding != null && (hiding.until() <= now || hiding.isOutgrown(cluster.total, settings))) {
                hide(cluster, null, now);
                cluster.note(now, "shown in the review queue again: " + hiding.ended(cluster.total, now));
            }
        }
    }

    /** Returns the number of times that clusters were hidden or shown again here. */
    public long hidings() {
        return hidings;
    }

    /** Applies a change of another gateway, unless the cluster is unknown or a later change is known. */
    public void apply(HidingChange change) {
        Cluster cluster = byId.get(change.cluster());
        if (cluster != null && change.at() > cluster.hidingAt) {
            cluster.hiding = change.hiding();
            cluster.hidingAt = change.at();
        }
    }

    /** Returns the last change of each cluster that the other gateways may not have received. */
    public List<HidingChange> unsent() {
        unsent.retainAll(byId.keySet());
        List<HidingChange> changes = new ArrayList<>();
        for (String id : unsent) {
            Cluster cluster = byId.get(id);
            if (cluster != null) {
                changes.add(new HidingChange(id, cluster.hidingAt, cluster.hiding));
            }
        }
        return changes;
    }

    /** Marks all changes as received by the other gateways. */
    public void markSent() {
        unsent.clear();
    }

    /** Marks the changes as received that other clusters, by id, contain. */
    public void markSent(List<Cluster> others) {
        for (Cluster other : others) {
            Cluster own = byId.get(other.id);
            if (own != null && other.hidingAt >= own.hidingAt) {
                unsent.remove(other.id);
            }
        }
    }

    /** Removes an account from a cluster. */
    public void leave(String id, String account) {
        Cluster cluster = byId.get(id);
        if (cluster != null) {
            cluster.remove(account);
            unindex(account, cluster);
        }
    }

    /** Returns the cluster that has most of the members, or a new one if none has enough. */
    private Cluster sharing(List<String> members, long now) {
        Map<Cluster, Integer> shared = new LinkedHashMap<>();
        for (String member : members) {
            for (Cluster cluster : byAccount.getOrDefault(member, Set.of())) {
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
            cluster = new Cluster("c" + ++last, now);
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
        for (Cluster cluster : clusters) {
            byId.put(cluster.id, cluster);
            cluster.accounts.forEach(account -> index(account, cluster));
        }
    }

    /** Removes an account from all clusters. */
    public void forget(String account) {
        Set<Cluster> clusters = byAccount.remove(account);
        if (clusters != null) {
            clusters.forEach(cluster -> cluster.remove(account));
        }
    }
}
