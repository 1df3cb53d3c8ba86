package dev.stillgate.fingerprint.report;

import dev.stillgate.spi.orders.OrderDraft;
import dev.stillgate.spi.orders.Orders;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Checked action of an operator: the order to write, and then the page to show.
 *
 * @param draft null if nothing is written
 * @param page the page after the order is in force, null for an unknown id; it gets null if nothing was written
 */
public record Decision(
        @Nullable OrderDraft draft, Function<Orders.@Nullable Receipt, @Nullable Map<String, Object>> page) {

    /** Returns the page after the order was written. The analysis must not run meanwhile. */
    public @Nullable Map<String, Object> shown(Orders.@Nullable Receipt receipt) {
        Map<String, Object> shown = page.apply(receipt);
        if (shown != null && receipt != null) {
            shown.put("order", OrderValues.shown(receipt));
        }
        return shown;
    }
}
