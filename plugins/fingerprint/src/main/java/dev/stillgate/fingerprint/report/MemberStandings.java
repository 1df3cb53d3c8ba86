package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.holdout.Finding;
import dev.stillgate.fingerprint.likeness.StratumCalibration;
import dev.stillgate.fingerprint.standing.AccountStanding;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.Label;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.fingerprint.standing.Pin;
import dev.stillgate.fingerprint.standing.StandingHistory;
import dev.stillgate.spi.Standing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Standings of a cluster's members: why they are lower than the evidence reaches, when they changed, and which orders of
 * operators hold.
 */
final class MemberStandings {
    static final int MAX_LISTED = 100;

    /** Longest name of a stratum; it holds the tier of the accounts file. */
    private static final int MAX_NAME = 60;

    private final Analyst analyst;
    private final Cluster cluster;
    private final ClusterReport report;
    private final long now;
    private final StandingHistory history;

    /** @param now milliseconds since the epoch */
    MemberStandings(Analyst analyst, Cluster cluster, ClusterReport report, long now) {
        this.analyst = analyst;
        this.cluster = cluster;
        this.report = report;
        this.now = now;
        this.history = new StandingHistory(analyst.ladder(), analyst.orders(), cluster.accounts);
    }

    /** Why a standing is lower than the evidence of the cluster reaches. */
    private enum Held {
        OPERATOR,
        REFUTED,
        VOUCHED,
        VERIFIED,
        ORGANISATION,
        LINK,
        OFFICE,
        LEARNING,
        SECOND_FAMILY,
        EARLIER,
        PROMISE,
        NOT_RECORDED
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

    /** Returns why members are lower than the evidence reaches, each as a key, a number of accounts and a sentence. */
    List<Map<String, Object>> held() {
        Map<Held, Integer> counts = new TreeMap<>();
        Map<String, StratumCalibration> strata = new TreeMap<>();
        Map<String, Integer> byStratum = new TreeMap<>();
        for (ClusterReport.Member member : report.members()) {
            Held held = held(member);
            StratumCalibration stratum = held == Held.PROMISE ? stratum(member) : null;
            if (stratum != null) {
                strata.put(stratum.stratum(), stratum);
                byStratum.merge(stratum.stratum(), 1, Integer::sum);
            } else if (held != null) {
                counts.merge(held, 1, Integer::sum);
            }
        }
        List<Map<String, Object>> items = new ArrayList<>();
        counts.forEach((held, accounts) -> items.add(item(held, accounts, text(held))));
        byStratum.forEach((name, accounts) -> items.add(item(Held.PROMISE, accounts, text(strata.get(name)))));
        items.sort(Comparator.comparingInt(item -> -PageValues.accounts(item)));
        return items.subList(0, Math.min(MAX_LISTED, items.size()));
    }

    private Map<String, Object> item(Held held, int accounts, String text) {
        int size = report.members().size();
        Map<String, Object> item = new LinkedHashMap<>();
        item.put("key", PageValues.name(held));
        item.put("text", accounts + " of " + size + (size == 1 ? " member: " : " members: ") + text);
        item.put("accounts", accounts);
        return item;
    }

    private @Nullable StratumCalibration stratum(ClusterReport.Member member) {
        return member.accountIndex() == AccountIndex.NONE
                ? null
                : analyst.likeness().calibration(analyst.table(), member.accountIndex());
    }

    private @Nullable Held held(ClusterReport.Member member) {
        Standing reached = analyst.settings().rung(cluster.total);
        Standing standing = analyst.standing(member.account());
        if (standing.reaches(reached)) {
            return null;
        }
        Label label = analyst.ladder().label(member.account());
        if (analyst.ladder().pin(member.account()) != null) {
            return Held.OPERATOR;
        }
        if (label != null && label.kind() != LabelKind.CONFIRMED) {
            return label.kind() == LabelKind.REFUTED ? Held.REFUTED : Held.VOUCHED;
        }
        AccountStanding entry = analyst.ladder().find(member.account());
        if (standing == Standing.CLEAR || entry == null) {
            return Held.NOT_RECORDED;
        }
        if (analyst.isCapped(member.account())) {
            return analyst.table().verified(member.accountIndex()) ? Held.VERIFIED : Held.ORGANISATION;
        }
        return heldAtMarked(entry, reached);
    }

    /** Returns which rule of the analysis keeps a marked account from a higher standing. */
    private Held heldAtMarked(AccountStanding entry, Standing reached) {
        if (cluster.evidence.isEmpty()) {
            return Held.LINK;
        }
        if (cluster.reasons.contains("office")) {
            return Held.OFFICE;
        }
        if (analyst.learnt(now) < 1) {
            return Held.LEARNING;
        }
        long strong = cluster.evidence.values().stream()
                .filter(evidence -> evidence >= Finding.MIN_SECOND_FAMILY)
                .count();
        if (strong < 2) {
            return Held.SECOND_FAMILY;
        }
        return analyst.settings().rung(entry.evidence).reaches(reached) ? Held.PROMISE : Held.EARLIER;
    }

    private String text(Held held) {
        return switch (held) {
            case OPERATOR -> "an operator set their standing.";
            case REFUTED -> "an operator refuted them.";
            case VOUCHED -> "an operator vouches for them, so evidence marks them at most.";
            case VERIFIED -> "verified customers, whom evidence marks at most.";
            case ORGANISATION -> "accounts of a declared organisation, which evidence marks at most.";
            case LINK -> "linked by their registration alone, which marks at most.";
            case OFFICE -> "the group may be one office, which is marked at most.";
            case LEARNING ->
                String.format(
                        Locale.ROOT,
                        "the filter is still learning what is usual (%.0f %%), and marks at most until then.",
                        100 * analyst.learnt(now));
            case SECOND_FAMILY ->
                "no second kind of evidence reaches odds of ten to one by itself, so the group is marked at most.";
            case EARLIER -> "their standing is from an earlier comparison, whose evidence was weaker.";
            case PROMISE -> "it is not known yet how many vouched accounts the evidence would touch.";
            case NOT_RECORDED -> "without a standing; why is not recorded.";
        };
    }

    /** Returns the sentence for accounts of a kind in which evidence does not tighten. */
    private static String text(@Nullable StratumCalibration stratum) {
        if (stratum == null) {
            return "";
        }
        int references = stratum.tightenedReferences().of();
        int touched = stratum.tightenedReferences().flagged();
        String name = stratum.stratum();
        String kind = name.length() > MAX_NAME ? name.substring(0, MAX_NAME) : name;
        return String.format(
                Locale.ROOT,
                "the policy lets evidence tighten %s of innocent accounts at most. To show that takes %.0f vouched"
                        + " accounts of the same kind (%s); there are %d, of which it touches %d.",
                PageValues.percent(stratum.promised()),
                Math.ceil(1 / stratum.promised() - 1e-9) - 1,
                kind,
                references,
                touched);
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
                        isCapped && !event.isOrdered() && event.standing().reaches(Standing.TIGHTENED)
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
