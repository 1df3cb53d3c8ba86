package dev.stillgate.proxy.orders;

import dev.stillgate.spi.orders.OrderDraft;
import dev.stillgate.spi.orders.OrderEnd;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Drafts of orders for tests. */
final class Drafts {
    private Drafts() {}

    /** Returns an order that blocks an account for some time. */
    static OrderDraft block(String account, Duration lasting) {
        return new OrderDraft(
                "ann",
                "ticket 7",
                "standing",
                "account " + account,
                "standing",
                List.of(account),
                List.of(),
                false,
                OrderEnd.after(lasting),
                1,
                "standing blocked " + account,
                Map.of("standing", "blocked"));
    }
}
