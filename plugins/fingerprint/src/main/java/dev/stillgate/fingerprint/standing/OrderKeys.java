package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.orders.Order;

/** Slots and subjects of the filter's orders. */
public final class OrderKeys {
    /** Slot of set standings. */
    public static final String STANDING = "standing";

    /** Slot of judgements. */
    public static final String JUDGEMENT = "judgement";

    /** Slot of hidden clusters. */
    public static final String QUEUE = "queue";

    /** Slot of accounts that joined under a standing order. */
    public static final String JOIN = "join";

    /** Key of the time of an order among its details. */
    static final String AT = "at";

    private static final String OF_CLUSTER = "cluster ";
    private static final String OF_ACCOUNT = "account ";

    /** Beginning of what stands in an order for an erased account. */
    private static final String ERASED = "erased ";

    private OrderKeys() {}

    /** Returns whether an order names an erased account in place of an id. */
    static boolean isErased(String account) {
        return account.startsWith(ERASED);
    }

    /** Returns the time at which an order was given, in milliseconds since the epoch; of one from a state file, what that says. */
    public static long at(Order order) {
        return order.details().get(AT) instanceof Number at ? at.longValue() : order.time();
    }

    /** Returns the subject of an order on an account. */
    public static String ofAccount(String account) {
        return OF_ACCOUNT + account;
    }

    /** Returns the subject of an order on a cluster. */
    public static String ofCluster(String id) {
        return OF_CLUSTER + id;
    }

    /** Returns whether an order is on a cluster. */
    static boolean isOnCluster(Order order) {
        return order.subject().startsWith(OF_CLUSTER);
    }
}
