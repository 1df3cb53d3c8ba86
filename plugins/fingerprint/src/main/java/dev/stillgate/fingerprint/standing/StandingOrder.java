package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.orders.Order;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Confirmation of a cluster that also decides about accounts that join the campaign later.
 *
 * @param order the confirmation
 * @param cluster id of the confirmed cluster
 * @param pool group whose limits the confirmed accounts share
 * @param joins what happens to an account that joins
 * @param promise greatest share of honest newcomers that may join a pool wrongly, 0 to 1
 * @param accounts accounts that the operator confirmed with the order and that are confirmed still, without joiners
 * @param isSuspended whether operators refuted too many joiners, which ends joining
 */
public record StandingOrder(
        Order order,
        String cluster,
        String pool,
        Joins joins,
        double promise,
        List<String> accounts,
        boolean isSuspended) {
    /** Share of honest newcomers of a stratum that all standing orders together may join wrongly. */
    public static final double DEFAULT_PROMISE = 0.001;

    static final String JOINS = "joins";
    static final String PROMISE = "promise";

    /** Returns the standing order of a confirmation, null if joining is not part of it. */
    static @Nullable StandingOrder of(Order order) {
        Joins joins = Joins.of(order.details().get(JOINS));
        String cluster = Label.text(order, Label.CLUSTER);
        if (joins == null || cluster == null || LabelKind.ofAction(order.action()) != LabelKind.CONFIRMED) {
            return null;
        }
        String pool = Label.text(order, Label.POOL);
        double promise = order.details().get(PROMISE) instanceof Number share ? share.doubleValue() : 0;
        return new StandingOrder(
                order, cluster, pool == null ? cluster : pool, joins, promise, order.accounts(), false);
    }

    /** Adds what makes a confirmation a standing order to its details. */
    public static void put(Map<String, Object> details, Joins joins, double promise) {
        details.put(JOINS, joins.apiName());
        details.put(PROMISE, promise);
    }

    public String id() {
        return order.id();
    }

    /** Returns the time at which the order was given, in milliseconds since the epoch. */
    public long given() {
        return OrderKeys.at(order);
    }

    /** Returns the end of joining, in milliseconds since the epoch, exclusive. */
    public long until() {
        return order.until();
    }

    /** Returns whether accounts join at a time. */
    public boolean isOpen(long now) {
        return order.lasts(now) && !isSuspended && !accounts.isEmpty();
    }

    StandingOrder with(List<String> confirmed, boolean suspended) {
        return new StandingOrder(order, cluster, pool, joins, promise, confirmed, suspended);
    }
}
