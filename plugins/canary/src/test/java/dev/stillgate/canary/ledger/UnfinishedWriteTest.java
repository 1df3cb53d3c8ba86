package dev.stillgate.canary.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.canary.ledger.file.Leaf;
import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.canary.ledger.file.LedgerScan;
import dev.stillgate.canary.ledger.file.SegmentFormat;
import dev.stillgate.canary.ledger.head.LedgerKeyFiles;
import dev.stillgate.canary.ledger.head.MessageIdHasher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Crashes at every byte of the last write, and damage to every byte before it. */
@Tag("slow")
class UnfinishedWriteTest {
    @TempDir
    Path parent;

    private LedgerRig rig;
    private Path file;
    private int acknowledged;
    private byte[] whole;

    /** Writes leaves 0 to 5, which were acknowledged, and leaves 6 to 8, whose write a crash interrupts. */
    @BeforeEach
    void writeTwoBatches() throws IOException {
        rig = new LedgerRig(parent.resolve("ledger"));
        Ledger ledger = rig.begin();
        file = SegmentFormat.file(rig.directory, 0);
        rig.write(ledger, 1, 6);
        acknowledged = (int) Files.size(file);
        rig.write(ledger, 6, 9);
        whole = Files.readAllBytes(file);
        diesOf(ledger);
    }

    /** Ends a ledger as SIGKILL would: nothing more is written and the lock is released. */
    private void diesOf(Ledger ledger) throws IOException {
        rig.disk.breakAll(FaultyDisk.Step.values());
        ledger.close();
        rig.disk.repair();
        assertThat(rig.directory.resolve("checkpoint")).doesNotExist();
    }

    @Test
    void truncationInTheLastWriteIsRepaired() throws IOException {
        for (int length = acknowledged; length <= whole.length; length++) {
            put(Arrays.copyOf(whole, length));
            keepsWhatWasAcknowledged("cut at " + length);
        }
    }

    @Test
    void brokenByteInTheLastWriteIsRepaired() throws IOException {
        for (int at = acknowledged; at < whole.length; at++) {
            byte[] bytes = whole.clone();
            bytes[at] ^= (byte) (1 << at % 8);
            put(bytes);
            keepsWhatWasAcknowledged("byte " + at);
        }
    }

    @Test
    void zeroAndStalePagesInTheLastWriteAreRepaired() throws IOException {
        Random random = new Random(5);
        for (int from = acknowledged; from < whole.length; from++) {
            byte[] bytes = whole.clone();
            Arrays.fill(bytes, from, from + random.nextInt(whole.length - from) + 1, (byte) 0);
            put(bytes);
            keepsWhatWasAcknowledged("zeros from " + from);
            random.nextBytes(bytes);
            System.arraycopy(whole, 0, bytes, 0, from);
            put(bytes);
            keepsWhatWasAcknowledged("noise from " + from);
        }
    }

    /** Replaces the file by a new one, because ext4 forces a file that is truncated and rewritten. */
    private void put(byte[] bytes) throws IOException {
        Files.delete(file);
        Files.write(file, bytes);
    }

    private void keepsWhatWasAcknowledged(String how) throws IOException {
        byte[] broken = Files.readAllBytes(file);
        try (Ledger ledger = rig.open()) {
            assertThat(ledger.size()).as(how).isBetween(6L, 9L);
            rig.write(ledger, 100, 101);
        }
        MessageIdHasher ids = LedgerKeyFiles.messageIds(rig.directory, null);
        List<Leaf> leaves = rig.leaves();
        for (int i = 1; i < 6; i++) {
            assertThat(((Leaf.Response) leaves.get(i)).message()).as(how).isEqualTo(ids.hash("msg_" + i));
        }
        assertThat(((Leaf.Response) leaves.getLast()).message()).as(how).isEqualTo(ids.hash("msg_100"));
        byte[] repaired = Files.readAllBytes(file);
        assertThat(Arrays.mismatch(broken, 0, acknowledged, repaired, 0, acknowledged))
                .as(how)
                .isEqualTo(-1);
        forgetHeads();
    }

    private void forgetHeads() throws IOException {
        Files.delete(rig.directory.resolve("checkpoint"));
        try (var heads = Files.list(rig.directory.resolve("heads"))) {
            for (Path head : heads.toList()) {
                Files.delete(head);
            }
        }
    }

    @Test
    void brokenByteBeforeTheLastWriteIsRejected() throws IOException {
        for (int at = SegmentFormat.HEADER; at < acknowledged; at++) {
            byte[] bytes = whole.clone();
            bytes[at] ^= 0x10;
            refused(bytes, 0, "byte " + at);
        }
    }

    @Test
    void brokenByteUnderASignedHeadIsRejected() throws IOException {
        rig.open().close();
        for (int at = SegmentFormat.HEADER; at < whole.length; at++) {
            byte[] bytes = whole.clone();
            bytes[at] ^= 0x10;
            refused(bytes, 9, "byte " + at);
        }
        for (int length = 0; length < whole.length; length++) {
            refused(Arrays.copyOf(whole, length), 9, "cut at " + length);
        }
    }

    @Test
    void brokenByteInAFullFileIsRejected() throws IOException {
        try (Ledger ledger = rig.open()) {
            rig.write(ledger, 9, 20);
            ledger.turn();
        }
        forgetHeads();
        byte[] full = Files.readAllBytes(file);
        for (int at = 0; at < full.length; at++) {
            byte[] bytes = full.clone();
            bytes[at] ^= 0x10;
            refused(bytes, 0, "byte " + at);
        }
        refused(Arrays.copyOf(full, full.length + 1), 0, "a byte too many");
    }

    /** Checks the scan that opening begins with, which is faster alone. */
    private void refused(byte[] bytes, long signed, String how) throws IOException {
        put(bytes);
        assertThatThrownBy(() -> LedgerScan.of(rig.directory, signed, (index, leaf, after) -> {}))
                .as(how)
                .isInstanceOf(LedgerException.class)
                .hasMessageMatching(".*restore (it|them|the directory) from.*");
    }

    @Test
    void errorNamesFileAndByteAndRemedy() throws IOException {
        byte[] bytes = whole.clone();
        int second = SegmentFormat.HEADER
                + SegmentFormat.RECORD
                + rig.leaves().getFirst().bytes().length;
        bytes[second + 20] ^= 1;
        put(bytes);
        assertThatThrownBy(rig::open)
                .isInstanceOf(LedgerException.class)
                .hasMessageStartingWith(file + ": byte " + second + ": leaf 1 was changed since it was written. ")
                .hasMessageContaining("restore the directory from a copy, or begin a new ledger in an empty directory");
        assertThat(Files.readAllBytes(file)).as("unchanged").isEqualTo(bytes);
    }

    @Test
    void incompleteNextFileIsRestarted() throws IOException {
        try (Ledger ledger = rig.open()) {
            rig.write(ledger, 9, 16);
            assertThat(ledger.size()).isEqualTo(16);
        }
        Path next = SegmentFormat.file(rig.directory, 16);
        byte[] header = SegmentFormat.header(LedgerRig.LEVEL, 16);
        for (int length = 0; length <= header.length; length++) {
            Files.write(next, Arrays.copyOf(header, length));
            rig.open().close();
            Files.write(next, new byte[length]);
            try (Ledger ledger = rig.open()) {
                assertThat(ledger.size()).isEqualTo(16);
            }
            assertThat(Files.readAllBytes(next)).isEqualTo(header);
        }
    }
}
