package dev.stillgate.fingerprint.fleet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Snapshots that arrive in parts are returned whole or not at all. */
final class SnapshotAssemblerTest {
    private final SnapshotAssembler assembler = new SnapshotAssembler();
    private long nanos = -5;

    private static SnapshotAssembler.Part part(long term, long number, int index, int count, String text) {
        return new SnapshotAssembler.Part(
                new SnapshotAssembler.Version(term, number), index, count, text.getBytes(UTF_8));
    }

    private void add(String node, SnapshotAssembler.Part part) throws IOException {
        assembler.add(node, part, nanos);
    }

    private String taken() {
        return assembler.take().stream()
                .map(snapshot -> snapshot.version().number() + ":" + new String(snapshot.bytes(), UTF_8))
                .collect(Collectors.joining(" "));
    }

    @Test
    void partsMayArriveInAnyOrderAndTwice() throws IOException {
        add("a", part(1, 1, 2, 3, "c"));
        add("a", part(1, 1, 0, 3, "a"));
        add("a", part(1, 1, 0, 3, "a"));
        assertThat(taken()).isEqualTo("");
        add("a", part(1, 1, 1, 3, "b"));
        assertThat(taken()).isEqualTo("1:abc");
        assertThat(taken()).isEqualTo("");
    }

    @Test
    void snapshotWithALostPartIsDiscarded() throws IOException {
        add("a", part(1, 1, 0, 2, "x"));
        add("a", part(1, 2, 0, 2, "a"));
        add("a", part(1, 1, 1, 2, "y"));
        add("a", part(1, 2, 1, 2, "b"));
        assertThat(taken()).isEqualTo("");
        add("a", part(1, 3, 0, 1, "ab"));
        assertThat(taken()).isEqualTo("3:ab");
    }

    @Test
    void partsOfTwoGatewaysAreHeld() throws IOException {
        add("a", part(1, 1, 0, 2, "a"));
        add("b", part(1, 2, 0, 2, "b"));
        add("c", part(1, 3, 0, 2, "c"));
        add("c", part(1, 3, 1, 2, "y"));
        assertThat(taken()).as("no room").isEqualTo("");
        add("b", part(1, 2, 1, 2, "x"));
        add("a", part(1, 1, 1, 2, "x"));
        assertThat(taken()).isEqualTo("1:ax 2:bx");
    }

    @Test
    void gatewaysAreSeparateAndTheNewestSnapshotWins() throws IOException {
        add("a", part(2, 1, 0, 2, "a"));
        add("b", part(1, 9, 0, 2, "x"));
        add("a", part(2, 1, 1, 2, "b"));
        add("b", part(1, 9, 1, 2, "y"));
        assertThat(taken()).isEqualTo("9:xy 1:ab");
    }

    @Test
    void invalidPartsAreRefused() throws IOException {
        for (SnapshotAssembler.Part bad : List.of(
                part(1, 1, -1, 2, ""),
                part(1, 1, 2, 2, ""),
                part(1, 1, 0, 0, ""),
                part(1, 1, 0, Integer.MAX_VALUE, ""),
                part(1, 1, 0, SnapshotAssembler.MAX_PARTS + 1, ""))) {
            assertThatThrownBy(() -> add("a", bad)).isInstanceOf(IOException.class);
        }
        add("a", part(1, 1, 0, 2, "a"));
        assertThatThrownBy(() -> add("a", part(1, 1, 1, 3, "b"))).isInstanceOf(IOException.class);
    }

    @Test
    void unfinishedSnapshotsAreBounded() throws IOException {
        for (int node = 0; node < 1000; node++) {
            add("node-" + node, part(1, 1, 0, 2, "a"));
        }
        add("node-999", part(1, 1, 1, 2, "b"));
        assertThat(taken()).as("no room").isEqualTo("");
        nanos += SnapshotAssembler.MAX_IDLE.toNanos() + 1;
        add("node-998", part(1, 1, 0, 2, "a"));
        add("node-999", part(1, 1, 0, 2, "a"));
        add("node-0", part(1, 1, 1, 2, "b"));
        assertThat(taken()).as("idle ones have given way").isEqualTo("");
        add("node-999", part(1, 1, 1, 2, "b"));
        assertThat(taken()).isEqualTo("1:ab");
    }

    @Test
    void splitSnapshotIsReassembled() throws IOException {
        Random random = new Random(1);
        for (int length : new int[] {0, 1, 48 << 10, (48 << 10) + 1, 300_000}) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            List<byte[]> parts = new ArrayList<>();
            for (int i = 0; i < FleetMessages.count(bytes); i++) {
                parts.add(FleetMessages.part(
                        FleetMessages.SNAPSHOT, new SnapshotAssembler.Version(7, length + 1L), bytes, i));
            }
            Collections.shuffle(parts, random);
            for (byte[] part : parts) {
                assertThat(part.length).isLessThan(64 << 10);
                DataInputStream in = new DataInputStream(new ByteArrayInputStream(part));
                assertThat(FleetMessages.kind(in)).isEqualTo(FleetMessages.SNAPSHOT);
                add("a", FleetMessages.part(in));
            }
            assertThat(assembler.take().getFirst().bytes()).isEqualTo(bytes);
        }
    }
}
