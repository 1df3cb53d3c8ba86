package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.likeness.Resemblance;
import dev.stillgate.fingerprint.link.Link;
import dev.stillgate.fingerprint.standing.AccountStanding;
import dev.stillgate.fingerprint.standing.Approvals;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.Hiding;
import dev.stillgate.fingerprint.standing.Label;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.spi.Standing;
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
    private final long now;

    /** @param now milliseconds since the epoch */
    ReviewQueue(Analyst analyst, long now) {
        this.analyst = analyst;
        this.now = now;
    }

    /** Item of the queue with its evidence as a base-10 logarithm of odds, by which the queue is sorted. */
    private record Item(double evidence, Map<String, Object> shown) {}

    Map<String, Object> page(int limit) {
        List<Item> items = new ArrayList<>();
        List<Item> hidden = new ArrayList<>();
        for (Cluster cluster : analyst.clusters().all()) {
            Item item = item(cluster);
            if (item != null) {
                (isHidden(cluster, now) ? hidden : items).add(item);
            }
        }
        items.sort(Comparator.comparingDouble(Item::evidence).reversed());
        hidden.sort(Comparator.comparingDouble(Item::evidence).reversed());
        for (Resemblance near : analyst.likeness().near()) {
            add(items, "account", analyst.table().index().id(near.account()), near);
        }
        analyst.likeness().dueNewcomers().forEach(newcomer -> add(items, "newcomer", newcomer, null));
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("size", items.size());
        page.put("items", items.stream().limit(limit).map(Item::shown).toList());
        page.put("hidden", hidden.stream().limit(limit).map(Item::shown).toList());
        return page;
    }

    /** Returns whether an operator has hidden a cluster from the queue. */
    static boolean isHidden(Cluster cluster, long now) {
        Hiding hiding = cluster.hiding();
        return hiding != null && hiding.until() > now;
    }

    /** Returns an order that hides a cluster, for JSON. */
    static Map<String, Object> shown(Hiding hiding) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("by", hiding.by());
        shown.put("why", hiding.why());
        shown.put("at", PageValues.time(hiding.at()));
        shown.put("until", PageValues.time(hiding.until()));
        shown.put("evidence", PageValues.rounded(hiding.evidence()));
        return shown;
    }

    /** Returns the item of a cluster; null if the cluster was refuted or no member waits for a judgement. */
    private @Nullable Item item(Cluster cluster) {
        int refuted = 0;
        List<String> unlabelled = new ArrayList<>();
        Standing highest = Standing.CLEAR;
        for (String account : cluster.accounts) {
            AccountStanding entry = analyst.ladder().find(account);
            Label label = entry == null ? null : entry.label;
            refuted += label != null && label.kind() == LabelKind.REFUTED && label.isFor(cluster) ? 1 : 0;
            Standing standing = analyst.ladder().standing(account);
            highest = standing.reaches(highest) ? standing : highest;
            if (label == null && !LabelActions.isExempt(analyst, account)) {
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
        shown.put("links", links(cluster));
        shown.put("reasons", cluster.reasons);
        shown.put("accounts", unlabelled.stream().limit(MAX_SHOWN).toList());
        Object pending = pending(analyst, cluster.id, now);
        if (pending != null) {
            shown.put("pending", pending);
        }
        Hiding hiding = cluster.hiding();
        if (hiding != null && isHidden(cluster, now)) {
            shown.put("hidden", shown(hiding));
        }
        return new Item(cluster.total, shown);
    }

    /** Adds an account that has not been labelled since the last search. */
    private void add(List<Item> items, String kind, String account, @Nullable Resemblance resemblance) {
        AccountStanding entry = analyst.ladder().find(account);
        int index = analyst.table().index().find(account);
        if (index == AccountIndex.NONE || (entry != null && entry.label != null)) {
            return;
        }
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("kind", kind);
        shown.put("id", account);
        shown.put("size", 1);
        shown.put("since", PageValues.time(1000L * analyst.table().firstSecond(index)));
        shown.put("standing", PageValues.name(analyst.ladder().standing(account)));
        if (resemblance != null) {
            shown.put("resembles", LikenessReport.shown(resemblance));
        }
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
            AccountStanding entry = analyst.ladder().find(account);
            if (entry != null && entry.label != null) {
                labels.merge(PageValues.name(entry.label.kind()), 1, Integer::sum);
            }
        }
        return labels;
    }

    /** Returns the order that waits for another operator; null for none. */
    static @Nullable Object pending(Analyst analyst, String subject, long now) {
        Approvals.Pending waiting = analyst.approvals().of(subject, now);
        if (waiting == null) {
            return null;
        }
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("what", PageValues.name(waiting.order().kind()));
        shown.put("by", String.join(", ", waiting.by()));
        shown.put("why", waiting.order().why());
        shown.put("at", PageValues.time(waiting.at()));
        shown.put("approvals", waiting.by().size());
        shown.put("needed", analyst.settings().review().approvals());
        return shown;
    }
}
