package dev.stillgate.canary.ledger;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import dev.stillgate.canary.ledger.file.Leaf;
import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.canary.ledger.file.LedgerScan;
import dev.stillgate.canary.ledger.head.HeadFiles;
import dev.stillgate.canary.ledger.head.SignedHead;
import dev.stillgate.canary.ledger.head.VerifierKey;
import dev.stillgate.canary.ledger.tree.Hash;
import java.util.List;

/**
 * A key's commitment as it stands in a ledger.
 *
 * @param index of its leaf
 * @param millis when it was made, by the gateway's clock
 * @param name of the key
 * @param commitment to key, table and plan
 * @param table the digest of the table of classes
 */
public record CommittedKey(long index, long millis, String name, Hash commitment, Hash table) {
    /**
     * Reads all commitments that are under the ledger's signed head, in their order. Checks what opening checks, and writes
     * nothing; the ledger may be in use.
     *
     * @throws IOException when it cannot be read
     * @throws LedgerException when it is damaged
     */
    public static List<CommittedKey> all(Path directory) throws IOException {
        SignedHead head = HeadFiles.latest(directory, VerifierKey.read(directory.resolve(VerifierKey.FILE)));
        long signed = head == null ? 0 : head.head().size();
        List<CommittedKey> keys = new ArrayList<>();
        LedgerScan.of(directory, signed, (index, leaf, after) -> {
            if (leaf instanceof Leaf.Commitment commitment && index < signed) {
                keys.add(of(index, commitment));
            }
            if (head != null && index + 1 == signed) {
                HeadFiles.checkRoot(directory, head, after.root());
            }
        });
        return keys;
    }

    static CommittedKey of(long index, Leaf.Commitment leaf) {
        return new CommittedKey(index, leaf.millis(), leaf.key(), leaf.commitment(), leaf.table());
    }
}
