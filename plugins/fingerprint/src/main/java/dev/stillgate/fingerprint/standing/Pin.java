package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.Order;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Standing that an operator set, with the order that sets it. */
public record Pin(Standing standing, Order order) {
    /** Key of the standing among an order's details. */
    static final String STANDING = "standing";

    /**
     * Returns the standing that an order sets, null if it names none that this version knows. An order of an earlier
     * version to tighten an account marks it.
     */
    static @Nullable Pin of(Order order) {
        Object given = order.details().get(STANDING);
        if ("tightened".equals(given)) {
            return new Pin(Standing.MARKED, order);
        }
        for (Standing standing : Standing.values()) {
            if (given instanceof String name && standing.name().equalsIgnoreCase(name)) {
                return new Pin(standing, order);
            }
        }
        return null;
    }

    static String name(Standing standing) {
        return standing.name().toLowerCase(Locale.ROOT);
    }
}
