package dev.stillgate.canary.ledger.file;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Unusable ledger. The message says which file, where in it, and what to do. */
public final class LedgerException extends IOException {
    private static final long serialVersionUID = 1L;

    public LedgerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    public LedgerException(String message) {
        this(message, null);
    }

    /** Returns the exception for acknowledged data that has changed. */
    static LedgerException damaged(Path file, long offset, String what) {
        return new LedgerException(file + ": byte " + offset + ": " + what
                + ". This was acknowledged data and is not repaired: restore the directory from a copy, or begin a new"
                + " ledger in an empty directory and keep this one for the claims that rest on it");
    }
}
