package dev.stillgate.canary.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leaf files that are removed, replaced or truncated while their ledger is open. */
class RemovedLeavesTest {
    @TempDir
    Path parent;

    private LedgerRig rig;
    private Path full;
    private Path tail;

    @BeforeEach
    void makeRig() {
        rig = new LedgerRig(parent.resolve("ledger"));
        full = rig.directory.resolve("leaves-000000000000.log");
        tail = rig.directory.resolve("leaves-000000000016.log");
    }

    private static long signed(Ledger ledger) {
        return ledger.head() == null ? 0 : ledger.head().head().size();
    }

    @Test
    void removedLastFileTakesNoAnswer() throws IOException {
        try (Ledger ledger = rig.begin()) {
            rig.write(ledger, 1, 3);
            Path copy = Files.copy(full, parent.resolve("copy"));
            Files.delete(full);
            rig.write(ledger, 3, 5);
            assertThat(rig.results.subList(2, 4)).containsOnly(AppendResult.Failure.WRITE_FAILED);
            assertThat(ledger.writable()).isFalse();
            rig.ticker.advance(LedgerWriter.RETRY);
            ledger.turn();
            assertThat(ledger.writable()).as("still missing").isFalse();
            assertThat(full).doesNotExist();

            Files.move(copy, full);
            rig.ticker.advance(LedgerWriter.RETRY);
            ledger.turn();
            assertThat(ledger.writable()).isTrue();
            rig.write(ledger, 5, 7);
            assertThat(rig.results.subList(4, 6)).hasOnlyElementsOfType(AppendResult.OnDisk.class);
        }
        assertThat(rig.leaves()).hasSize(5);
    }

    @Test
    void noHeadIsSignedOverARemovedFile() throws IOException {
        try (Ledger ledger = rig.begin()) {
            rig.write(ledger, 1, 10);
            rig.write(ledger, 10, 20);
            ledger.turn();
            assertThat(tail).exists();
            Path copy = Files.copy(full, parent.resolve("copy"));
            Files.delete(full);
            long before = signed(ledger);
            rig.ticker.advance(LedgerRig.TERMS.headEvery());
            ledger.turn();
            assertThat(signed(ledger)).isEqualTo(before);
            assertThat(ledger.writable()).isFalse();
            assertThat(rig.log).last().asString().contains("no head is signed");

            Files.move(copy, full);
            rig.ticker.advance(LedgerWriter.RETRY);
            ledger.turn();
            rig.ticker.advance(LedgerRig.TERMS.headEvery());
            ledger.turn();
            assertThat(signed(ledger)).isEqualTo(20);
        }
    }

    @Test
    void copyInPlaceOfAFullFileIsAccepted() throws IOException {
        try (Ledger ledger = rig.begin()) {
            rig.write(ledger, 1, 20);
            ledger.turn();
            Path copy = Files.copy(full, parent.resolve("copy"));
            Files.move(copy, full, StandardCopyOption.REPLACE_EXISTING);
            rig.ticker.advance(LedgerRig.TERMS.headEvery());
            ledger.turn();
            assertThat(signed(ledger)).isEqualTo(20);
            assertThat(ledger.writable()).isTrue();
        }
    }

    @Test
    void replacedOrTruncatedFileIsNoticed() throws IOException {
        try (Ledger ledger = rig.begin()) {
            rig.write(ledger, 1, 3);
            Path copy = Files.copy(full, parent.resolve("copy"));
            Files.move(copy, full, StandardCopyOption.REPLACE_EXISTING);
            rig.write(ledger, 3, 4);
            assertThat(rig.results.getLast()).isEqualTo(AppendResult.Failure.WRITE_FAILED);
            rig.ticker.advance(LedgerWriter.RETRY);
            ledger.turn();
            assertThat(ledger.writable()).as("the copy is whole").isTrue();
            Files.write(full, new byte[40]);
            rig.ticker.advance(LedgerRig.TERMS.headEvery());
            long before = signed(ledger);
            ledger.turn();
            assertThat(signed(ledger)).isEqualTo(before);
            assertThat(ledger.writable()).isFalse();
        }
    }
}
