package dev.stillgate.canary.ledger;

import static dev.stillgate.canary.ledger.LedgerRig.answer;
import static dev.stillgate.canary.ledger.LedgerRig.hash;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.canary.ledger.file.Disk;
import dev.stillgate.canary.ledger.file.Leaf;
import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.canary.ledger.file.SegmentFormat;
import dev.stillgate.canary.ledger.head.HeadFiles;
import dev.stillgate.canary.ledger.head.LedgerKeyFiles;
import dev.stillgate.canary.ledger.head.MessageIdHasher;
import dev.stillgate.canary.ledger.head.SignedHead;
import dev.stillgate.canary.ledger.head.SigningKey;
import dev.stillgate.canary.ledger.head.VerifierKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
    @TempDir
    Path parent;

    private LedgerRig rig;

    @BeforeEach
    void makeRig() {
        rig = new LedgerRig(parent.resolve("ledger"));
    }

    @Test
    void leavesSurviveAcrossFilesAndOpenings() throws Exception {
        try (Ledger ledger = rig.begin()) {
            rig.write(ledger, 1, 10);
            rig.write(ledger, 10, 17);
            ledger.turn();
            assertThat(ledger.size()).isEqualTo(17);
        }
        try (Ledger ledger = rig.open()) {
            assertThat(ledger.size()).isEqualTo(17);
            for (int i = 17; i < 60; i++) {
                rig.write(ledger, i, i + 1);
            }
        }
        assertThat(rig.results).hasSize(59);
        assertThat(rig.results.get(58)).isEqualTo(new AppendResult.OnDisk(59));
        assertThat(SegmentFormat.list(rig.directory).keySet()).containsExactly(0L, 16L, 32L, 48L);
        List<Leaf> leaves = rig.leaves();
        assertThat(leaves).hasSize(60);
        MessageIdHasher ids = LedgerKeyFiles.messageIds(rig.directory, null);
        for (int i = 1; i < 60; i++) {
            assertThat(((Leaf.Response) leaves.get(i)).message()).isEqualTo(ids.hash("msg_" + i));
        }
    }

    @Test
    void answerLeafHasSitesAndNoId() throws Exception {
        try (Ledger ledger = rig.begin()) {
            rig.write(ledger, 1, 2);
        }
        Leaf.Response leaf = (Leaf.Response) rig.leaves().get(1);
        assertThat(leaf.millis()).isEqualTo(rig.ticker.millis());
        assertThat(leaf.key()).isZero();
        assertThat(leaf.sites()).isEqualTo(11);
        assertThat(leaf.forms()).containsExactly(0b10, 0b10);
        assertThat(new String(Files.readAllBytes(SegmentFormat.file(rig.directory, 0)), "ISO-8859-1"))
                .contains("c1")
                .doesNotContain("msg_1");
    }

    @Test
    void keyIsCommittedOncePerTable() throws Exception {
        try (Ledger ledger = rig.begin()) {
            assertThat(ledger.commit("c1", hash("commitment of c1"), hash("table")))
                    .isZero();
            assertThat(ledger.commit("c1", hash("commitment of c1"), hash("other table")))
                    .isEqualTo(1);
            assertThat(ledger.commit("c2", hash("commitment of c1"), hash("table")))
                    .isEqualTo(2);
        }
        try (Ledger ledger = rig.open()) {
            assertThat(ledger.commit("c1", hash("commitment of c1"), hash("other table")))
                    .isEqualTo(1);
            assertThat(ledger.size()).isEqualTo(3);
        }
    }

    @Test
    @DisplayName("plugins 9: queued keys are committed with one write")
    void keysAreCommittedTogether() throws Exception {
        List<Ledger.NewKey> wanted = new ArrayList<>();
        for (int i = 0; i < 90; i++) {
            wanted.add(new Ledger.NewKey("c" + i, hash("commitment of c" + i), hash("table")));
        }
        try (Ledger ledger = rig.begin()) {
            long before = forces();
            long[] leaves = ledger.commit(wanted.subList(0, 12));
            long together = forces() - before;
            assertThat(together).as("the leaves, and perhaps a head").isLessThanOrEqualTo(2);
            assertThat(leaves).hasSize(12).startsWith(1, 0).doesNotHaveDuplicates();
            assertThat(ledger.commit(wanted.subList(0, 12))).isEqualTo(leaves);
            assertThat(forces() - before).isEqualTo(together);

            rig.disk.breakAll(FaultyDisk.Step.FORCE);
            assertThatThrownBy(() -> ledger.commit(wanted)).hasMessageContaining("is not committed: a write failed");
            rig.disk.repair();
            rig.ticker.advance(LedgerWriter.RETRY);
            ledger.turn();
            assertThat(ledger.commit(wanted)).startsWith(leaves).doesNotHaveDuplicates();
            assertThat(ledger.size()).isEqualTo(90);
        }
    }

    private long forces() {
        return rig.disk.done().stream()
                .filter(step -> step == FaultyDisk.Step.FORCE)
                .count();
    }

    @Test
    void answerRequiresACommittedKey() throws Exception {
        try (Ledger ledger = rig.begin()) {
            assertThatThrownBy(() -> ledger.append(new MarkedResponse("m", 1, 0, new BitSet()), rig.results::add))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("leaf 1 is not the commitment of a key");
        }
    }

    @Test
    void valuesOutOfBoundsAreRejected() throws Exception {
        BitSet none = new BitSet();
        BitSet third = BitSet.valueOf(new long[] {4});
        assertThatThrownBy(() -> new MarkedResponse("", 0, 0, none))
                .hasMessageContaining("1 to 1024 characters, not 0");
        assertThatThrownBy(() -> new MarkedResponse("m".repeat(1025), 0, 0, none))
                .hasMessageContaining("not 1025");
        assertThatThrownBy(() -> new MarkedResponse("m", 0, Leaf.MAX_SITES + 1, none))
                .hasMessageContaining("524288");
        assertThatThrownBy(() -> new MarkedResponse("m", 0, 2, third)).hasMessage("a form for site 2 of 2");
        try (Ledger ledger = rig.open()) {
            for (String name : List.of("", "n".repeat(129), "a\nb", "a\u0000b", "\ud800", "a\u202eb")) {
                assertThatThrownBy(() -> ledger.commit(name, hash(""), hash("")))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageStartingWith("a key's name has");
            }
            assertThat(ledger.commit("c3/2026-Q4 \u00e9\ud83d\ude00", hash(""), hash("")))
                    .isZero();
            ledger.append(new MarkedResponse("\ud800".repeat(1024), 0, Leaf.MAX_SITES, none), rig.results::add);
            ledger.turn();
            assertThat(rig.results).containsExactly(new AppendResult.OnDisk(1));
        }
        assertThat(rig.leaves().get(1).bytes()).hasSize(Leaf.MAX_BYTES);
    }

    @Test
    void headsAreSignedByTimeByCountAndAtTheEnd() throws Exception {
        LedgerOptions terms = new LedgerOptions(null, null, Duration.ofSeconds(5), 10, 100);
        try (Ledger ledger = Ledger.open(rig.directory, terms, rig.ticker, rig.log::add, rig.disk, LedgerRig.LEVEL)) {
            assertThat(ledger.head()).isNull();
            ledger.commit("c1", hash(""), hash(""));
            rig.write(ledger, 1, 8);
            assertThat(ledger.head()).isNull();
            rig.ticker.advance(Duration.ofSeconds(5));
            ledger.turn();
            assertThat(ledger.head().head().size()).isEqualTo(8);
            rig.write(ledger, 8, 16);
            assertThat(ledger.head().head().size()).isEqualTo(8);
            rig.write(ledger, 16, 18);
            assertThat(ledger.head().head().size()).isEqualTo(18);
            rig.write(ledger, 18, 19);
            SignedHead onDisk = HeadFiles.latest(rig.directory, ledger.key());
            assertThat(onDisk).isEqualTo(ledger.head());
        }
        VerifierKey key = VerifierKey.read(rig.directory.resolve(VerifierKey.FILE));
        assertThat(HeadFiles.latest(rig.directory, key).head().size()).isEqualTo(19);
        assertThat(HeadFiles.kept(rig.directory, key))
                .extracting(head -> head.head().size())
                .containsExactly(8L, 19L);
    }

    @Test
    void oneHeadPerHourIsKept() throws Exception {
        try (Ledger ledger = rig.begin()) {
            for (int i = 1; i <= 12; i++) {
                rig.ticker.advance(Duration.ofMinutes(15));
                rig.write(ledger, i, i + 1);
            }
        }
        assertThat(HeadFiles.kept(rig.directory, VerifierKey.read(rig.directory.resolve(VerifierKey.FILE))))
                .extracting(head -> head.head().size())
                .containsExactly(2L, 6L, 10L);
    }

    @Test
    void directoryIsLockedWithinTheProcess() throws Exception {
        Ledger ledger = rig.begin();
        assertThatThrownBy(rig::open)
                .isInstanceOf(LedgerException.class)
                .hasMessage(rig.directory + ": another gateway writes this ledger; give each its own directory");
        ledger.close();
        Ledger next = rig.open();
        ledger.close();
        assertThatThrownBy(rig::open).hasMessageContaining("another gateway writes this ledger");
        next.close();
        rig.open().close();
    }

    @Test
    void directoryIsLockedAcrossProcesses() throws Exception {
        Ledger ledger = rig.begin();
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process other = new ProcessBuilder(
                        java,
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashWriter.class.getName(),
                        rig.directory.toString(),
                        "0")
                .redirectErrorStream(true)
                .start();
        String said = new String(other.getInputStream().readAllBytes());
        assertThat(other.waitFor()).isEqualTo(1);
        assertThat(said).contains(rig.directory + ": another gateway writes this ledger");
        rig.write(ledger, 1, 2);
        ledger.close();
        assertThat(rig.leaves()).hasSize(2);
    }

    @Test
    void privateFilesAreReadableByTheOwnerOnly() throws Exception {
        rig.begin().close();
        try (var files = Files.list(rig.directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.endsWith("lock")) {
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .as(file.toString())
                            .isEqualTo("rw-------");
                }
            }
        }
    }

    @Test
    void otherVersionIsRejectedAndUnchanged() throws Exception {
        rig.begin().close();
        Path file = SegmentFormat.file(rig.directory, 0);
        byte[] bytes = Files.readAllBytes(file);
        System.arraycopy(SegmentFormat.header(2, LedgerRig.LEVEL, 0), 0, bytes, 0, SegmentFormat.HEADER);
        Files.write(file, bytes);
        assertThatThrownBy(rig::open)
                .isInstanceOf(LedgerException.class)
                .hasMessageStartingWith(file + ": a ledger of version 2; this Stillgate supports version 1");
        assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    }

    @Test
    void headerWithABrokenByteIsRejected() throws Exception {
        rig.begin().close();
        Path file = SegmentFormat.file(rig.directory, 0);
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < SegmentFormat.HEADER; at++) {
            byte[] bytes = whole.clone();
            bytes[at] ^= 0x40;
            Files.write(file, bytes);
            assertThatThrownBy(rig::open).as("byte " + at).isInstanceOf(LedgerException.class);
            assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
        }
    }

    @Test
    void unwritableDirectoryIsRejected() throws Exception {
        Path file = Files.createFile(parent.resolve("file"));
        assertThatThrownBy(() -> new LedgerRig(file).open())
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining(file + ": cannot be read and written");
        assertThatThrownBy(() -> new LedgerRig(Path.of("/proc/ledger")).open())
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("/proc/ledger: cannot be read and written");
    }

    @Test
    void fullDiskAtFirstOpeningIsReportedAndRecoverable() throws Exception {
        for (int steps = 0; ; steps++) {
            LedgerRig fresh = new LedgerRig(parent.resolve("full" + steps));
            fresh.disk.breakAfter(steps);
            try {
                fresh.open().close();
                break;
            } catch (LedgerException e) {
                assertThat(e).hasMessageContaining(": cannot be read and written: ");
            }
            fresh.disk.repair();
            fresh.begin().close();
            assertThat(fresh.leaves()).hasSize(1);
        }
    }

    @Test
    void missingFilesAreRejected() throws Exception {
        Ledger ledger = rig.begin();
        for (int i = 1; i < 40; i++) {
            rig.write(ledger, i, i + 1);
        }
        ledger.close();
        refusedWithout(SegmentFormat.file(rig.directory, 0), "begins with leaf 16, but leaf 0 is next");
        refusedWithout(SegmentFormat.file(rig.directory, 16), "begins with leaf 32, but leaf 16 is next");
        refusedWithout(SegmentFormat.file(rig.directory, 32), "has 32 leaves, but a signed head covers 40");
        refusedWithout(rig.directory.resolve("ledger.pub"), "is missing beside the leaves");
        refusedWithout(rig.directory.resolve("signing.pem"), "the key cannot be read");
        rig.open().close();
    }

    private void refusedWithout(Path file, String why) throws IOException {
        Path away = file.resolveSibling("away");
        Files.move(file, away);
        assertThatThrownBy(rig::open).isInstanceOf(LedgerException.class).hasMessageContaining(why);
        Files.move(away, file);
    }

    @Test
    void otherSigningKeyIsRejected() throws Exception {
        rig.begin().close();
        Path other = parent.resolve("other.pem");
        SigningKey.make(Disk.system(), other);
        LedgerOptions terms = new LedgerOptions(null, other, Duration.ofSeconds(1), 1, 1);
        assertThatThrownBy(() -> Ledger.open(rig.directory, terms, rig.ticker, rig.log::add))
                .isInstanceOf(LedgerException.class)
                .hasMessageStartingWith(other + ": is not the key of ");
    }

    @Test
    void replacedLeafWithValidChecksumFailsTheSignedHead() throws Exception {
        Ledger ledger = rig.begin();
        rig.write(ledger, 1, 3);
        ledger.close();
        Path file = SegmentFormat.file(rig.directory, 0);
        byte[] bytes = Files.readAllBytes(file);
        byte[] last = rig.leaves().get(2).bytes();
        last[1] ^= 1;
        ByteBuffer record = ByteBuffer.allocate(SegmentFormat.RECORD + last.length);
        SegmentFormat.record(record, 1, last);
        System.arraycopy(record.array(), 0, bytes, bytes.length - record.capacity(), record.capacity());
        Files.write(file, bytes);
        assertThatThrownBy(rig::open).isInstanceOf(LedgerException.class).hasMessageContaining("leaves were changed");
    }

    @Test
    void answerAfterCloseIsRejected() throws Exception {
        Ledger ledger = rig.begin();
        ledger.close();
        ledger.append(answer("late"), rig.results::add);
        assertThat(rig.results).containsExactly(AppendResult.Failure.CLOSED);
        assertThat(ledger.writable()).isFalse();
    }
}
