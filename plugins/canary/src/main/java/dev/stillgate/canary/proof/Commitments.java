package dev.stillgate.canary.proof;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Commitments to keys, from a ledger or a published list. */
public interface Commitments {
    /** Returns the names of all committed keys, without those of epochs' secrets, each once, oldest first. */
    List<String> names();

    /** Returns the number of commitments of a name: one for each table and plan under which its key was used. */
    int count(String name);

    /** Returns the time of a commitment, or null if the key has no such commitment. */
    @Nullable
    Instant since(String name, byte[] commitment);

    /** Returns the number of sites in all responses marked under a name, or 0 if it is not known. */
    long sites(String name);

    /** Opens the argument of {@code --ledger}. */
    @FunctionalInterface
    interface Source {
        /**
         * Opens commitments for reading.
         *
         * @throws IOException if they cannot be read or are damaged; the message says where
         */
        Commitments open(Path path) throws IOException;
    }
}
