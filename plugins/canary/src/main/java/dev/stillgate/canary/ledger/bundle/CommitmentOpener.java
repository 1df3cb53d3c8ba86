package dev.stillgate.canary.ledger.bundle;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Computes the preimage of a key's commitment from the owner's secret. */
@FunctionalInterface
public interface CommitmentOpener {
    /**
     * Returns candidate preimages of the commitment, one for each plan under which the key may have been committed,
     * newest first. Each consists of the key's bytes, the table's digest and the plan; the commitment is the SHA-256 of
     * these parts, each after its length in 4 bytes.
     *
     * @param secretFile file with the master secret, or null for the default
     * @param tables files of the class table; empty for the shipped one
     * @throws IOException if the secret or a table cannot be read
     */
    List<List<byte[]>> parts(String key, @Nullable Path secretFile, List<Path> tables) throws IOException;
}
