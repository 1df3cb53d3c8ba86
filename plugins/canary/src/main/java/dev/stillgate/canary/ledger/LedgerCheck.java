package dev.stillgate.canary.ledger;

import dev.stillgate.canary.ledger.file.Leaf;
import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.canary.ledger.file.LedgerScan;
import dev.stillgate.canary.ledger.head.HeadFiles;
import dev.stillgate.canary.ledger.head.SignedHead;
import dev.stillgate.canary.ledger.head.VerifierKey;
import dev.stillgate.canary.ledger.tree.Hash;
import dev.stillgate.canary.ledger.tree.MerkleFrontier;
import dev.stillgate.canary.ledger.tree.TreeHasher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Full check of a ledger: reads all records, recomputes all hashes, compares the tree with every signed head, and
 * checks that each response's key was committed before it. Read-only; the ledger may be in use.
 */
public final class LedgerCheck {
    private final Path directory;
    private final Map<Long, List<SignedHead>> heads = new HashMap<>();
    private final Set<Long> keys = new HashSet<>();
    private long largest;
    private int checked;
    private long answers;
    private long sites;

    /**
     * Summary of a sound ledger.
     *
     * @param leaves number of leaves, the sum of the next two
     * @param sites of all responses together
     * @param root root over all leaves
     * @param head the largest signed head, or null if there is none
     * @param heads number of signed heads checked
     * @param torn bytes of an unfinished write at the end
     */
    public record Findings(
            long leaves,
            long commitments,
            long answers,
            long sites,
            Hash root,
            @Nullable SignedHead head,
            int heads,
            long torn) {}

    private LedgerCheck(Path directory) {
        this.directory = directory;
    }

    /**
     * Checks the ledger of a directory.
     *
     * @param key that signs its heads
     * @param published files with published heads to check as well
     * @throws IOException if a file cannot be read
     * @throws LedgerException if the ledger is unsound, with the reason
     */
    public static Findings of(Path directory, VerifierKey key, List<Path> published) throws IOException {
        LedgerCheck audit = new LedgerCheck(directory);
        SignedHead latest = HeadFiles.latest(directory, key);
        audit.expect(latest);
        for (Path file : published) {
            audit.expect(HeadFiles.read(file, key));
        }
        for (SignedHead kept : HeadFiles.kept(directory, key)) {
            audit.expect(kept);
        }
        LedgerScan scan = LedgerScan.of(directory, audit.largest, audit::visit);
        return new Findings(
                scan.leaves(),
                audit.keys.size(),
                audit.answers,
                audit.sites,
                scan.frontier().root(),
                latest,
                audit.checked,
                scan.torn());
    }

    private void expect(@Nullable SignedHead head) throws LedgerException {
        if (head == null) {
            return;
        }
        long size = head.head().size();
        largest = Math.max(largest, size);
        if (size == 0) {
            HeadFiles.checkRoot(directory, head, new TreeHasher().empty());
            checked++;
        } else {
            heads.computeIfAbsent(size, any -> new ArrayList<>()).add(head);
        }
    }

    private void visit(long index, Leaf leaf, MerkleFrontier after) throws LedgerException {
        switch (leaf) {
            case Leaf.Commitment commitment -> keys.add(index);
            case Leaf.Response answer -> {
                if (!keys.contains(answer.key())) {
                    throw new LedgerException(directory + ": leaf " + index + " is an answer under the key of leaf "
                            + answer.key() + ", which is not an earlier commitment");
                }
                answers++;
                sites += answer.sites();
            }
        }
        for (SignedHead head : heads.getOrDefault(index + 1, List.of())) {
            HeadFiles.checkRoot(directory, head, after.root());
            checked++;
        }
    }
}
