package dev.stillgate.fingerprint.analysis;

import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What there is to tell of accounts and clusters. */
public final class Reports {
    private static final int MOST_CLUSTERS = 1000;
    private final Analyst analyst;

    public Reports(Analyst analyst) {
        this.analyst = analyst;
    }

    /** Returns what is known of an account, null when nothing is. */
    public @Nullable Map<String, Object> account(String id) {
        int number = analyst.table().index().find(id);
        Rank rank = analyst.ladder().find(id);
        if (number == AccountIndex.NONE && rank == null) {
            return null;
        }
        Map<String, Object> page = new LinkedHashMap<>();
        Standing standing = rank == null ? Standing.CLEAR : rank.standing();
        page.put("standing", standing.name().toLowerCase(Locale.ROOT));
        page.put("evidence", rank == null ? 0.0 : rounded(rank.evidence));
        page.put("cluster", rank == null || rank.cluster == null ? "" : rank.cluster);
        page.put("reasons", rank == null ? List.of() : rank.reasons);
        if (rank != null) {
            page.put("changes", rank.changes);
        }
        return page;
    }

    /** Returns all clusters, the newest last. */
    public List<Map<String, Object>> clusters() {
        List<Map<String, Object>> all = new ArrayList<>();
        for (Cluster cluster : analyst.clusters().all()) {
            if (all.size() < MOST_CLUSTERS) {
                all.add(summary(cluster));
            }
        }
        return all;
    }

    private static Map<String, Object> summary(Cluster cluster) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("id", cluster.id);
        page.put("accounts", List.copyOf(cluster.accounts));
        page.put("since", cluster.since);
        page.put("reasons", cluster.reasons);
        page.put("evidence", cluster.evidence);
        return page;
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
