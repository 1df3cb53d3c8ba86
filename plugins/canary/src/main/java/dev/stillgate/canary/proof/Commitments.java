package dev.stillgate.canary.proof;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys that were committed to before they were used, as a ledger or a published list has them. */
public interface Commitments {
    /** Returns the names of all committed keys, each once, oldest first. */
    List<String> names();

    /** Returns how many commitments there are of a name: one for each table and plan under which its key was used. */
    int count(String name);

    /** Returns since when this commitment of this key is known, null when it is not. */
    @Nullable
    Instant since(String name, byte[] commitment);

    /** Opens what an operator names with {@code --ledger}. */
    @FunctionalInterface
    interface Source {
        /**
         * Opens it for reading.
         *
         * @throws IOException when it cannot be read or is damaged; the message says where
         */
        Commitments open(Path path) throws IOException;
    }
}
