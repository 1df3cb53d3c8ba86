package dev.stillgate.fingerprint.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.capture.ObservationQueue;
import dev.stillgate.spi.FleetFeed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Batches of observations between gateways; a batch that is delivered twice is read once. */
final class ObservationFeedTest {
    private static final long CHECK = 5;
    private final List<byte[]> sent = new ArrayList<>();
    private final ObservationFeed from = feed("a", CHECK, 16);
    private final ObservationFeed to = feed("b", CHECK, 65_536);

    private ObservationFeed feed(String node, long check, int capacity) {
        FleetFeed channel = new FleetFeed() {
            @Override
            public boolean publish(byte[] record) {
                sent.add(record);
                return true;
            }

            @Override
            public CompletionStage<Void> send(byte[] record) {
                publish(record);
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public void subscribe(Reader reader) {}
        };
        return new ObservationFeed(channel, node, check, new ObservationQueue<>(capacity));
    }

    private static void send(ObservationFeed by, String... accounts) {
        for (String account : accounts) {
            Observation seen = new Observation();
            seen.account = account;
            by.send(seen);
        }
        by.flush();
    }

    private static List<String> drained(ObservationFeed by) {
        List<String> accounts = new ArrayList<>();
        by.drainTo(seen -> accounts.add(seen.account));
        return accounts;
    }

    @Test
    void sentObservationsAreReceived() {
        send(from, "x", "y");
        send(from);
        assertThat(sent).hasSize(1);
        to.receive("a", sent.getFirst());
        assertThat(drained(to)).containsExactly("x", "y");
        assertThat(drained(to)).isEmpty();
    }

    @Test
    void duplicateBatchIsIgnoredAndANewRunRestartsNumbers() {
        send(from, "x");
        send(from, "y");
        sent.forEach(batch -> to.receive("a", batch));
        sent.forEach(batch -> to.receive("a", batch));
        assertThat(drained(to)).containsExactly("x", "y");
        sent.clear();
        send(feed("a", CHECK, 16), "z");
        to.receive("a", sent.getFirst());
        assertThat(drained(to)).containsExactly("z");
    }

    @Test
    void ownBatchesAndOtherKeysAreIgnored() {
        send(from, "x");
        from.receive("a", sent.getFirst());
        assertThat(drained(from)).isEmpty();
        ObservationFeed otherKey = feed("c", CHECK + 1, 16);
        otherKey.receive("a", sent.getFirst());
        assertThat(drained(otherKey)).isEmpty();
        assertThat(otherKey.refused()).isEqualTo(1);
        assertThat(from.refused()).isZero();
    }

    @Test
    void manyObservationsAreSplitIntoBatches() {
        String[] accounts = new String[3000];
        java.util.Arrays.setAll(accounts, k -> "account-" + k);
        send(from, accounts);
        assertThat(sent)
                .hasSizeGreaterThan(5)
                .allSatisfy(batch -> assertThat(batch.length).isLessThan(64 << 10));
        sent.forEach(batch -> to.receive("a", batch));
        assertThat(drained(to)).containsExactly(accounts);
    }

    @Test
    void observationsBeyondTheCapacityAreCounted() {
        String[] accounts = new String[100];
        java.util.Arrays.setAll(accounts, k -> "account-" + k);
        send(to, accounts);
        from.receive("b", sent.getFirst());
        assertThat(drained(from)).hasSize(16);
        assertThat(from.dropped()).isEqualTo(84);
    }

    @Test
    void damagedBatchIsRefusedAsAWhole() {
        send(from, "x", "y");
        byte[] batch = sent.getFirst();
        to.receive("a", java.util.Arrays.copyOf(batch, batch.length - 1));
        assertThat(drained(to)).isEmpty();
        assertThat(to.refused()).isEqualTo(1);
        to.receive("a", batch);
        assertThat(drained(to)).containsExactly("x", "y");
    }
}
