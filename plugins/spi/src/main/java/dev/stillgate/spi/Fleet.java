package dev.stillgate.spi;

/**
 * What the gateways that share one store have in common. No method waits: the store is asked by threads of the engine's
 * own, never by the caller's. A gateway without a store is a fleet of one that is never joined.
 */
public interface Fleet {
    /** Returns how the store is reached now. */
    Link link();

    /** Returns the name of this gateway, different from that of every other one in the fleet. */
    String node();

    /** Returns how many gateways were alive when last heard of, this one included; at least 1. */
    int nodes();

    /**
     * Returns whether this gateway holds a role that one gateway of the fleet holds at a time; from the first call on it
     * asks for the role whenever nobody holds it. A gateway without a store holds every role. When the store is lost, a
     * role is held no longer than its lease; two gateways never hold it at once by their own clocks' measure of the lease.
     *
     * @param role in lower case, such as {@code behaviour-analyst}
     */
    boolean leads(String role);

    /** Returns the feed of a topic; the same one for every caller that asks for it. */
    FleetFeed feed(String topic);

    /** Returns the token buckets that all gateways draw from. */
    SharedBuckets buckets();

    /** How the store is reached. */
    enum Link {
        /** No store is configured. */
        ALONE,
        /** The store answers and takes writes. */
        JOINED,
        /** The store is configured and does not answer, or not in time, or refuses writes. */
        LOST
    }
}
