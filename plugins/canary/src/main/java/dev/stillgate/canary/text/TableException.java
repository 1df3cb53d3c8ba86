package dev.stillgate.canary.text;

/** A table that cannot be read. */
public final class TableException extends Exception {
    private static final long serialVersionUID = 1;

    /** Says where and why. */
    public TableException(String message) {
        super(message);
    }
}
