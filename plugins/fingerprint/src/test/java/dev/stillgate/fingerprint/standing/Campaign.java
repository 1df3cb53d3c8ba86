package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.orders.MemoryOrders;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.OrderBook;
import dev.stillgate.spi.orders.OrderDraft;
import dev.stillgate.spi.orders.OrderEnd;
import dev.stillgate.spi.orders.Orders;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A confirmed campaign on a book of orders whose clock a test moves. */
final class Campaign {
    static final long NOW = 1_770_000_000_000L;
    static final Duration LIFETIME = Duration.ofDays(90);
    static final List<String> SEEDS = List.of("s1", "s2", "s3");

    long now = NOW;
    final Orders orders = new MemoryOrders(new OrderBook(account -> "h-" + account), "behaviour", () -> now);

    /** Gives a judgement of the cluster c7. */
    Order judge(String action, Map<String, Object> details, Duration duration) {
        return give(action, "cluster c7", SEEDS, false, details, duration);
    }

    StandingOrder confirm(Joins joins) {
        Map<String, Object> details = Map.of("joins", joins.apiName(), "promise", 0.001);
        return StandingOrder.of(judge("confirm", details, Duration.ofDays(14)));
    }

    /** Gives a judgement of one account. */
    Order judge(String action, String account) {
        return give(action, "account " + account, List.of(account), false, Map.of("cluster", "c7"), LIFETIME);
    }

    Order give(
            String action,
            String subject,
            List<String> accounts,
            boolean withdraws,
            Map<String, Object> further,
            Duration duration) {
        Map<String, Object> details = new HashMap<>(Map.of("cluster", "c7", "pool", "c3"));
        details.putAll(further);
        return orders.give(new OrderDraft(
                        "ann",
                        "why",
                        action,
                        subject,
                        OrderKeys.JUDGEMENT,
                        accounts,
                        List.of(),
                        withdraws,
                        OrderEnd.after(duration),
                        1,
                        action + subject,
                        details))
                .order();
    }

    Order join(StandingOrder order, String account) {
        return join(order, account, 0.0001);
    }

    Order join(StandingOrder order, String account, double bound) {
        Join.Scores scores = new Join.Scores(3, 4.5, 2.5, 2, bound, List.of("template +2.5", "client +2.0"));
        return orders.give(Join.draft(order, account, scores, LIFETIME)).order();
    }

    /** Takes an order back, as the gateway does for an operator. */
    void withdraw(Order order) {
        orders.give(new OrderDraft(
                "ann",
                "why",
                "withdraw",
                order.subject(),
                order.slot(),
                order.accounts(),
                order.except(),
                true,
                OrderEnd.at(order.until()),
                1,
                "withdraw " + order.id(),
                Map.of("withdraws", order.id())));
    }

    /** Joins accounts x0, x1 ... at one time. */
    void join(StandingOrder order, String prefix, int accounts) {
        for (int i = 0; i < accounts; i++) {
            join(order, prefix + i);
        }
    }

    long pooled() {
        return inForce().joins().values().stream().filter(Join::pools).count();
    }

    OrdersInForce inForce() {
        return OrdersInForce.of(orders);
    }
}
