package dev.stillgate.proxy.admin;

import dev.stillgate.proxy.config.OperatorRole;
import org.jspecify.annotations.Nullable;

/** Pages and actions of operators' orders. */
public interface OrderPages {
    /** The largest number of orders on one page. */
    int MOST = 1000;

    /**
     * Selection of orders; null selects all.
     *
     * @param limit the largest number of orders, 1 to {@link #MOST}
     * @param before id of an order of which only earlier ones are listed
     * @param account account that the orders decide about
     * @param cluster cluster that the orders name
     * @param by author, in any letter case
     * @param since milliseconds since the epoch, inclusive
     * @param status status in lower case, such as {@code in-force}
     */
    record Query(
            int limit,
            @Nullable String before,
            @Nullable String account,
            @Nullable String cluster,
            @Nullable String by,
            @Nullable Long since,
            @Nullable String status) {}

    /** Returns the selected orders, the newest first; for JSON. */
    Object all(Query query);

    /**
     * Returns an order, null if it is unknown; for JSON.
     *
     * @param allAccounts whether to list all its accounts
     */
    @Nullable
    Object find(String id, boolean allAccounts);

    /**
     * Gives an order again under another name, null if it is unknown.
     *
     * @param role the role of the operator
     * @throws RoleNeededException if the order would set or replace what needs a higher role
     * @throws dev.stillgate.spi.ConflictException if it does not wait for this name
     */
    @Nullable
    Given approve(String id, @Nullable String by, @Nullable String why, OperatorRole role);

    /**
     * Gives the order that ends another one, null if that is unknown.
     *
     * @param role the role of the operator
     * @throws RoleNeededException if the other one needs a higher role
     * @throws dev.stillgate.spi.ConflictException if it is not in force
     */
    @Nullable
    Given withdraw(String id, @Nullable String by, @Nullable String why, OperatorRole role);

    /** Takes the present time for right; returns the clock, for JSON. */
    Object confirmClock();

    /**
     * An order that was given.
     *
     * @param id its id
     * @param isKnownToFleet false if the fleet's store is lost, so that other gateways get the order later
     * @param page the order, for JSON
     */
    record Given(String id, boolean isKnownToFleet, Object page) {}
}
