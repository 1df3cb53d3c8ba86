package dev.stillgate.canary.ledger;

/** Outcome of appending a leaf. */
public sealed interface AppendResult {
    /**
     * The leaf is on disk.
     *
     * @param index of the leaf in the tree
     */
    record OnDisk(long index) implements AppendResult {}

    /** The leaf is not in the tree. After {@link #WRITE_FAILED} it may still appear when the ledger is reopened. */
    enum Failure implements AppendResult {
        /** Too many leaves are waiting. */
        QUEUE_FULL,
        /** An earlier write failed, and none has succeeded since. */
        NOT_WRITABLE,
        /** The write of the leaf failed. */
        WRITE_FAILED,
        /** The ledger is closed. */
        CLOSED
    }
}
