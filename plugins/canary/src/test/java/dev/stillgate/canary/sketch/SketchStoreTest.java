package dev.stillgate.canary.sketch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.canary.key.MasterSecret;
import dev.stillgate.canary.ledger.FaultyDisk;
import dev.stillgate.canary.ledger.FaultyDisk.Step;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class SketchStoreTest {
    private static final SketchKey KEY = SketchKey.of(MasterSecret.test());
    private static final SketchKey OTHER = SketchKey.of(MasterSecret.of(new byte[16]));
    private static final long MOST = 1_000_000;

    @TempDir
    Path directory;

    private final FaultyDisk disk = new FaultyDisk();
    private final List<String> log = new ArrayList<>();

    private SketchStore open() {
        return new SketchStore(directory, log::add, disk);
    }

    private static void add(SketchStore store, SketchKey key, String account, int text) {
        Sketch sketch = new Sketch();
        ShingleReader reader = ShingleReader.ofServed(key, sketch);
        reader.read(Leaks.unlike(text, 10));
        reader.end();
        store.add(account, 1_790_000_000_000L, key, sketch);
    }

    private static void add(SketchStore store, int from, int to) {
        for (int i = from; i < to; i++) {
            add(store, KEY, "a-" + i, i);
        }
    }

    private AccountReport trace(int from, int to) throws IOException {
        AccountTrace trace = new AccountTrace(KEY, List.of(directory));
        for (int i = from; i < to; i++) {
            trace.read(Leaks.unlike(i, 10));
        }
        return trace.report();
    }

    private List<String> named(int from, int to) throws IOException {
        return trace(from, to).named().stream()
                .map(AccountReport.Named::account)
                .sorted()
                .toList();
    }

    private List<Path> files(String prefix) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .toList();
        }
    }

    private static void flip(Path file, long at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) at] ^= 1;
        Files.write(file, bytes);
    }

    private void holdsNothingOf(String account, int text) throws IOException {
        assertThat(named(text, text + 1)).doesNotContain(account);
        for (Path file : files("accounts-")) {
            assertThat(new String(Files.readAllBytes(file), StandardCharsets.UTF_8))
                    .doesNotContain(account + "\n");
        }
    }

    @Test
    void sketchesAreWrittenAndContinuedAfterReopening() throws Exception {
        try (SketchStore store = open()) {
            add(store, 0, 5);
            assertThat(files(""))
                    .as("nothing is written on the caller's thread")
                    .isEmpty();
            store.flush(MOST);
            assertThat(store.size()).isEqualTo(5);
        }
        try (SketchStore store = open()) {
            add(store, 3, 8);
            store.flush(MOST);
            assertThat(store.size()).isEqualTo(10);
        }
        assertThat(files("sketches-")).hasSize(1);
        assertThat(Files.size(files("sketches-").getFirst())).isEqualTo(28 + 10 * 96);
        assertThat(Files.readAllLines(files("accounts-").getFirst())).hasSize(8);
        assertThat(named(0, 8)).hasSize(8);
        assertThat(log).isEmpty();
    }

    @Test
    void directoryIsCreatedWithTheFirstSketch() throws Exception {
        Path missing = directory.resolve("sketches");
        try (SketchStore store = new SketchStore(missing, log::add)) {
            store.flush(MOST);
            assertThat(Files.exists(missing)).isFalse();
            add(store, 0, 1);
            store.flush(MOST);
            assertThat(Files.exists(missing)).isTrue();
        }
        assertThat(log).isEmpty();
    }

    @Test
    void oldestFilesAreDeletedFirst() throws Exception {
        try (SketchStore store = open()) {
            for (int i = 0; i < 300; i += 10) {
                add(store, i, i + 10);
                store.flush(80);
                assertThat(store.size()).isLessThanOrEqualTo(80);
            }
            assertThat(store.size()).isGreaterThanOrEqualTo(70);
            assertThat(files("sketches-").size())
                    .isEqualTo(files("accounts-").size())
                    .isLessThanOrEqualTo(9);
            assertThat(named(0, 100)).isEmpty();
            assertThat(named(290, 300)).hasSize(10);
            store.flush(0);
            assertThat(files("")).isEmpty();
            assertThat(store.size()).isZero();
        }
    }

    @Test
    void queueIsBounded() {
        try (SketchStore store = open()) {
            Sketch sketch = new Sketch();
            for (int i = 0; i < SketchStore.QUEUE + 7; i++) {
                store.add("a", 0, KEY, sketch);
            }
            assertThat(store.lost()).isEqualTo(7);
            store.flush(MOST);
            assertThat(store.size()).isEqualTo(SketchStore.QUEUE);
            store.add("a", 0, KEY, sketch);
            assertThat(store.lost()).isEqualTo(7);
        }
    }

    @Test
    void anotherSecretBeginsAnotherFile() throws Exception {
        try (SketchStore store = open()) {
            add(store, KEY, "a-0", 0);
            add(store, OTHER, "a-1", 1);
            add(store, OTHER, "a-2", 2);
            store.flush(MOST);
        }
        assertThat(files("sketches-")).hasSize(2);
        AccountReport report = trace(0, 3);
        assertThat(report.named()).hasSize(1);
        assertThat(report.foreign()).isEqualTo(1);
        assertThat(AccountReportMarkdown.of(report)).contains("served to a-0", "another secret");
    }

    @Test
    void fullDiskLosesSketchesAndRecovers() throws Exception {
        try (SketchStore store = open()) {
            add(store, 0, 3);
            store.flush(MOST);
        }
        for (Step step : new Step[] {Step.WRITE, Step.SHORT_WRITE, Step.FORCE, Step.OPEN, Step.TRUNCATE}) {
            log.clear();
            try (SketchStore store = open()) {
                disk.breakAll(step);
                add(store, 10, 12);
                store.flush(MOST);
                add(store, 12, 14);
                store.flush(MOST);
                assertThat(store.lost()).as(step.name()).isEqualTo(4);
                disk.repair();
                add(store, 3, 4);
                store.flush(MOST);
                assertThat(store.lost()).as(step.name()).isEqualTo(4);
            }
            assertThat(log).hasSize(1).allMatch(line -> line.startsWith("sketches of answers are not kept"));
        }
        assertThat(named(0, 4)).hasSize(4);
        assertThat(trace(0, 4).damaged()).isZero();
    }

    @Test
    void everyInterruptedWriteLeavesReadableFiles() throws Exception {
        for (int steps = 0; steps < 40; steps++) {
            Path here = directory.resolve("round-" + steps);
            FaultyDisk faulty = new FaultyDisk();
            SketchStore store = new SketchStore(here, log::add, faulty);
            add(store, 0, 2);
            store.flush(MOST);
            faulty.breakAfter(steps);
            add(store, 2, 4);
            store.flush(MOST);
            add(store, 4, 6);
            store.flush(16);
            faulty.losePower();
            faulty.repair();
            try (SketchStore again = new SketchStore(here, log::add)) {
                add(again, 6, 8);
                again.flush(MOST);
            }
            AccountTrace trace = new AccountTrace(KEY, List.of(here));
            for (int i = 0; i < 8; i++) {
                trace.read(Leaks.unlike(i, 10));
            }
            AccountReport report = trace.report();
            assertThat(report.named().stream().map(AccountReport.Named::account))
                    .as("step %d", steps)
                    .contains("a-0", "a-1", "a-6", "a-7");
            assertThat(report.damaged()).isZero();
        }
    }

    @Test
    void tornTailIsCut() throws Exception {
        try (SketchStore store = open()) {
            add(store, 0, 5);
            store.flush(MOST);
        }
        Path sketches = files("sketches-").getFirst();
        Path names = files("accounts-").getFirst();
        byte[] all = Files.readAllBytes(sketches);
        byte[] lines = Files.readAllBytes(names);
        for (int cut = 0; cut < 120; cut++) {
            Files.write(sketches, java.util.Arrays.copyOf(all, all.length - cut));
            Files.write(names, java.util.Arrays.copyOf(lines, lines.length - Math.max(0, cut - 60) / 20));
            try (SketchStore store = open()) {
                add(store, 5, 6);
                store.flush(MOST);
            }
            AccountReport report = trace(0, 6);
            assertThat(report.named().stream().map(AccountReport.Named::account))
                    .as("cut %d", cut)
                    .contains("a-0", "a-1", "a-5")
                    .allMatch(name -> name.matches("a-[0-5]"));
        }
    }

    @Test
    void flippedBitNamesNoOtherAccount() throws Exception {
        try (SketchStore store = open()) {
            add(store, 0, 4);
            store.flush(MOST);
        }
        Path sketches = files("sketches-").getFirst();
        Path names = files("accounts-").getFirst();
        for (Path file : List.of(sketches, names)) {
            byte[] sound = Files.readAllBytes(file);
            for (int at = 0; at < sound.length; at++) {
                flip(file, at);
                for (int text = 0; text < 4; text++) {
                    assertThat(named(text, text + 1))
                            .as("%s, byte %d", file.getFileName(), at)
                            .isIn(List.of(), List.of("a-" + text));
                }
                assertThat(named(0, 4)).hasSizeGreaterThanOrEqualTo(at < 28 && file.equals(sketches) ? 0 : 2);
                Files.write(file, sound);
            }
        }
    }

    @Test
    void foreignFilesAreSkipped() throws Exception {
        try (SketchStore store = open()) {
            add(store, 0, 2);
            store.flush(MOST);
        }
        byte[] noise = new byte[10_000];
        new Random(1).nextBytes(noise);
        Files.write(directory.resolve("sketches-000007"), noise);
        Files.write(directory.resolve("accounts-000007"), noise);
        Files.write(directory.resolve("sketches-000008"), new byte[0]);
        Files.writeString(directory.resolve("sketches-notes"), "mine");
        Files.writeString(directory.resolve("accounts-000099"), "left over");
        Files.writeString(directory.resolve("readme"), "mine");
        assertThat(trace(0, 2).foreign()).isEqualTo(2);
        try (SketchStore store = open()) {
            add(store, 2, 3);
            store.flush(MOST);
        }
        assertThat(named(0, 3)).hasSize(3);
        assertThat(files("sketches-0")).hasSize(4);
        assertThat(files("accounts-000099")).isEmpty();
        assertThat(files("readme")).hasSize(1);
        assertThat(files("sketches-notes")).hasSize(1);
        assertThat(Files.readAllBytes(directory.resolve("sketches-000007"))).isEqualTo(noise);
    }

    @Test
    void erasureRemovesNameAndRecords() throws Exception {
        try (SketchStore store = open()) {
            for (int i = 0; i < 40; i++) {
                add(store, KEY, i % 4 == 0 ? "gone" : "a-" + i % 4, i);
                if (i % 5 == 0) {
                    store.flush(80);
                }
            }
            assertThat(store.erase("gone"::equals)).isEqualTo(10);
            assertThat(store.erase("gone"::equals)).as("repeated").isZero();
            assertThat(store.erase("unknown"::equals)).isZero();
            store.flush(80);
            assertThat(named(0, 40)).containsExactly("a-1", "a-2", "a-3");
            holdsNothingOf("gone", 0);
            add(store, KEY, "gone", 100);
            store.flush(80);
            assertThat(named(100, 101)).as("served again").containsExactly("gone");
            assertThat(store.erase("gone"::equals)).isEqualTo(1);
        }
        assertThat(files("sketches-").size()).isGreaterThan(2);
        assertThat(trace(0, 101).damaged()).isZero();
        for (Path file : files("sketches-")) {
            byte[] bytes = Files.readAllBytes(file);
            assertThat((bytes.length - 28) % 96).isZero();
        }
    }

    @Test
    void interruptedErasureIsFinished() throws Exception {
        for (boolean repeated : new boolean[] {true, false}) {
            for (int steps = 0; steps < 12; steps++) {
                Path here = directory.resolve(repeated + "-" + steps);
                FaultyDisk faulty = new FaultyDisk();
                SketchStore store = new SketchStore(here, log::add, faulty);
                for (int i = 0; i < 20; i++) {
                    add(store, KEY, i % 2 == 0 ? "gone" : "kept", i);
                }
                store.flush(80);
                faulty.breakAfter(steps);
                boolean interrupted = false;
                try {
                    store.erase("gone"::equals);
                } catch (IOException e) {
                    interrupted = true;
                }
                faulty.repair();
                if (repeated && interrupted) {
                    store.erase("gone"::equals);
                }
                SketchStore again = new SketchStore(here, log::add);
                again.flush(80);
                AccountTrace trace = new AccountTrace(KEY, List.of(here));
                for (int i = 0; i < 20; i++) {
                    trace.read(Leaks.unlike(i, 10));
                }
                AccountReport report = trace.report();
                List<String> names = report.named().stream()
                        .map(AccountReport.Named::account)
                        .toList();
                assertThat(names).as("step %d", steps).contains("kept");
                if (repeated || !interrupted) {
                    assertThat(names).containsExactly("kept");
                }
                // A file either names the account, or has no record of it any more.
                assertThat(report.damaged()).as("step %d", steps).isZero();
            }
        }
    }

    /** A record carries a hash of the id, which a guess of the id finds. */
    @Test
    void erasureRemovesRecordsOfADamagedId() throws Exception {
        try (SketchStore store = open()) {
            add(store, KEY, "gone", 0);
            add(store, KEY, "kept", 1);
            store.flush(MOST);
            Path ids = files("accounts-").getFirst();
            Files.writeString(ids, Files.readString(ids).replace("gone", "gxne"));
            assertThat(store.erase("gone"::equals)).isEqualTo(1);
            assertThat(Files.size(files("sketches-").getFirst())).isEqualTo(28 + 96);
        }
        assertThat(trace(0, 2).damaged()).isZero();
    }

    @Test
    void filesOfTheFirstVersionAreRefused() throws Exception {
        byte[] old = SketchFile.header(1, 92, KEY.id());
        Files.write(directory.resolve("sketches-000000"), old);
        Files.writeString(directory.resolve("accounts-000000"), "00000000 5b0a2c1d a-0\n");
        try (SketchStore store = open()) {
            add(store, 0, 2);
            store.flush(MOST);
            assertThat(store.lost()).isEqualTo(2);
            assertThat(log).hasSize(1).first().asString().contains("sketches-000000: of version 1");
            assertThatThrownBy(() -> store.erase("a-0"::equals)).hasMessageContaining("of version 1");
        }
        assertThat(files("")).hasSize(2);
        assertThat(trace(0, 2).foreign()).isEqualTo(1);
    }

    @Test
    void failedErasureIsReported() throws Exception {
        try (SketchStore store = open()) {
            add(store, 0, 2);
            store.flush(MOST);
            disk.breakAll(Step.FORCE);
            assertThatThrownBy(() -> store.erase("a-0"::equals)).isInstanceOf(IOException.class);
            disk.repair();
            store.erase("a-0"::equals);
            store.flush(MOST);
            holdsNothingOf("a-0", 0);
            assertThat(named(0, 2)).containsExactly("a-1");
        }
    }

    @Test
    void waitingSketchesAreErasedToo() throws Exception {
        try (SketchStore store = open()) {
            add(store, 0, 2);
            assertThat(store.erase("a-0"::equals)).isEqualTo(1);
            store.flush(MOST);
            assertThat(named(0, 2)).containsExactly("a-1");
        }
    }

    @Test
    void accountsOfAFileAreBounded() throws Exception {
        try (SketchStore store = open()) {
            Sketch sketch = new Sketch();
            for (int i = 0; i < 1 << 17; i++) {
                store.add("account " + i, 0, KEY, sketch);
                if (i % 10_000 == 0) {
                    store.flush(1L << 30);
                }
            }
            store.flush(1L << 30);
            assertThat(store.lost()).isZero();
            assertThat(store.size()).isEqualTo(1 << 17);
            assertThat(files("accounts-")).hasSize(2);
        }
    }
}
