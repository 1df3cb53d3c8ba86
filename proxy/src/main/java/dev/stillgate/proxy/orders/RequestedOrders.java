package dev.stillgate.proxy.orders;

import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.OrderBook;
import dev.stillgate.spi.orders.OrderDraft;
import dev.stillgate.spi.orders.OrderEnd;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Drafts of the orders that operators ask the gateway for, not one of its filters. */
final class RequestedOrders {
    private RequestedOrders() {}

    /**
     * Returns an order that erases an account.
     *
     * @param subject the account's {@link OrderBook#erasureSubject}
     */
    static OrderDraft erasure(String subject, @Nullable String by, int needs) {
        return new OrderDraft(
                by,
                null,
                Order.ERASE,
                subject,
                "erasure",
                List.of(),
                List.of(),
                false,
                OrderEnd.after(Duration.ofMillis(OrderBook.LISTED_MILLIS)),
                needs,
                "erase " + subject,
                Map.of());
    }
}
