package dev.stillgate.fingerprint.standing;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Union of the standings by evidence and clusters of two gateways: of each account and each cluster, the later evidence is
 * kept. Merging in any sequence gives the same standings. Expired evidence is left out. Not thread-safe.
 */
public final class EvidenceMerge {
    private final Ladder ladder;
    private final Clusters clusters;
    private final long since;
    private final long now;
    private boolean knewMore;

    /**
     * Creates a merge into a ladder and clusters.
     *
     * @param since time of the oldest evidence that has not expired
     * @param now latest time of evidence; the clock of the other gateway may be ahead
     */
    public EvidenceMerge(Ladder ladder, Clusters clusters, long since, long now) {
        this.ladder = ladder;
        this.clusters = clusters;
        this.since = since;
        this.now = now;
    }

    /** Adds what another gateway has; returns whether something was present that it lacks. */
    public boolean add(StandingCodec.Content content) {
        Map<String, String> renamed = addClusters(content);
        content.accounts().forEach((account, other) -> {
            other.confirmed = Math.min(other.confirmed, now);
            if (other.cluster != null) {
                other.cluster = renamed.getOrDefault(other.cluster, other.cluster);
            }
            addAccount(account, other);
        });
        ladder.all().forEach((account, present) -> {
            knewMore |= time(present) >= since && !content.accounts().containsKey(account);
        });
        return knewMore;
    }

    private void addAccount(String account, AccountStanding other) {
        AccountStanding present = ladder.find(account);
        if (present == null || compare(other, present) > 0) {
            if (time(other) >= since) {
                ladder.put(account, other);
            }
        } else if (compare(other, present) < 0) {
            knewMore |= time(present) >= since;
        }
    }

    /** Adds the clusters of a content; returns their present ids, where these differ. */
    private Map<String, String> addClusters(StandingCodec.Content content) {
        Map<String, String> renamed = new HashMap<>();
        Set<String> known = new HashSet<>();
        clusters.reserve(content.lastCluster());
        for (Cluster other : content.clusters()) {
            other.confirmed = Math.min(other.confirmed, now);
            Cluster present = same(other);
            String id = present != null ? present.id : clusters.find(other.id) == null ? other.id : clusters.nextId();
            renamed.put(other.id, id);
            known.add(id);
            if (present == null ? other.confirmed >= since : other.confirmed > present.confirmed) {
                other.id = id;
                clusters.put(other);
            } else if (present != null) {
                knewMore |= present.confirmed > other.confirmed && present.confirmed >= since;
            }
        }
        for (Cluster present : clusters.all()) {
            knewMore |= present.confirmed >= since && !known.contains(present.id);
        }
        return renamed;
    }

    /** Returns the present cluster that is the same one: found at the same time, under its id or with a common member. */
    private @Nullable Cluster same(Cluster other) {
        Cluster present = clusters.find(other.id);
        if (present != null && present.since == other.since) {
            return present;
        }
        return other.accounts.stream()
                .flatMap(account -> clusters.with(account).stream())
                .filter(each -> each.since == other.since)
                .findFirst()
                .orElse(null);
    }

    /** Compares evidence by time, then by what it earned. */
    private static int compare(AccountStanding one, AccountStanding other) {
        int byTime = Long.compare(time(one), time(other));
        return byTime != 0 ? byTime : one.earned.compareTo(other.earned);
    }

    private static long time(AccountStanding entry) {
        return Math.max(entry.confirmed, entry.lastChange());
    }
}
