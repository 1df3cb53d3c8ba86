package dev.stillgate.proxy.orders;

import dev.stillgate.spi.orders.Order;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Records that the fleet's store keeps by id, until a gateway removes them. No method blocks. Every stage fails while the store
 * is lost, and at the latest after its timeout; the record may be stored all the same. Thread-safe.
 */
public interface SharedRecords {
    /**
     * A record as the store has it.
     *
     * @param rank position among all records, assigned when the record was first stored anywhere
     * @param time milliseconds since the epoch when the rank was assigned, by the clock of its assigner; the rank may
     *     be ahead of it
     * @param body JSON without the rank and the time, of at most {@link #MOST_BYTES}
     */
    record Stored(Order.Rank rank, long time, String body) {}

    /** Maximum size of a record's body in UTF-8. */
    int MOST_BYTES = 8 << 20;

    /**
     * Stores a record without a rank, unless there is one with this id.
     *
     * @param after greatest rank that this gateway knows
     * @return the record in the store: the one that was there, or this one with a rank above {@code after} and above all
     *     ranks that the store has seen, and with the store's time
     */
    CompletionStage<Stored> add(String id, String body, Order.Rank after);

    /** Stores records with the ranks that they have, also in place of others with the same ids. */
    CompletionStage<Void> put(Map<String, Stored> records);

    /** Removes records. */
    CompletionStage<Void> remove(Set<String> ids);

    /** Returns the ids of all records. */
    CompletionStage<Set<String>> ids();

    /** Returns the records with some ids; those without a record are left out. */
    CompletionStage<Map<String, Stored>> get(Set<String> ids);

    /** Sets the receiver of changes, before the fleet starts. */
    void listen(Listener listener);

    /** Receiver of changes, on a thread of the fleet that does nothing else; it may block. */
    interface Listener {
        /**
         * The store was reached, for the first time or again, or its data was replaced: any change may have been missed. A
         * change after this call is not missed.
         */
        void joined();

        /** Another gateway, or this one, stored records or replaced them. */
        void changed(Map<String, Stored> records);
    }
}
