package dev.stillgate.canary.ledger;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import dev.stillgate.canary.ledger.file.Leaf;
import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.canary.ledger.file.LedgerScan;
import dev.stillgate.canary.ledger.head.HeadFiles;
import dev.stillgate.canary.ledger.head.SignedHead;
import dev.stillgate.canary.ledger.head.VerifierKey;
import dev.stillgate.canary.ledger.tree.Hash;
import dev.stillgate.canary.ledger.tree.MerkleFrontier;
import dev.stillgate.canary.ledger.tree.TreeHasher;
import org.jspecify.annotations.Nullable;

/**
 * A check of a whole ledger: all records are read and all hashes made again, every signed head that is there has to be a
 * root of the tree on its way, so that each is consistent with the next, and every answer's key has to be committed before
 * it. Writes nothing; the ledger may be in use.
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
     * What was found in a ledger that is sound.
     *
     * @param leaves how many, of which the next two are the kinds
     * @param sites of all answers together
     * @param root over all leaves, in hex
     * @param head the largest signed head; null when there is none
     * @param heads how many signed heads were checked
     * @param torn how many bytes of an unfinished write follow
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
     * @param published files with heads that were published, to be held against the ledger beside its own
     * @throws IOException when a file cannot be read
     * @throws LedgerException saying what is unsound
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
            case Leaf.Answer answer -> {
                if (!keys.contains(answer.key())) {
                    throw new LedgerException(directory + ": leaf " + index + " is an answer under the key of leaf "
                            + answer.key() + ", which is no commitment before it");
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
