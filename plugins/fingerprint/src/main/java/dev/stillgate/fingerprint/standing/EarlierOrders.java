package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.MemoryOrders;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.OrderDraft;
import dev.stillgate.spi.orders.OrderEnd;
import dev.stillgate.spi.orders.Orders;
import java.io.DataInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Orders in the state file of an earlier version, which kept them with the standings. They are in force below all other
 * orders until they are in the journal. Not thread-safe.
 */
public final class EarlierOrders {
    /** Order without its accounts. */
    private record Given(
            String action,
            String slot,
            @Nullable String by,
            @Nullable String why,
            long at,
            long until,
            Map<String, Object> details) {
        String subject(List<String> accounts) {
            return accounts.size() != 1 && details.get(Label.CLUSTER) instanceof String cluster
                    ? OrderKeys.ofCluster(cluster)
                    : OrderKeys.ofAccount(accounts.getFirst());
        }

        OrderDraft about(String subject, List<String> accounts) {
            String agreement = action + ' ' + subject;
            return new OrderDraft(
                    by,
                    why,
                    action,
                    subject,
                    slot,
                    accounts,
                    List.of(),
                    false,
                    OrderEnd.at(until),
                    1,
                    agreement,
                    details);
        }
    }

    /** Accounts of each order; equal orders on several accounts become one. */
    private final Map<Given, List<String>> accounts = new LinkedHashMap<>();

    /** Reads the pin of an account. */
    void readPin(DataInput in, String account, boolean hasNames) throws IOException {
        Standing pinned = StandingCodec.readStanding(in);
        long until = in.readLong();
        String by = hasNames ? StandingCodec.readText(in) : null;
        String why = StandingCodec.readText(in);
        long at = in.readLong();
        Map<String, Object> details = details(at);
        if (pinned != null) {
            details.put(Pin.STANDING, Pin.name(pinned));
            of(new Given("standing", OrderKeys.STANDING, by, why, at, until, details))
                    .add(account);
        }
    }

    /** Reads the judgement of an account. */
    void readLabel(DataInput in, String account) throws IOException {
        String name = StandingCodec.readText(in);
        if (name == null) {
            return;
        }
        String action = LabelKind.valueOf(name).action;
        String by = in.readUTF();
        String why = in.readUTF();
        long at = in.readLong();
        Map<String, Object> details = details(at);
        long until = in.readLong();
        String cluster = StandingCodec.readText(in);
        if (cluster != null) {
            details.put(Label.CLUSTER, cluster);
        }
        in.readBoolean(); // whether the account had a pool, as all confirmed accounts have now
        details.put(Label.VERIFIED, in.readBoolean());
        of(new Given(action, OrderKeys.JUDGEMENT, by, why, at, until, details)).add(account);
    }

    /** Reads whether a cluster is hidden. */
    void readHiding(DataInput in, Cluster cluster) throws IOException {
        in.readLong();
        if (in.readBoolean()) {
            String by = in.readUTF();
            String why = in.readUTF();
            long at = in.readLong();
            Map<String, Object> details = details(at);
            long until = in.readLong();
            details.putAll(ClusterOrder.details(cluster));
            details.put(ClusterOrder.TOTAL, in.readDouble());
            of(new Given("hide", OrderKeys.QUEUE, by, why, at, until, details));
        }
    }

    private static Map<String, Object> details(long at) {
        return new HashMap<>(Map.of(OrderKeys.AT, at, "migrated", true));
    }

    private List<String> of(Given given) {
        return accounts.computeIfAbsent(given, absent -> new ArrayList<>());
    }

    /** Returns whether there are none. */
    public boolean isEmpty() {
        return accounts.isEmpty();
    }

    /** Returns the orders. */
    public List<Order> all() {
        List<Order> all = new ArrayList<>();
        accounts.forEach((given, about) -> {
            OrderDraft draft = given.about(given.subject(about), about);
            all.add(MemoryOrders.of(draft, "", "", Order.Rank.LEAST, given.at));
        });
        return all;
    }

    /** Returns the orders for the journal, without those that later ones decide over. */
    public List<OrderDraft> drafts(Orders known) {
        List<OrderDraft> drafts = new ArrayList<>();
        accounts.forEach((given, about) -> {
            Set<String> deciding = known.deciding(given.slot).keySet();
            String subject = given.subject(about);
            List<String> left =
                    about.stream().filter(key -> !deciding.contains(key)).toList();
            boolean isDecided = about.isEmpty() ? deciding.contains(subject) : left.isEmpty();
            if (!isDecided && known.now() < given.until) {
                drafts.add(given.about(subject, left));
            }
        });
        return drafts;
    }

    /** Forgets the orders, since they are in the journal. */
    public void clear() {
        accounts.clear();
    }
}
