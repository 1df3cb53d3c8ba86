package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.ClusterOrder;
import dev.stillgate.fingerprint.standing.Join;
import dev.stillgate.fingerprint.standing.Label;
import dev.stillgate.fingerprint.standing.OrderKeys;
import dev.stillgate.fingerprint.standing.Pin;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.OrderBook;
import dev.stillgate.spi.orders.Orders;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Orders of operators as the pages show them. */
final class OrderValues {
    private static final int MAX_EVENTS = 100;

    private OrderValues() {}

    /** Returns what an order did, in words. */
    static String what(Order order) {
        return switch (order.action()) {
            case "confirm" -> "confirmed";
            case "refute" -> "refuted";
            case "vouch" -> "vouched";
            case "standing" -> "pinned to " + order.details().get("standing");
            case "unpin" -> "unpinned";
            case "unlabel" -> "judgements taken back";
            case "hide" -> "hidden from the review queue";
            case "unhide" -> "shown in the review queue again";
            case "withdraw" -> "taken back";
            case Join.ACTION -> "joined " + order.details().get("cluster");
            case Join.RELEASE -> "released, since it was verified";
            default -> order.action();
        };
    }

    /** Returns who gave an order, why, when and until when. */
    static Map<String, Object> shown(Order order) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("by", order.by());
        shown.put("why", order.why());
        shown.put("at", PageValues.time(OrderKeys.at(order)));
        shown.put("until", PageValues.time(order.until()));
        return shown;
    }

    /** Returns an order of which name and reason may be unknown, as a dossier shows it. */
    static Map<String, Object> complete(Map<String, Object> shown) {
        shown.putIfAbsent("why", "");
        if (shown.get("by") == null) {
            shown.remove("by");
        }
        return shown;
    }

    /** Returns a judgement. */
    static Map<String, Object> shown(Label label) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("what", PageValues.name(label.kind()));
        shown.putAll(shown(label.order()));
        return shown;
    }

    /** Returns a set standing. */
    static Map<String, Object> shown(Pin pin) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("standing", PageValues.name(pin.standing()));
        shown.putAll(shown(pin.order()));
        return shown;
    }

    /** Returns where an order was written. */
    static Map<String, Object> shown(Orders.Receipt receipt) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("id", receipt.order().id());
        shown.put("until", PageValues.time(receipt.order().until()));
        shown.put("kept", receipt.reach().name().toLowerCase(Locale.ROOT));
        return shown;
    }

    /** Returns the order on a subject that needs other operators, with those that asked for it; null for none. */
    static @Nullable Map<String, Object> pending(Analyst analyst, String subject) {
        Order waiting = analyst.ladder().orders().waiting(subject);
        if (waiting == null) {
            return null;
        }
        Map<String, String> names = new TreeMap<>();
        for (Order order : analyst.ladder().orders().asked(waiting)) {
            String by = order.by() == null ? "hand" : order.by();
            names.putIfAbsent(by.strip().toLowerCase(Locale.ROOT), by);
        }
        int approvals = analyst.orders().names(waiting);
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("what", what(waiting));
        shown.put("by", String.join(", ", names.values()));
        shown.put("why", waiting.why() == null ? "" : waiting.why());
        shown.put("at", PageValues.time(waiting.time()));
        shown.put("until", PageValues.time(waiting.time() + OrderBook.WAITING_MILLIS));
        shown.put("approvals", approvals);
        shown.put("needed", waiting.needs());
        shown.put("awaited", awaited(waiting.needs() - approvals, names.values().size()));
        return shown;
    }

    private static String awaited(int missing, int named) {
        return (missing == 1 ? "one operator" : missing + " operators") + " other than "
                + (named == 1 ? "that one" : "those");
    }

    /** Event of a cluster's history. */
    private record Event(long at, Map<String, Object> shown) {}

    /** Returns the history of a cluster: events of its evidence, and the orders on it. */
    static List<Map<String, Object>> timeline(Analyst analyst, Cluster cluster) {
        List<Event> events = new ArrayList<>();
        String subject = OrderKeys.ofCluster(cluster.id);
        for (Order order : analyst.orders().all()) {
            if (order.subject().equals(subject) && ClusterOrder.isOn(order, cluster)) {
                long at = OrderKeys.at(order);
                events.add(new Event(at, event(at, told(analyst, order), order)));
            }
        }
        for (Cluster.Event event : cluster.timeline) {
            events.add(new Event(event.at(), event(event.at(), event.what(), null)));
        }
        events.sort(Comparator.comparingLong(Event::at));
        List<Map<String, Object>> shown =
                new ArrayList<>(events.stream().map(Event::shown).toList());
        if (shown.size() > MAX_EVENTS) {
            shown.subList(1, 1 + shown.size() - MAX_EVENTS).clear(); // keeps how the cluster was found
        }
        return shown;
    }

    private static String told(Analyst analyst, Order order) {
        int names = order.needs() > 1 ? analyst.orders().names(order) : order.needs();
        return (names < order.needs() ? "asked for (" + names + " of " + order.needs() + "): " : "")
                + what(order)
                + " by " + (order.by() == null ? "hand" : order.by())
                + (order.why() == null ? "" : ": " + order.why());
    }

    private static Map<String, Object> event(long at, String what, @Nullable Order order) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("at", PageValues.time(at));
        shown.put("what", what);
        if (order != null && !order.withdraws()) {
            shown.put("until", PageValues.time(order.until()));
        }
        return shown;
    }
}
