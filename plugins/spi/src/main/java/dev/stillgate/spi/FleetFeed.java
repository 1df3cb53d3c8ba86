package dev.stillgate.spi;

import java.util.concurrent.CompletionStage;

/**
 * A broadcast of small records between the gateways of a fleet. Records arrive in the store's order, at least once
 * while the store is reachable. They are lost while it is not, so a feed is for records whose loss is acceptable.
 */
public interface FleetFeed {
    /**
     * Queues a record for sending, without blocking.
     *
     * @param record at most 64 KiB; must not be modified afterwards
     * @return false if the record was dropped because the queue is full or there is no store; drops are counted
     */
    boolean publish(byte[] record);

    /**
     * Queues a record as {@link #publish} does, and tells when the store has it. The sender of many records sends the next
     * one then, since together they may be more than the queue holds.
     *
     * @return completes on a fleet thread, which must not be blocked; fails if the record was dropped, or if its acceptance
     *     is unknown
     */
    CompletionStage<Void> send(byte[] record);

    /**
     * Delivers all records sent from now on, this gateway's own included, to a reader on a fleet thread. A subscription
     * cannot be cancelled, so a filter subscribes where it creates its {@link FilterContext#state}.
     */
    void subscribe(Reader reader);

    /** Receiver of records; must not block. */
    @FunctionalInterface
    interface Reader {
        /**
         * Receives one record.
         *
         * @param node the gateway that sent it
         */
        void record(String node, byte[] record);
    }
}
