package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.standing.Join;
import dev.stillgate.fingerprint.standing.StandingOrder;
import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Items of the review queue about standing orders and the accounts that joined. The analysis must not run meanwhile. */
record JoinQueue(Analyst analyst) {
    private static final int MAX_SHOWN = 5;

    /** Returns suspended orders, then the joiners of each campaign that wait, then drawn joiners. */
    List<Map<String, Object>> items() {
        List<Map<String, Object>> items = new ArrayList<>();
        for (StandingOrder order : analyst.ladder().orders().standingOrders()) {
            if (order.isSuspended()) {
                Map<String, Object> item = item("standing-order", order.cluster());
                item.put("size", order.accounts().size());
                item.put("suspended", order.id());
                items.add(item);
            }
        }
        Map<String, List<String>> waiting = new TreeMap<>();
        for (Join join : analyst.ladder().orders().joins().values()) {
            if (analyst.joined().isWaiting(join)) {
                waiting.computeIfAbsent(join.cluster(), absent -> new ArrayList<>())
                        .add(join.account());
            }
        }
        waiting.forEach((cluster, accounts) -> {
            Map<String, Object> item = item("joiners", cluster);
            item.put("size", accounts.size());
            item.put("verified", accounts.stream().filter(analyst::isCapped).count());
            item.put("accounts", accounts.stream().limit(MAX_SHOWN).toList());
            items.add(item);
        });
        for (Join join : analyst.joined().drawn(analyst.orders().now())) {
            Map<String, Object> item = item("joiner", join.account());
            item.put("size", 1);
            item.put("since", PageValues.time(join.at()));
            item.put("standing", PageValues.name(analyst.standing(join.account())));
            item.put("ifConfirmed", PageValues.name(Standing.POOLED));
            item.put("join", JoinReport.shown(join));
            items.add(item);
        }
        return items;
    }

    private static Map<String, Object> item(String kind, String id) {
        Map<String, Object> item = new LinkedHashMap<>();
        item.put("kind", kind);
        item.put("id", id);
        return item;
    }
}
