package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.Label;
import dev.stillgate.fingerprint.standing.LabelKind;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Effect of a confirmation: the accounts that it spares, and their pool. The analysis must not run meanwhile. */
record Confirmation(Analyst analyst) {
    /** Returns the pool of most members of a cluster, null for none. */
    @Nullable
    String poolOf(@Nullable String cluster) {
        Cluster known = cluster == null ? null : analyst.cluster(cluster);
        return known == null ? null : pool(known.accounts);
    }

    /** Returns whether an account is verified, of an organisation or vouched for, so that it is spared by default. */
    boolean isExempt(String account) {
        return isKnown(account) || isVerified(account);
    }

    /**
     * Returns whether a confirmation of a cluster leaves a member out.
     *
     * @param verified whether verified members are confirmed too
     * @param include members that are confirmed although they only share people with others
     */
    boolean isSpared(Cluster cluster, String account, boolean verified, Set<String> include) {
        return isKnown(account)
                || (!verified && isVerified(account))
                || (cluster.isByPeople(account) && !include.contains(account));
    }

    private boolean isVerified(String account) {
        int index = analyst.table().index().find(account);
        return index != AccountIndex.NONE && analyst.table().verified(index);
    }

    /** Returns whether an account is of an organisation or vouched for. */
    private boolean isKnown(String account) {
        int index = analyst.table().index().find(account);
        return analyst.ladder().isLabelled(account, LabelKind.VOUCHED)
                || (index != AccountIndex.NONE && analyst.table().organisation(index) != null);
    }

    /** Returns the pool that most of the accounts are in; null if none is in one. */
    @Nullable
    String pool(Collection<String> accounts) {
        Map<String, Integer> pools = new TreeMap<>();
        for (String account : accounts) {
            Label label = analyst.ladder().label(account);
            String pool = label == null ? null : label.pool();
            if (pool != null) {
                pools.merge(pool, 1, Integer::sum);
            }
        }
        return pools.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(null);
    }
}
