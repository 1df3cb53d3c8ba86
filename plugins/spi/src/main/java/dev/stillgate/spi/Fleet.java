package dev.stillgate.spi;

/**
 * The gateways that share one store. No method blocks: engine threads talk to the store. A gateway without a store is a
 * fleet of one that is never joined.
 */
public interface Fleet {
    /** Returns the current state of the link to the store. */
    Link link();

    /** Returns this gateway's name, unique in the fleet. */
    String node();

    /** Returns the number of live gateways as last reported, at least 1 (this one). */
    int nodes();

    /**
     * Returns whether this gateway holds a role, which at most one gateway holds at a time. From the first call on,
     * this gateway acquires the role whenever it is free. A role is a lease: without the store it expires, measured by
     * each gateway's own clock. A gateway without a store holds every role.
     *
     * @param role in lower case, such as {@code behaviour-analyst}
     */
    boolean leads(String role);

    /** Returns the feed of a topic; always the same object for a topic. */
    FleetFeed feed(String topic);

    /** Returns the token buckets shared by the fleet. */
    SharedBuckets buckets();

    /** State of the link to the store. */
    enum Link {
        /** No store is configured. */
        ALONE,
        /** The store responds and accepts writes. */
        JOINED,
        /** The configured store does not respond in time or refuses writes. */
        LOST
    }
}
