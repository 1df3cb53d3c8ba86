package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.analysis.JoinWatch;
import dev.stillgate.fingerprint.link.Link;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.ClusterOrder;
import dev.stillgate.fingerprint.standing.Label;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.fingerprint.standing.OrderKeys;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.Order;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Clusters and accounts that wait for an operator's judgement, most suspicious first. */
final class ReviewQueue {
    private static final int MAX_SHOWN = 5;

    private final Analyst analyst;

    ReviewQueue(Analyst analyst) {
        this.analyst = analyst;
    }

    /** Item of the queue with its evidence as a base-10 logarithm of odds, by which the queue is sorted. */
    private record Item(double evidence, Map<String, Object> shown) {}

    Map<String, Object> page(int limit) {
        List<Item> items = new ArrayList<>();
        List<Item> hidden = new ArrayList<>();
        for (Cluster cluster : analyst.clusters().all()) {
            Item item = item(cluster);
            if (item != null) {
                (item.shown.containsKey("hidden") ? hidden : items).add(item);
            }
        }
        items.sort(Comparator.comparingDouble(Item::evidence).reversed());
        hidden.sort(Comparator.comparingDouble(Item::evidence).reversed());
        new JoinQueue(analyst).items().forEach(item -> items.add(new Item(0, item)));
        for (JoinWatch.Resembling customer : analyst.joins().resembling()) {
            add(items, "account", customer.account(), JoinEvidence.shown(customer));
        }
        analyst.newcomers().due().forEach(newcomer -> add(items, "newcomer", newcomer, null));
        List<String> decoys = analyst.registrations().usedDecoys();
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("size", items.size());
        page.put("items", items.stream().limit(limit).map(Item::shown).toList());
        PageValues.add(page, "decoys", decoys.isEmpty() ? null : decoys);
        page.put("hidden", hidden.stream().limit(limit).map(Item::shown).toList());
        return page;
    }

    /** Returns the order that hides a cluster from the queue, null for none. */
    static @Nullable Map<String, Object> hidden(Analyst analyst, Cluster cluster) {
        Order order = analyst.ladder().orders().hiding(cluster, analyst.settings());
        if (order == null) {
            return null;
        }
        Map<String, Object> shown = OrderValues.complete(OrderValues.shown(order));
        shown.put("evidence", PageValues.rounded(ClusterOrder.total(order)));
        return shown;
    }

    /** Returns the item of a cluster; null if the cluster was refuted or no member waits for a judgement. */
    private @Nullable Item item(Cluster cluster) {
        int refuted = 0;
        List<String> unlabelled = new ArrayList<>();
        Standing highest = Standing.CLEAR;
        for (String account : cluster.accounts) {
            Label label = analyst.ladder().label(account);
            refuted += label != null && label.kind() == LabelKind.REFUTED && label.isFor(cluster) ? 1 : 0;
            Standing standing = analyst.standing(account);
            highest = standing.reaches(highest) ? standing : highest;
            if (label == null && !new Confirmation(analyst).isExempt(account)) {
                unlabelled.add(account);
            }
        }
        if (unlabelled.isEmpty() || 2 * refuted > cluster.accounts.size()) {
            return null;
        }
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("kind", "cluster");
        shown.put("id", cluster.id);
        shown.put("size", cluster.accounts.size());
        shown.put("unlabelled", unlabelled.size());
        shown.put("revision", cluster.revision());
        shown.put("since", PageValues.time(cluster.since));
        shown.put("evidence", PageValues.rounded(cluster.total));
        shown.put("standing", PageValues.name(highest));
        shown.put("ifConfirmed", PageValues.name(Standing.POOLED));
        shown.put("links", links(cluster));
        shown.put("reasons", cluster.reasons);
        shown.put("accounts", unlabelled.stream().limit(MAX_SHOWN).toList());
        PageValues.add(shown, "pending", OrderValues.pending(analyst, OrderKeys.ofCluster(cluster.id)));
        PageValues.add(shown, "hidden", hidden(analyst, cluster));
        return new Item(cluster.total, shown);
    }

    /** Adds an account that has not been labelled since the last fit or draw. */
    private void add(List<Item> items, String kind, String account, @Nullable Map<String, Object> resembles) {
        int index = analyst.table().index().find(account);
        if (index == AccountIndex.NONE || analyst.ladder().label(account) != null) {
            return;
        }
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("kind", kind);
        shown.put("id", account);
        shown.put("size", 1);
        shown.put("since", PageValues.time(1000L * analyst.table().firstSecond(index)));
        shown.put("standing", PageValues.name(analyst.standing(account)));
        shown.put("ifConfirmed", PageValues.name(Standing.POOLED));
        PageValues.add(shown, "resembles", resembles);
        PageValues.add(shown, "pending", OrderValues.pending(analyst, OrderKeys.ofAccount(account)));
        items.add(new Item(0, shown));
    }

    static List<Map<String, Object>> links(Cluster cluster) {
        return cluster.links.values().stream().map(ReviewQueue::shown).toList();
    }

    private static Map<String, Object> shown(Link link) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("kind", PageValues.name(link.kind()));
        shown.put("name", link.name());
        shown.put("accounts", link.accounts());
        shown.put("weight", PageValues.rounded(link.weight()));
        shown.put("bound", link.bound());
        return shown;
    }

    /** Returns the members of a cluster by label. */
    static Map<String, Integer> labels(Analyst analyst, Cluster cluster) {
        Map<String, Integer> labels = new TreeMap<>();
        for (String account : cluster.accounts) {
            Label label = analyst.ladder().label(account);
            if (label != null) {
                labels.merge(PageValues.name(label.kind()), 1, Integer::sum);
            }
        }
        return labels;
    }
}
