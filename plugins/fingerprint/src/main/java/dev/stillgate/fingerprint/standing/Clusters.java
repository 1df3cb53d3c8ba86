package dev.stillgate.fingerprint.standing;

import dev.stillgate.fingerprint.holdout.Finding;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The clusters found so far, each under one id for as long as rounds find it again. One thread only. */
public final class Clusters {
    /** The share of a finding's accounts that a cluster must hold for the finding to be that cluster again. */
    private static final double SAME = 0.3;

    private static final int MOST = 10_000;

    private final Map<String, Cluster> byId = new LinkedHashMap<>();
    private final Map<String, Cluster> byAccount = new HashMap<>();
    private int last;

    public Collection<Cluster> all() {
        return byId.values();
    }

    @Nullable
    public Cluster find(String id) {
        return byId.get(id);
    }

    /** Returns the cluster of an account, or null. */
    @Nullable
    public Cluster of(String account) {
        return byAccount.get(account);
    }

    /** Takes a finding; returns the cluster that it is, a new one when it is none that is known. */
    public Cluster take(Finding finding, List<String> members, long now) {
        Map<Cluster, Integer> shared = new LinkedHashMap<>();
        for (String member : members) {
            Cluster cluster = byAccount.get(member);
            if (cluster != null) {
                shared.merge(cluster, 1, Integer::sum);
            }
        }
        Cluster cluster = null;
        int most = (int) Math.ceil(SAME * members.size());
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
        cluster.confirm(finding, members, now);
        for (String member : members) {
            byAccount.putIfAbsent(member, cluster);
        }
        return cluster;
    }

    /** Forgets the clusters that were last confirmed before a time, and beyond the most that are kept the oldest. */
    public void forget(long before) {
        long least = before;
        if (byId.size() > MOST) {
            long[] confirmed =
                    byId.values().stream().mapToLong(c -> c.confirmed).sorted().toArray();
            least = Math.max(before, confirmed[confirmed.length - MOST]);
        }
        for (Cluster cluster : new ArrayList<>(byId.values())) {
            if (cluster.confirmed < least) {
                byId.remove(cluster.id);
                byAccount.values().removeIf(of -> of == cluster);
            }
        }
    }

    /** Returns the number of the newest cluster's id. */
    int last() {
        return last;
    }

    /** Puts clusters back as they were, in the place of all that are there. */
    void restore(List<Cluster> clusters, int number) {
        byId.clear();
        byAccount.clear();
        last = number;
        for (Cluster cluster : clusters) {
            byId.put(cluster.id, cluster);
            cluster.accounts.forEach(account -> byAccount.putIfAbsent(account, cluster));
        }
    }

    /** Forgets an account. */
    public void forget(String account) {
        byAccount.remove(account);
        byId.values().forEach(cluster -> cluster.accounts.remove(account));
    }
}
