package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.Join;
import dev.stillgate.fingerprint.standing.JoinOutlook;
import dev.stillgate.fingerprint.standing.JoinsOfOrder;
import dev.stillgate.fingerprint.standing.JoinsOfOrder.Joined;
import dev.stillgate.fingerprint.standing.Label;
import dev.stillgate.fingerprint.standing.StandingOrder;
import dev.stillgate.fingerprint.stats.RareShare;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Parts of pages about standing orders and the accounts that joined. The analysis must not run meanwhile. */
final class JoinReport {
    private static final int MAX_LISTED = 100;

    private final Analyst analyst;

    JoinReport(Analyst analyst) {
        this.analyst = analyst;
    }

    /** Returns what an order on a cluster may join and would have joined in the last fortnight. */
    Map<String, Object> outlook(Cluster cluster) {
        JoinOutlook.Outlook outlook = analyst.joins().of(cluster);
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("promise", StandingOrder.DEFAULT_PROMISE);
        shown.put("bounds", outlook.bounds().stream().map(JoinReport::shown).toList());
        shown.put("lastFortnight", outlook.joined().size());
        shown.put("accounts", outlook.joined().stream().limit(MAX_LISTED).toList());
        shown.put("oldestConfirmed", outlook.oldest().stream().limit(MAX_LISTED).toList());
        shown.put("earlierCustomers", outlook.fitted());
        shown.put("neededCustomers", RareShare.LEAST_KNOWN);
        shown.put("knownCompared", outlook.known());
        shown.put(
                "knownJoined", outlook.knownJoined().stream().limit(MAX_LISTED).toList());
        return shown;
    }

    static Map<String, Object> shown(JoinOutlook.Bound bound) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("stratum", bound.stratum());
        shown.put("knownCustomers", bound.references());
        shown.put("standingOrders", bound.orders());
        shown.put("bound", bound.share());
        shown.put("newcomersADay", PageValues.rounded(bound.newcomersADay()));
        shown.put("wrongJoinsADay", bound.share() * bound.newcomersADay());
        shown.put("setBy", bound.setBy());
        return shown;
    }

    /** Returns the standing order on a cluster with the latest accounts that joined, null for none. */
    @Nullable
    Map<String, Object> standingOrder(Cluster cluster) {
        StandingOrder order = analyst.ladder().orders().standingOrder(cluster.id);
        if (order == null) {
            return null;
        }
        long now = analyst.orders().now();
        JoinsOfOrder joins = analyst.ladder().orders().joinsUnder(order.id());
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("id", order.id());
        shown.put("joins", order.joins().apiName());
        shown.putAll(OrderValues.shown(order.order()));
        shown.put("promise", order.promise());
        shown.put("open", order.isOpen(now));
        shown.put("suspended", order.isSuspended());
        shown.put("learntFrom", order.accounts().size());
        shown.put("joined", joins.joined().size());
        shown.put("standings", standings(joins));
        shown.put(
                "beyondTheRate",
                joins.joined().stream().filter(Joined::isExcess).count());
        shown.put("ratePerHour", joins.limitAnHour(now));
        shown.put("released", joins.released());
        shown.put("judged", judged(joins));
        return shown;
    }

    /** Returns the latest accounts that joined the campaign of a cluster, under any standing order. */
    List<Map<String, Object>> joiners(Cluster cluster) {
        return analyst.ladder().orders().joins().values().stream()
                .filter(join -> join.cluster().equals(cluster.id))
                .sorted((a, b) -> Long.compare(b.at(), a.at()))
                .limit(MAX_LISTED)
                .map(join -> {
                    Map<String, Object> row = new LinkedHashMap<>();
                    row.put("account", join.account());
                    row.put("standing", PageValues.name(analyst.standing(join.account())));
                    row.putAll(shown(join));
                    return row;
                })
                .toList();
    }

    static Map<String, Object> shown(Join join) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("order", join.order());
        shown.put("cluster", join.cluster());
        shown.put("effect", join.effect().apiName());
        shown.put("at", PageValues.time(join.at()));
        shown.put("start", join.start());
        shown.put("score", PageValues.rounded(join.score()));
        shown.put("asked", PageValues.rounded(join.asked()));
        shown.put("origin", PageValues.rounded(join.origin()));
        shown.put("bound", join.bound());
        shown.put("traits", join.traits());
        return shown;
    }

    private Map<String, Integer> standings(JoinsOfOrder joins) {
        Map<String, Integer> standings = new TreeMap<>();
        joins.joined()
                .forEach(joined -> standings.merge(
                        PageValues.name(analyst.standing(joined.join().account())), 1, Integer::sum));
        return standings;
    }

    private Map<String, Integer> judged(JoinsOfOrder joins) {
        Map<String, Integer> judged = new TreeMap<>();
        for (Label label : joins.judged(analyst.ladder().orders().labels())) {
            judged.merge(PageValues.name(label.kind()), 1, Integer::sum);
        }
        return judged;
    }
}
