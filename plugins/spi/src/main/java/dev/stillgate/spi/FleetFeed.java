package dev.stillgate.spi;

/**
 * A stream of small records that every gateway of the fleet writes to and reads. Records come in the order of the store,
 * at least once while the store is reached, and not at all while it is not: a feed carries what may be lost.
 */
public interface FleetFeed {
    /**
     * Hands a record over for sending; returns at once.
     *
     * @param record at most 64 KiB, not changed afterwards
     * @return false when it was dropped, because too much waits to be sent or there is no store; drops are counted
     */
    boolean publish(byte[] record);

    /**
     * Has every record that is sent from now on, this gateway's own included, handed over on a thread of the fleet's. A
     * reader stays for good, so a filter subscribes where it makes its {@link FilterContext#state}.
     */
    void subscribe(Reader reader);

    /** Takes records; must not block. */
    @FunctionalInterface
    interface Reader {
        /**
         * Takes one record.
         *
         * @param node the gateway that sent it
         */
        void record(String node, byte[] record);
    }
}
