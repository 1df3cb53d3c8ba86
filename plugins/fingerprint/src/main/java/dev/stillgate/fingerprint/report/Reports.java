package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.Join;
import dev.stillgate.fingerprint.standing.Ladder;
import dev.stillgate.fingerprint.standing.OrderKeys;
import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Pages of accounts and clusters. The analysis must not run meanwhile. */
public final class Reports {
    /** Number of items of the queue that are listed unless a request names another. */
    public static final int REVIEWED = 25;

    private static final int MAX_CLUSTERS = 1000;
    private static final int MAX_ACCOUNTS = 80_000;
    private final Analyst analyst;
    private final long now;

    /** @param now milliseconds since the epoch */
    public Reports(Analyst analyst, long now) {
        this.analyst = analyst;
        this.now = now;
    }

    /** Returns the page of an account, null for an unknown one. */
    public @Nullable Map<String, Object> account(String id) {
        return new AccountReport(analyst).of(id);
    }

    /** Returns the number of operators that must ask for the erasure of an account. */
    public int operatorsToErase(String account) {
        return new Drafts(analyst, false).of(List.of(account), each -> Standing.CLEAR);
    }

    /** Returns the number of operators that must ask for the withdrawal of an order, 1 if it is unknown. */
    public int operatorsToWithdraw(String id) {
        Drafts drafts = new Drafts(analyst, false);
        Ladder ladder = analyst.ladder();
        return analyst.orders().all().stream()
                .filter(order -> order.id().equals(id))
                .mapToInt(order -> {
                    Stream<String> decided = analyst.orders().deciding(order.slot()).entrySet().stream()
                            .filter(each -> each.getValue().id().equals(id))
                            .map(Map.Entry::getKey);
                    Stream<String> joined = ladder.orders().joins().values().stream()
                            .filter(join -> join.order().equals(id))
                            .map(Join::account);
                    return drafts.of(
                            Stream.concat(decided, joined).toList(),
                            order.slot().equals(OrderKeys.STANDING) ? drafts::withoutPin : drafts::withoutLabel);
                })
                .findFirst()
                .orElse(1);
    }

    /** Returns the page of a cluster, null for an unknown one. */
    public @Nullable Map<String, Object> cluster(String id) {
        Cluster cluster = analyst.cluster(id);
        return cluster == null ? null : new ClusterReport(analyst, cluster).page();
    }

    /** Returns the dossier of a cluster, null for an unknown one. */
    public @Nullable Map<String, Object> dossier(String id) {
        Cluster cluster = analyst.cluster(id);
        return cluster == null ? null : new DossierReport(analyst, cluster, now).page();
    }

    /** Returns the queue of clusters and accounts that wait for a judgement. */
    public Map<String, Object> review(int limit) {
        return new ReviewQueue(analyst).page(limit);
    }

    /** Returns all clusters, the newest last. At most {@value #MAX_ACCOUNTS} accounts are listed in all. */
    public List<Map<String, Object>> clusters() {
        List<Map<String, Object>> all = new ArrayList<>();
        int remaining = MAX_ACCOUNTS;
        for (Cluster cluster : analyst.clusters().all()) {
            if (all.size() == MAX_CLUSTERS) {
                break;
            }
            int listed = Math.min(remaining, Math.min(ClusterReport.MAX_MEMBERS, cluster.accounts.size()));
            remaining -= listed;
            all.add(summary(cluster, listed));
        }
        return all;
    }

    private Map<String, Object> summary(Cluster cluster, int listed) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("id", cluster.id);
        page.put("accounts", cluster.accounts.stream().limit(listed).toList());
        page.put("size", cluster.accounts.size());
        page.put("standings", ClusterReport.standings(analyst, cluster));
        page.put("since", PageValues.time(cluster.since));
        page.put("confirmed", PageValues.time(cluster.confirmed));
        page.put("text", cluster.text);
        page.put("reasons", cluster.reasons);
        page.put("evidence", PageValues.rounded(cluster.total));
        page.put("evidenceByFamily", PageValues.rounded(cluster.evidence));
        return page;
    }
}
