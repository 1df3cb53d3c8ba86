package dev.stillgate.canary.ledger;

import dev.stillgate.canary.ledger.file.Leaf;
import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.canary.ledger.file.LedgerScan;
import dev.stillgate.canary.ledger.head.HeadFiles;
import dev.stillgate.canary.ledger.head.SignedHead;
import dev.stillgate.canary.ledger.head.VerifierKey;
import dev.stillgate.canary.ledger.tree.Hash;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A key's commitment in a ledger.
 *
 * @param index of its leaf
 * @param millis time of the commitment by the gateway's clock, in milliseconds since the Unix epoch
 * @param name of the key
 * @param commitment to key, table and plan
 * @param table digest of the class table
 * @param answers number of responses that were marked under it
 * @param sites number of sites in all responses that were marked under it
 */
public record CommittedKey(
        long index, long millis, String name, Hash commitment, Hash table, long answers, long sites) {
    /**
     * Reads all commitments under the ledger's signed head, in order, with the same checks as opening. Read-only; the
     * ledger may be in use.
     *
     * @throws IOException if the ledger cannot be read
     * @throws LedgerException if it is damaged
     */
    public static List<CommittedKey> all(Path directory) throws IOException {
        SignedHead head = HeadFiles.latest(directory, VerifierKey.read(directory.resolve(VerifierKey.FILE)));
        long signed = head == null ? 0 : head.head().size();
        Map<Long, Leaf.Commitment> keys = new LinkedHashMap<>();
        Map<Long, MarkedTotals> totals = new HashMap<>();
        LedgerScan.of(directory, signed, (index, leaf, after) -> {
            if (leaf instanceof Leaf.Commitment commitment && index < signed) {
                keys.put(index, commitment);
            }
            if (leaf instanceof Leaf.Response answer && index < signed) {
                totals.computeIfAbsent(answer.key(), absent -> new MarkedTotals())
                        .add(answer.sites());
            }
            if (head != null && index + 1 == signed) {
                HeadFiles.checkRoot(directory, head, after.root());
            }
        });
        return keys.entrySet().stream()
                .map(key -> of(key.getKey(), key.getValue(), totals.getOrDefault(key.getKey(), new MarkedTotals())))
                .toList();
    }

    static CommittedKey of(long index, Leaf.Commitment leaf, MarkedTotals totals) {
        return new CommittedKey(
                index, leaf.millis(), leaf.key(), leaf.commitment(), leaf.table(), totals.answers(), totals.sites());
    }
}
