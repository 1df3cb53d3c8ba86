package dev.stillgate.fingerprint.fleet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Snapshots that arrive in parts are returned whole or not at all. */
final class SnapshotAssemblerTest {
    private final SnapshotAssembler assembler = new SnapshotAssembler();

    private static SnapshotAssembler.Part part(long term, long number, int index, int count, String text) {
        return new SnapshotAssembler.Part(
                new SnapshotAssembler.Version(term, number), index, count, text.getBytes(UTF_8));
    }

    private String newest() {
        SnapshotAssembler.Snapshot snapshot = assembler.newest();
        return snapshot == null ? "none" : snapshot.version().number() + ":" + new String(snapshot.bytes(), UTF_8);
    }

    @Test
    void partsMayArriveInAnyOrderAndTwice() throws IOException {
        assembler.add("a", part(1, 1, 2, 3, "c"));
        assembler.add("a", part(1, 1, 0, 3, "a"));
        assembler.add("a", part(1, 1, 0, 3, "a"));
        assertThat(newest()).isEqualTo("none");
        assembler.add("a", part(1, 1, 1, 3, "b"));
        assertThat(newest()).isEqualTo("1:abc");
        assertThat(newest()).isEqualTo("none");
    }

    @Test
    void snapshotWithALostPartIsDiscarded() throws IOException {
        assembler.add("a", part(1, 1, 0, 2, "x"));
        assembler.add("a", part(1, 2, 0, 2, "a"));
        assembler.add("a", part(1, 1, 1, 2, "y"));
        assembler.add("a", part(1, 2, 1, 2, "b"));
        assertThat(newest()).isEqualTo("none");
        assembler.add("a", part(1, 3, 0, 1, "ab"));
        assertThat(newest()).isEqualTo("3:ab");
    }

    @Test
    void gatewaysAreSeparateAndTheNewestSnapshotWins() throws IOException {
        assembler.add("a", part(2, 1, 0, 2, "a"));
        assembler.add("b", part(1, 9, 0, 2, "x"));
        assembler.add("a", part(2, 1, 1, 2, "b"));
        assembler.add("b", part(1, 9, 1, 2, "y"));
        assertThat(newest()).isEqualTo("1:ab");
    }

    @Test
    void invalidPartsAreRefused() throws IOException {
        for (SnapshotAssembler.Part bad : List.of(
                part(1, 1, -1, 2, ""),
                part(1, 1, 2, 2, ""),
                part(1, 1, 0, 0, ""),
                part(1, 1, 0, Integer.MAX_VALUE, ""),
                part(1, 1, 0, SnapshotAssembler.MAX_PARTS + 1, ""))) {
            assertThatThrownBy(() -> assembler.add("a", bad)).isInstanceOf(IOException.class);
        }
        assembler.add("a", part(1, 1, 0, 2, "a"));
        assertThatThrownBy(() -> assembler.add("a", part(1, 1, 1, 3, "b"))).isInstanceOf(IOException.class);
    }

    @Test
    void unfinishedSnapshotsAreBounded() throws IOException {
        for (int node = 0; node < 1000; node++) {
            assembler.add("node-" + node, part(1, 1, 0, 2, "a"));
        }
        assembler.add("node-0", part(1, 1, 1, 2, "b"));
        assertThat(newest()).as("discarded").isEqualTo("none");
        assembler.add("node-999", part(1, 1, 1, 2, "b"));
        assertThat(newest()).isEqualTo("1:ab");
    }

    @Test
    void splitSnapshotIsReassembled() throws IOException {
        Random random = new Random(1);
        for (int length : new int[] {0, 1, 48 << 10, (48 << 10) + 1, 300_000}) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            List<byte[]> parts = FleetMessages.parts(new SnapshotAssembler.Version(7, length + 1L), bytes);
            Collections.shuffle(parts, random);
            for (byte[] part : parts) {
                assertThat(part.length).isLessThan(64 << 10);
                DataInputStream in = new DataInputStream(new ByteArrayInputStream(part));
                assertThat(FleetMessages.kind(in)).isEqualTo(FleetMessages.SNAPSHOT);
                assembler.add("a", FleetMessages.part(in));
            }
            assertThat(assembler.newest().bytes()).isEqualTo(bytes);
        }
    }
}
