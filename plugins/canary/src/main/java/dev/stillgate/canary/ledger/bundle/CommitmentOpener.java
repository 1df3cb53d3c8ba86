package dev.stillgate.canary.ledger.bundle;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Computes the preimages of a key's commitment and of its epoch's secret from the owner's secret. */
@FunctionalInterface
public interface CommitmentOpener {
    /**
     * Computes preimages.
     *
     * @param secretFile file with the master secret, or null for the default
     * @param tables files of the class table; empty for the shipped one
     * @param beacon file of the beacon, or null if there is none
     * @throws IOException if a file cannot be read
     */
    Preimages open(String key, @Nullable Path secretFile, List<Path> tables, @Nullable Path beacon) throws IOException;

    /**
     * Preimages of commitments, each the SHA-256 of its parts, each part after its length in 4 bytes.
     *
     * @param keys candidates for the key, one for each plan under which it may have been committed, newest first: the
     *     key's bytes, the table's digest, the plan, and for strata and with a beacon what they add
     * @param globals candidates for the global key of a stratum; empty for other keys
     * @param secret the epoch's secret and the epoch
     */
    record Preimages(List<List<byte[]>> keys, List<List<byte[]>> globals, List<byte[]> secret) {}
}
