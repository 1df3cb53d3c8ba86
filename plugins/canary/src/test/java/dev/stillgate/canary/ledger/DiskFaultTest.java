package dev.stillgate.canary.ledger;

import static dev.stillgate.canary.ledger.LedgerRig.answer;
import static dev.stillgate.canary.ledger.LedgerRig.hash;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.canary.ledger.FaultyDisk.Step;
import dev.stillgate.canary.ledger.file.Leaf;
import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.canary.ledger.head.LedgerKeyFiles;
import dev.stillgate.canary.ledger.head.MessageIdHasher;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ledger on a disk that is full or fails. */
@Tag("slow")
class DiskFaultTest {
    @TempDir
    Path parent;

    private LedgerRig rig;

    @BeforeEach
    void makeRig() {
        rig = new LedgerRig(parent.resolve("ledger"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {"WRITE", "SHORT_WRITE", "FORCE"})
    void failedWriteFailsItsAnswersAndIsRetriedEverySecond(Step broken) throws IOException {
        try (Ledger ledger = rig.begin()) {
            rig.write(ledger, 1, 3);
            rig.disk.breakAll(broken);
            rig.write(ledger, 3, 5);
            assertThat(rig.results.subList(2, 4)).containsOnly(AppendResult.Failure.WRITE_FAILED);
            assertThat(ledger.writable()).isFalse();
            assertThat(ledger.problem()).isNotNull();
            ledger.append(answer("at once"), rig.results::add);
            assertThat(rig.results.getLast()).isEqualTo(AppendResult.Failure.NOT_WRITABLE);

            rig.ticker.advance(LedgerWriter.RETRY);
            ledger.turn();
            assertThat(ledger.writable()).as("still broken").isFalse();

            rig.disk.repair();
            ledger.turn();
            assertThat(ledger.writable()).as("not retried yet").isFalse();
            rig.ticker.advance(LedgerWriter.RETRY);
            ledger.turn();
            assertThat(ledger.writable()).isTrue();
            assertThat(ledger.problem()).isNull();
            rig.write(ledger, 5, 6);
            assertThat(rig.results.getLast()).isEqualTo(new AppendResult.OnDisk(3));
        }
        assertThat(rig.log).hasSize(2);
        assertThat(rig.log.get(0)).startsWith("the ledger is not writable, answers are not marked: ");
        assertThat(rig.log.get(1)).isEqualTo("the ledger is writable again");
        holds(Map.of(1L, "msg_1", 2L, "msg_2", 3L, "msg_5"));
    }

    @Test
    void bytesOfAFailedForceAreTruncatedInAReopenedFile() throws IOException {
        try (Ledger ledger = rig.begin()) {
            rig.write(ledger, 1, 3);
            rig.disk.breakAll(Step.FORCE);
            rig.write(ledger, 3, 5);
            rig.disk.repair();
            int before = rig.disk.done().size();
            rig.ticker.advance(LedgerWriter.RETRY);
            ledger.turn();
            assertThat(rig.disk.done().subList(before, before + 3))
                    .containsExactly(Step.OPEN, Step.TRUNCATE, Step.FORCE);
            assertThat(rig.leaves()).hasSize(3);
        }
    }

    @Test
    void existingRecordsAreForcedOnOpening() throws IOException {
        rig.begin().close();
        int before = rig.disk.done().size();
        rig.open().close();
        assertThat(rig.disk.done().subList(before, before + 3))
                .containsExactly(Step.OPEN, Step.FORCE, Step.FORCE_DIRECTORY);
        for (Step step : List.of(Step.FORCE, Step.FORCE_DIRECTORY)) {
            rig.disk.breakAll(step);
            assertThatThrownBy(rig::open).isInstanceOf(LedgerException.class).hasMessageContaining("injected: " + step);
        }
        rig.disk.repair();
        rig.open().close();
    }

    @Test
    void failedCommitmentIsNotUsed() throws IOException {
        try (Ledger ledger = rig.begin()) {
            rig.disk.breakAll(Step.FORCE);
            assertThatThrownBy(() -> ledger.commit("c2", hash("2"), hash("t")))
                    .isInstanceOf(LedgerException.class)
                    .hasMessage("key c2 is not committed: a write failed: java.io.IOException: injected: FORCE");
            rig.disk.repair();
            rig.ticker.advance(LedgerWriter.RETRY);
            ledger.turn();
            assertThat(ledger.commit("c2", hash("2"), hash("t"))).isEqualTo(1);
        }
    }

    @Test
    void failedHeadDoesNotStopTheLeaves() throws IOException {
        try (Ledger ledger = rig.begin()) {
            rig.disk.breakAll(Step.MOVE);
            for (int i = 1; i < 4; i++) {
                rig.ticker.advance(Duration.ofSeconds(5));
                rig.write(ledger, i, i + 1);
            }
            assertThat(rig.results)
                    .containsExactly(
                            new AppendResult.OnDisk(1), new AppendResult.OnDisk(2), new AppendResult.OnDisk(3));
            assertThat(ledger.head()).isNull();
            assertThat(rig.log)
                    .containsExactly("the ledger's head is not written: java.io.IOException: injected: MOVE");
            rig.disk.repair();
            rig.ticker.advance(Duration.ofSeconds(5));
            ledger.turn();
            assertThat(ledger.head().head().size()).isEqualTo(4);
        }
    }

    @Test
    void fullQueueFailsImmediatelyAndDrains() throws IOException {
        try (Ledger ledger = rig.begin()) {
            for (int i = 0; i < LedgerRig.TERMS.queue(); i++) {
                ledger.append(answer("m" + i), rig.results::add);
            }
            assertThat(rig.results).isEmpty();
            ledger.append(answer("one too many"), rig.results::add);
            assertThat(rig.results).containsExactly(AppendResult.Failure.QUEUE_FULL);
            for (int i = 0; i < 10; i++) {
                ledger.turn();
            }
            ledger.append(answer("one more"), rig.results::add);
            ledger.turn();
            assertThat(rig.results.getLast()).isEqualTo(new AppendResult.OnDisk(LedgerRig.TERMS.queue() + 1));
        }
    }

    @Test
    void failingCallbackDoesNotAffectOthers() throws IOException {
        try (Ledger ledger = rig.begin()) {
            ledger.append(answer("a"), result -> {
                throw new IllegalStateException("mine");
            });
            ledger.append(answer("b"), rig.results::add);
            ledger.turn();
            assertThat(rig.results).containsExactly(new AppendResult.OnDisk(2));
            assertThat(rig.log).containsExactly("a leaf's callback failed: java.lang.IllegalStateException: mine");
        }
    }

    /** Random faults, crashes and power losses: acknowledged leaves are always present. */
    @Test
    void acknowledgedLeavesAreNeverLost() throws IOException {
        Random random = new Random(20260);
        Map<Long, String> acknowledged = new HashMap<>();
        int number = 0;
        for (int life = 0; life < 60; life++) {
            Ledger ledger = life == 0 ? rig.begin() : rig.open();
            for (int round = 0; round < 20; round++) {
                misbehave(random);
                List<String> sent = new ArrayList<>();
                for (int i = random.nextInt(12); i >= 0; i--) {
                    String message = "msg_" + number++;
                    sent.add(message);
                    ledger.append(answer(message), result -> {
                        if (result instanceof AppendResult.OnDisk(long index)) {
                            assertThat(acknowledged.put(index, message)).isNull();
                        }
                        assertThat(sent.remove(message)).isTrue();
                    });
                }
                ledger.turn();
                ledger.turn();
                assertThat(sent).as("every callback was called").isEmpty();
                rig.ticker.advance(Duration.ofMillis(random.nextInt(3000)));
            }
            boolean dies = random.nextBoolean();
            rig.disk.repair();
            if (dies) {
                rig.disk.breakAfter(random.nextInt(4));
                ledger.append(answer("last words"), result -> {});
            }
            ledger.close();
            rig.disk.repair();
            if (dies && random.nextBoolean()) {
                rig.disk.losePower();
            }
        }
        assertThat(acknowledged).hasSizeGreaterThan(2000);
        holds(acknowledged);
    }

    private void misbehave(Random random) {
        rig.disk.repair();
        switch (random.nextInt(4)) {
            case 0 -> rig.disk.breakAll(Step.values()[random.nextInt(Step.values().length)]);
            case 1 -> rig.disk.breakAfter(random.nextInt(8));
            default -> {}
        }
    }

    private void holds(Map<Long, String> acknowledged) throws IOException {
        MessageIdHasher ids = LedgerKeyFiles.messageIds(rig.directory, null);
        List<Leaf> leaves = rig.leaves();
        acknowledged.forEach(
                (index, message) -> assertThat(((Leaf.Response) leaves.get(Math.toIntExact(index))).message())
                        .isEqualTo(ids.hash(message)));
    }
}
