package dev.stillgate.canary.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.stillgate.canary.ledger.file.LedgerScan;
import dev.stillgate.canary.ledger.file.SegmentSubtrees;
import dev.stillgate.canary.ledger.tree.Hash;
import dev.stillgate.canary.ledger.tree.MerkleProofs;
import dev.stillgate.canary.ledger.tree.TreeHasher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proofs from files, at every size of a ledger. */
class SegmentSubtreesTest {
    @TempDir
    Path directory;

    @Test
    void everyLeafIsProvenUnderEveryHead() throws IOException {
        LedgerRig rig = new LedgerRig(directory);
        try (Ledger ledger = rig.begin()) {
            for (int i = 1; i < 70; i++) {
                rig.write(ledger, i, i + 1);
            }
        }
        List<Hash> leaves = new ArrayList<>();
        List<Hash> roots = new ArrayList<>(List.of(new TreeHasher().empty()));
        TreeHasher hasher = new TreeHasher();
        LedgerScan scan = LedgerScan.of(directory, 0, (index, leaf, after) -> {
            leaves.add(hasher.leaf(leaf.bytes()));
            roots.add(after.root());
        });
        MerkleProofs proofs = new MerkleProofs(new SegmentSubtrees(directory, scan));
        for (int size = 1; size <= 70; size++) {
            assertThat(proofs.root(size)).isEqualTo(roots.get(size));
            for (int index = 0; index < size; index++) {
                List<Hash> path = proofs.inclusion(index, size);
                assertThat(MerkleProofs.included(leaves.get(index), index, size, path, roots.get(size)))
                        .isTrue();
            }
            for (int earlier = 0; earlier <= size; earlier++) {
                List<Hash> proof = proofs.consistency(earlier, size);
                assertThat(MerkleProofs.consistent(earlier, size, proof, roots.get(earlier), roots.get(size)))
                        .isTrue();
            }
        }
    }

    @Test
    void commitmentsAreReadUnderTheSignedHead() throws IOException {
        LedgerRig rig = new LedgerRig(directory);
        try (Ledger ledger = rig.begin()) {
            rig.write(ledger, 1, 20);
            ledger.commit("c2", LedgerRig.hash("2"), LedgerRig.hash("t"));
            assertThat(CommittedKey.all(directory)).as("nothing is signed yet").isEmpty();
        }
        assertThat(CommittedKey.all(directory))
                .extracting(CommittedKey::name, CommittedKey::index)
                .containsExactly(tuple("c1", 0L), tuple("c2", 20L));
        assertThat(CommittedKey.all(directory).get(1).commitment()).isEqualTo(LedgerRig.hash("2"));
    }
}
