package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.report.Decision;
import dev.stillgate.fingerprint.report.OperatorActions;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.MemoryOrders;
import dev.stillgate.spi.orders.OrderBook;
import dev.stillgate.spi.orders.OrderDraft;
import dev.stillgate.spi.orders.OrderEnd;
import dev.stillgate.spi.orders.Orders;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/** Orders of operators, for tests. */
public final class Pins {
    private Pins() {}

    /** Returns orders in a book of their own. */
    public static Orders orders(LongSupplier millis) {
        return new MemoryOrders(new OrderBook(account -> "hash of " + account), "behaviour", millis);
    }

    /** Sets a standing that lasts for years. */
    public static Decision pin(OperatorActions operator, String account, Standing standing) {
        return operator.pin(account, Map.of("standing", name(standing), "for", "3000d", "by", "ann", "why", "test"));
    }

    /** Sets a standing until a time. */
    public static void pin(Analyst analyst, String account, Standing standing, long until) {
        analyst.orders()
                .give(new OrderDraft(
                        "ann",
                        "by hand",
                        "standing",
                        "account " + account,
                        "standing",
                        List.of(account),
                        List.of(),
                        false,
                        OrderEnd.at(until),
                        1,
                        "",
                        Map.of("standing", name(standing))));
        analyst.obey();
    }

    /** Erases an account, as the gateway does at the request of an operator. */
    public static void erase(OrderBook book, String account, LongSupplier millis) {
        String subject = "erased hash of " + account;
        new MemoryOrders(book, "*", millis)
                .give(new OrderDraft(
                        "ann",
                        null,
                        "erase",
                        subject,
                        "erasure",
                        List.of(),
                        List.of(),
                        false,
                        OrderEnd.at(millis.getAsLong() + 400 * 86_400_000L),
                        1,
                        subject,
                        Map.of()));
    }

    private static String name(Standing standing) {
        return standing.name().toLowerCase(Locale.ROOT);
    }
}
