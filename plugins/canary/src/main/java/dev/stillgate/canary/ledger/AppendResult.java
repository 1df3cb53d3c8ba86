package dev.stillgate.canary.ledger;

/** What became of a leaf. */
public sealed interface AppendResult {
    /**
     * It is on the disk.
     *
     * @param index its place in the tree
     */
    record OnDisk(long index) implements AppendResult {}

    /** It has no place in the tree. After {@link #WRITE_FAILED} it may have one all the same when the ledger is opened next. */
    enum Failure implements AppendResult {
        /** More leaves wait than may. */
        QUEUE_FULL,
        /** An earlier write failed, and none has succeeded since. */
        NOT_WRITABLE,
        /** The write that held it failed. */
        WRITE_FAILED,
        /** The ledger is closed. */
        CLOSED
    }
}
