package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.Label;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.fingerprint.standing.Pin;
import dev.stillgate.fingerprint.standing.StandingHistory;
import dev.stillgate.spi.Standing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Standings of a cluster's members: why they are clear though the evidence marks, when they changed, and which orders of
 * operators hold.
 */
final class MemberStandings {
    static final int MAX_LISTED = 100;

    private final Analyst analyst;
    private final Cluster cluster;
    private final ClusterReport report;
    private final StandingHistory history;

    MemberStandings(Analyst analyst, Cluster cluster, ClusterReport report) {
        this.analyst = analyst;
        this.cluster = cluster;
        this.report = report;
        this.history = new StandingHistory(analyst.ladder(), analyst.orders(), cluster.accounts);
    }

    /** Why a member is clear though the evidence of the cluster marks. */
    private enum Held {
        OPERATOR("an operator set their standing."),
        REFUTED("an operator refuted them."),
        NOT_RECORDED("without a standing; why is not recorded.");

        private final String text;

        Held(String text) {
            this.text = text;
        }
    }

    /** Adds the standing of a member to its row. */
    void describe(ClusterReport.Member member, Map<String, Object> row) {
        Instant since = AccountReport.since(history.of(member.account()));
        if (since != null && analyst.ladder().standing(member.account()) != Standing.CLEAR) {
            row.put("since", since.toEpochMilli());
        }
        Label label = analyst.ladder().label(member.account());
        if (label != null) {
            row.put("label", PageValues.name(label.kind()));
        }
        if (member.accountIndex() != AccountIndex.NONE) {
            AccountTable table = analyst.table();
            if (table.verified(member.accountIndex())) {
                row.put("verified", true);
            }
            PageValues.add(row, "organisation", table.organisation(member.accountIndex()));
        }
    }

    /** Returns why members are clear though the evidence marks, each as a key, a number of accounts and a sentence. */
    List<Map<String, Object>> held() {
        Map<Held, Integer> counts = new EnumMap<>(Held.class);
        for (ClusterReport.Member member : report.members()) {
            Held held = held(member.account());
            if (held != null) {
                counts.merge(held, 1, Integer::sum);
            }
        }
        List<Map<String, Object>> items = new ArrayList<>();
        counts.forEach((held, accounts) -> items.add(item(held, accounts)));
        items.sort(Comparator.comparingInt(item -> -PageValues.accounts(item)));
        return items;
    }

    private Map<String, Object> item(Held held, int accounts) {
        int size = report.members().size();
        Map<String, Object> item = new LinkedHashMap<>();
        item.put("key", PageValues.name(held));
        item.put("text", accounts + " of " + size + (size == 1 ? " member: " : " members: ") + held.text);
        item.put("accounts", accounts);
        return item;
    }

    private @Nullable Held held(String account) {
        if (!analyst.settings().marks(cluster.total) || analyst.standing(account) != Standing.CLEAR) {
            return null;
        }
        Label label = analyst.ladder().label(account);
        return analyst.ladder().pin(account) != null
                ? Held.OPERATOR
                : label != null && label.kind() == LabelKind.REFUTED ? Held.REFUTED : Held.NOT_RECORDED;
    }

    /**
     * Change of standing of several members at once, ordered by time.
     *
     * @param cluster another cluster that it results from; empty for this one, and for none
     */
    private record Change(long at, Standing from, Standing to, boolean ordered, String cluster)
            implements Comparable<Change> {
        @Override
        public int compareTo(Change other) {
            return Comparator.comparingLong(Change::at)
                    .thenComparing(Change::from)
                    .thenComparing(Change::to)
                    .thenComparing(Change::ordered)
                    .thenComparing(Change::cluster)
                    .compare(this, other);
        }
    }

    /** Returns the last changes of the members' standings, those of one time together. */
    List<Map<String, Object>> changes() {
        TreeMap<Change, Integer> changes = new TreeMap<>();
        for (ClusterReport.Member member : report.members()) {
            boolean isCapped = analyst.isCapped(member.account());
            Standing before = Standing.CLEAR;
            for (StandingHistory.Event event : history.of(member.account())) {
                Standing after =
                        isCapped && !event.isOrdered() && event.standing().reaches(Standing.POOLED)
                                ? Standing.MARKED
                                : event.standing();
                if (after != before) {
                    String by =
                            event.evidence() == null ? null : event.evidence().cluster();
                    String other = by == null || by.equals(cluster.id) ? "" : by;
                    changes.merge(new Change(event.at(), before, after, event.order() != null, other), 1, Integer::sum);
                }
                before = after;
            }
        }
        return changes.entrySet().stream()
                .skip(Math.max(0, changes.size() - MAX_LISTED))
                .map(each -> shown(each.getKey(), each.getValue()))
                .toList();
    }

    private static Map<String, Object> shown(Change change, int accounts) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("at", PageValues.time(change.at));
        shown.put("from", PageValues.name(change.from));
        shown.put("to", PageValues.name(change.to));
        shown.put("accounts", accounts);
        shown.put("ordered", change.ordered);
        if (!change.cluster.isEmpty()) {
            shown.put("cluster", change.cluster);
        }
        return shown;
    }

    /** Returns the judgements and set standings of operators that hold for members, equal ones together. */
    List<Map<String, Object>> orders() {
        Map<Map<String, Object>, Integer> orders = new LinkedHashMap<>();
        for (ClusterReport.Member member : report.members()) {
            Label label = analyst.ladder().label(member.account());
            Pin pin = analyst.ladder().pin(member.account());
            if (label != null) {
                orders.merge(OrderValues.complete(OrderValues.shown(label)), 1, Integer::sum);
            }
            if (pin != null) {
                orders.merge(set(pin), 1, Integer::sum);
            }
        }
        return orders.entrySet().stream()
                .limit(MAX_LISTED)
                .map(each -> {
                    Map<String, Object> shown = new LinkedHashMap<>(each.getKey());
                    shown.put("accounts", each.getValue());
                    return shown;
                })
                .toList();
    }

    private static Map<String, Object> set(Pin pin) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("what", "set");
        shown.putAll(OrderValues.shown(pin));
        return OrderValues.complete(shown);
    }
}
