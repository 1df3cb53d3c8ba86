package dev.stillgate.loadtests.orders;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.stillgate.loadtests.orders.GivenOrder.Slot;
import dev.stillgate.spi.orders.Order.Rank;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The orders in the journal of one gateway, by the names that identify them. Immutable. */
final class KnownOrders {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, List<JsonNode>> byName = new HashMap<>();
    private boolean unsent;
    private int size;

    private KnownOrders() {}

    /** Reads the journal of a gateway. */
    static KnownOrders of(Member member) throws IOException {
        Map<String, JsonNode> byId = new LinkedHashMap<>();
        for (String line : Files.exists(member.journal()) ? Files.readAllLines(member.journal()) : List.<String>of()) {
            try {
                JsonNode order = JSON.readTree(line);
                byId.put(order.at("/order/id").asText(), order);
            } catch (JsonProcessingException e) {
                // the line is being written
            }
        }
        KnownOrders known = new KnownOrders();
        for (JsonNode line : byId.values()) {
            known.size += line.has("order") ? 1 : 0;
            if (line.path("final").asBoolean()) {
                String by = line.at("/order/by").asText("");
                known.byName.computeIfAbsent(by, name -> new ArrayList<>()).add(line);
            } else {
                known.unsent |= line.has("order");
            }
        }
        return known;
    }

    int size() {
        return size;
    }

    /** Returns whether the gateway has orders of which the store has not acknowledged the final rank. */
    boolean hasUnsent() {
        return unsent;
    }

    boolean has(GivenOrder order) {
        return count(order) > 0;
    }

    /** Returns the number of records of an order. */
    int count(GivenOrder order) {
        return byName.getOrDefault(order.request().by(), List.of()).size();
    }

    /** Returns whether an erasure has taken the account and the reason of an order. */
    boolean isScrubbed(GivenOrder order) {
        return has(order)
                && !order.request().erases()
                && field(order, "/order/why").isMissingNode();
    }

    /** Returns the rank of an order that the gateway has. */
    Rank rank(GivenOrder order) {
        return Rank.of(field(order, "/rank").asText());
    }

    private JsonNode field(GivenOrder order, String name) {
        List<JsonNode> records = byName.getOrDefault(order.request().by(), List.of());
        return records.isEmpty()
                ? MissingNode.getInstance()
                : records.getFirst().at(name);
    }

    /**
     * Returns the orders that count: those with a record that enough operators asked for and that no erasure has taken. A
     * withdrawal of nothing has no record.
     */
    List<GivenOrder> effective(List<GivenOrder> orders) {
        List<GivenOrder> effective = new ArrayList<>();
        List<GivenOrder> ranked = orders.stream()
                .filter(order -> has(order) && !isScrubbed(order))
                .sorted(Comparator.comparing(this::rank))
                .toList();
        Map<Slot, Map<String, Set<String>>> names = new EnumMap<>(Slot.class);
        for (GivenOrder order : ranked) {
            Slot slot = order.request().slot();
            Set<String> asked = names.computeIfAbsent(slot, each -> new HashMap<>())
                    .computeIfAbsent(order.request().agreement(), agreement -> new HashSet<>());
            asked.add(order.request().by());
            if (asked.size() >= field(order, "/order/needs").asInt(1)) {
                effective.add(order);
                names.keySet().removeIf(each -> each == slot || slot == Slot.ERASURE); // earlier voices count no more
            }
        }
        return effective;
    }
}
