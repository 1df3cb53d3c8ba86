package dev.stillgate.canary.ledger.bundle;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes what a commitment is the hash of, from what its owner keeps secret. */
@FunctionalInterface
public interface CommitmentOpener {
    /**
     * Returns the key's bytes, the table's digest and the plan, of which the commitment is the SHA-256, each after its length
     * in 4 bytes; for every plan that the key may have been committed under, the newest first.
     *
     * @param secretFile with the master secret; null for where it is by default
     * @param tables the files of the table; none for the built-in one
     * @throws IOException when the secret or a table cannot be read
     */
    List<List<byte[]>> parts(String key, @Nullable Path secretFile, List<Path> tables) throws IOException;
}
