package dev.stillgate.fingerprint.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.FleetFeed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A snapshot's parts wait for each other. */
final class SnapshotSenderTest {
    private static final SnapshotAssembler.Version VERSION = new SnapshotAssembler.Version(1, 1);
    private final List<CompletableFuture<Void>> sent = new ArrayList<>();
    private boolean answersAtOnce;
    private final SnapshotSender sender = new SnapshotSender(new FleetFeed() {
        @Override
        public boolean publish(byte[] record) {
            return false;
        }

        @Override
        public CompletionStage<Void> send(byte[] record) {
            CompletableFuture<Void> stored = new CompletableFuture<>();
            sent.add(stored);
            if (answersAtOnce) {
                stored.complete(null);
            }
            return stored;
        }

        @Override
        public void subscribe(Reader reader) {}
    });

    private void send(int parts) {
        sender.send(FleetMessages.SNAPSHOT, VERSION, new byte[parts * (48 << 10)]);
    }

    @Test
    void partIsSentWhenTheOneBeforeIsStored() {
        send(3);
        sender.resume();
        for (int i = 0; i < 3; i++) {
            assertThat(sent).hasSize(i + 1);
            assertThat(sender.isBusy()).isTrue();
            sent.get(i).complete(null);
        }
        assertThat(sent).hasSize(3);
        assertThat(sender.isBusy()).isFalse();
    }

    @Test
    void failedPartIsSentAgainWithoutTheOnesBefore() {
        send(2);
        sent.getLast().complete(null);
        sent.getLast().completeExceptionally(new IllegalStateException("the queue is full"));
        assertThat(sent).hasSize(2);
        assertThat(sender.isBusy()).isTrue();
        sender.resume();
        assertThat(sent).hasSize(3);
        sent.getLast().complete(null);
        assertThat(sender.isBusy()).isFalse();
    }

    @Test
    void manyPartsAreSentToAStoreThatAnswersAtOnce() {
        answersAtOnce = true;
        send(SnapshotAssembler.MAX_PARTS);
        assertThat(sent).hasSize(SnapshotAssembler.MAX_PARTS);
        assertThat(sender.isBusy()).isFalse();
    }

    @Test
    void abandonedSnapshotGivesWayToTheNext() {
        send(3);
        sender.abandon();
        assertThat(sender.isBusy()).isFalse();
        send(1);
        assertThat(sent).as("one part is on its way").hasSize(1);
        sent.getFirst().complete(null);
        assertThat(sent).hasSize(2);
        assertThat(sender.isBusy()).isTrue();
        sent.getLast().complete(null);
        assertThat(sender.isBusy()).isFalse();
    }
}
