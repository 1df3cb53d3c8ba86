package dev.stillgate.fingerprint.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class IssuedHashesTest {
    private final IssuedHashes issued = new IssuedHashes(4096);

    @Test
    void ownerOfAMarkIsReturned() {
        issued.issue(77, 5);
        issued.issue(77, 5);
        assertThat(issued.owner(77)).isEqualTo(5);
        assertThat(issued.owner(78)).isEqualTo(IssuedHashes.UNKNOWN);
        assertThat(issued.size()).isEqualTo(1);
    }

    @Test
    void markOfSeveralAccountsIsAmbiguous() {
        issued.issue(77, 5);
        issued.issue(77, 6);
        issued.issue(77, 5);
        assertThat(issued.owner(77)).isEqualTo(IssuedHashes.AMBIGUOUS);
    }

    @Test
    void zeroIsNoMark() {
        issued.issue(0, 5);
        assertThat(issued.owner(0)).isEqualTo(IssuedHashes.UNKNOWN);
        assertThat(issued.size()).isZero();
    }

    @Test
    void newestMarksAreKeptWithinTheBound() {
        for (int k = 1; k <= 100_000; k++) {
            issued.issue(k * 0x9e3779b97f4a7c15L, k);
            assertThat(issued.owner(k * 0x9e3779b97f4a7c15L)).isEqualTo(k);
        }
        assertThat(issued.size()).isBetween(1500L, 4096L);
        for (int k = 100_000 - 1400; k <= 100_000; k++) {
            assertThat(issued.owner(k * 0x9e3779b97f4a7c15L)).isEqualTo(k);
        }
        assertThat(issued.owner(0x9e3779b97f4a7c15L)).isEqualTo(IssuedHashes.UNKNOWN);
    }

    @Test
    void accountsAreForgotten() {
        issued.issue(77, 5);
        issued.issue(78, 6);
        issued.issue(79, 5);
        issued.issue(79, 6);
        BitSet gone = new BitSet();
        gone.set(5);
        issued.forget(gone);
        assertThat(issued.owner(77)).isEqualTo(IssuedHashes.UNKNOWN);
        assertThat(issued.owner(78)).isEqualTo(6);
        assertThat(issued.owner(79)).isEqualTo(IssuedHashes.AMBIGUOUS);
        issued.issue(77, 9);
        assertThat(issued.owner(77)).isEqualTo(9);
    }

    @Test
    void visitedEntriesCanBeRestored() {
        Random random = new Random(1);
        for (int k = 0; k < 2500; k++) {
            issued.issue(random.nextLong(), random.nextInt(100));
        }
        IssuedHashes again = new IssuedHashes(4096);
        Map<Long, Integer> entries = new HashMap<>();
        issued.forEach((hash, owner) -> {
            again.restore(hash, owner);
            entries.put(hash, issued.owner(hash));
        });
        assertThat(entries).hasSizeGreaterThan(1500);
        entries.forEach((hash, owner) -> assertThat(again.owner(hash)).isEqualTo(owner));
    }
}
