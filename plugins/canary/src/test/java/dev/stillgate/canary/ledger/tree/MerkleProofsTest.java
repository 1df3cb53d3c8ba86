package dev.stillgate.canary.ledger.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/**
 * Roots and proofs, compared with the vectors of Certificate Transparency's reference implementation and with RFC 6962.
 */
class MerkleProofsTest {
    private static final List<String> LEAVES =
            List.of("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f");
    private static final List<String> ROOTS = List.of(
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    private static final String SECOND = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
    private static final String THIRD_AND_FOURTH = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
    private static final String LAST_FOUR = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
    private static final String FIFTH = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
    private static final String LAST_TWO = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
    private static final String FIFTH_AND_SIXTH = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";

    private final NaiveTree vectors =
            new NaiveTree(LEAVES.stream().map(HexFormat.of()::parseHex).toList());

    @Test
    void rootsMatchTheReferenceImplementation() throws IOException {
        MerkleFrontier frontier = new MerkleFrontier(new TreeHasher());
        assertThat(frontier.root()).hasToString("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for (int size = 1; size <= LEAVES.size(); size++) {
            frontier.add(vectors.leaf(size - 1));
            assertThat(frontier.root()).hasToString(ROOTS.get(size - 1));
            assertThat(vectors.proofs().root(size)).hasToString(ROOTS.get(size - 1));
        }
    }

    @Test
    void inclusionProofsMatchTheReferenceImplementation() throws IOException {
        assertThat(vectors.proofs().inclusion(0, 1)).isEmpty();
        assertThat(path(0, 8)).containsExactly(SECOND, THIRD_AND_FOURTH, LAST_FOUR);
        assertThat(path(5, 8)).containsExactly(FIFTH, LAST_TWO, ROOTS.get(3));
        assertThat(path(2, 3)).containsExactly(ROOTS.get(1));
        assertThat(path(1, 5)).containsExactly(ROOTS.get(0), THIRD_AND_FOURTH, FIFTH);
    }

    @Test
    void consistencyProofsMatchTheReferenceImplementation() throws IOException {
        assertThat(consistency(1, 1)).isEmpty();
        assertThat(consistency(1, 8)).containsExactly(SECOND, THIRD_AND_FOURTH, LAST_FOUR);
        assertThat(consistency(6, 8)).containsExactly(FIFTH_AND_SIXTH, LAST_TWO, ROOTS.get(3));
        assertThat(consistency(2, 5)).containsExactly(THIRD_AND_FOURTH, FIFTH);
    }

    @Property(tries = 300)
    void inclusionProofMatchesTheRfcAndVerifiesOnlyItself(
            @ForAll @IntRange(min = 1, max = 200) int size, @ForAll int place) throws IOException {
        NaiveTree tree = NaiveTree.counting(size);
        int index = Math.floorMod(place, size);
        List<Hash> path = tree.proofs().inclusion(index, size);
        Hash root = tree.root(0, size);
        assertThat(path).isEqualTo(tree.path(index, 0, size));
        assertThat(MerkleProofs.included(tree.leaf(index), index, size, path, root))
                .isTrue();
        assertThat(MerkleProofs.included(tree.leaf(index), index + 1, size, path, root))
                .isFalse();
        assertThat(MerkleProofs.included(tree.leaf((index + 1) % (size + 1)), index, size, path, root))
                .isFalse();
        assertThat(MerkleProofs.included(tree.leaf(index), index, size, longer(path), root))
                .isFalse();
        for (int i = 0; i < path.size(); i++) {
            assertThat(MerkleProofs.included(tree.leaf(index), index, size, broken(path, i), root))
                    .isFalse();
        }
    }

    @Property(tries = 300)
    void consistencyProofMatchesTheRfcAndVerifiesOnlyItself(
            @ForAll @IntRange(min = 1, max = 200) int later, @ForAll int place) throws IOException {
        NaiveTree tree = NaiveTree.counting(later);
        int earlier = Math.floorMod(place, later + 1);
        List<Hash> proof = tree.proofs().consistency(earlier, later);
        Hash before = tree.root(0, earlier);
        Hash after = tree.root(0, later);
        if (earlier > 0 && earlier < later) {
            assertThat(proof).isEqualTo(tree.subproof(earlier, 0, later, true));
        }
        assertThat(MerkleProofs.consistent(earlier, later, proof, before, after))
                .isTrue();
        assertThat(MerkleProofs.consistent(earlier, later, longer(proof), before, after))
                .isFalse();
        assertThat(MerkleProofs.consistent(earlier, later, proof, after, tree.leaf(later)))
                .isFalse();
        for (int i = 0; i < proof.size(); i++) {
            assertThat(MerkleProofs.consistent(earlier, later, broken(proof, i), before, after))
                    .isFalse();
        }
    }

    @Property(tries = 100)
    void frontierHasTheRootAtEverySize(@ForAll @IntRange(min = 0, max = 300) int size) {
        NaiveTree tree = NaiveTree.counting(size);
        MerkleFrontier frontier = new MerkleFrontier(new TreeHasher());
        for (int i = 0; i < size; i++) {
            frontier.add(tree.leaf(i));
        }
        MerkleFrontier grown = frontier.copy();
        grown.add(tree.leaf(size));
        assertThat(frontier.root()).isEqualTo(tree.root(0, size));
        assertThat(frontier.size()).isEqualTo(size);
    }

    @Test
    void proofOutOfRangeIsRejected() {
        assertThatThrownBy(() -> vectors.proofs().inclusion(8, 8)).hasMessage("no leaf 8 in a tree of 8");
        assertThatThrownBy(() -> vectors.proofs().inclusion(-1, 8)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> vectors.proofs().consistency(9, 8)).isInstanceOf(IllegalArgumentException.class);
    }

    private List<String> path(long index, long size) throws IOException {
        return vectors.proofs().inclusion(index, size).stream()
                .map(Hash::toString)
                .toList();
    }

    private List<String> consistency(long earlier, long later) throws IOException {
        return vectors.proofs().consistency(earlier, later).stream()
                .map(Hash::toString)
                .toList();
    }

    private static List<Hash> longer(List<Hash> path) {
        return Stream.concat(path.stream(), Stream.of(new TreeHasher().empty())).toList();
    }

    private static List<Hash> broken(List<Hash> path, int at) {
        List<Hash> broken = new ArrayList<>(path);
        byte[] bytes = broken.get(at).bytes();
        bytes[at % bytes.length] ^= 1;
        broken.set(at, Hash.of(bytes));
        return broken;
    }

    /** Literal implementation of RFC 6962, section 2.1, over leaves in memory. */
    private record NaiveTree(List<byte[]> leaves) {
        private static final TreeHasher HASHER = new TreeHasher();

        /** A tree whose leaves are numbers, with one leaf more than its declared size. */
        static NaiveTree counting(int size) {
            List<byte[]> leaves = new ArrayList<>();
            for (int i = 0; i <= size; i++) {
                leaves.add(ByteBuffer.allocate(4).putInt(i).array());
            }
            return new NaiveTree(leaves);
        }

        MerkleProofs proofs() {
            return new MerkleProofs((level, index) -> root((int) (index << level), (int) (index + 1 << level)));
        }

        Hash leaf(int index) {
            return HASHER.leaf(leaves.get(index));
        }

        Hash root(int from, int to) {
            if (from == to) {
                return HASHER.empty();
            }
            if (to - from == 1) {
                return leaf(from);
            }
            int middle = from + split(to - from);
            return HASHER.node(root(from, middle), root(middle, to));
        }

        List<Hash> path(int index, int from, int to) {
            if (to - from == 1) {
                return new ArrayList<>();
            }
            int middle = from + split(to - from);
            List<Hash> path = index < middle ? path(index, from, middle) : path(index, middle, to);
            path.add(index < middle ? root(middle, to) : root(from, middle));
            return path;
        }

        List<Hash> subproof(int size, int from, int to, boolean known) {
            if (size == to) {
                return known ? new ArrayList<>() : new ArrayList<>(List.of(root(from, to)));
            }
            int middle = from + split(to - from);
            List<Hash> proof = size <= middle ? subproof(size, from, middle, known) : subproof(size, middle, to, false);
            proof.add(size <= middle ? root(middle, to) : root(from, middle));
            return proof;
        }

        private static int split(int size) {
            int k = 1;
            while (k * 2 < size) {
                k *= 2;
            }
            return k;
        }
    }
}
