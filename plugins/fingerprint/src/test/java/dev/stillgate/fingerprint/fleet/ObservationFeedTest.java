package dev.stillgate.fingerprint.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.capture.ObservationQueue;
import dev.stillgate.spi.FleetFeed;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Batches of observations between gateways: what a feed brings twice is taken once. */
final class ObservationFeedTest {
    private static final long CHECK = 5;
    private final List<byte[]> sent = new ArrayList<>();
    private final ObservationFeed from = records("a", CHECK, 16);
    private final ObservationFeed to = records("b", CHECK, 65_536);

    private ObservationFeed records(String node, long check, int room) {
        FleetFeed feed = new FleetFeed() {
            @Override
            public boolean publish(byte[] record) {
                sent.add(record);
                return true;
            }

            @Override
            public void subscribe(Reader reader) {}
        };
        return new ObservationFeed(feed, node, check, new ObservationQueue<>(room));
    }

    private static void tell(ObservationFeed by, String... accounts) {
        for (String account : accounts) {
            Observation seen = new Observation();
            seen.account = account;
            by.tell(seen);
        }
        by.flush();
    }

    private static List<String> heard(ObservationFeed by) {
        List<String> accounts = new ArrayList<>();
        by.hear(seen -> accounts.add(seen.account));
        return accounts;
    }

    @Test
    void whatOneTellsOthersHear() {
        tell(from, "x", "y");
        tell(from);
        assertThat(sent).hasSize(1);
        to.receive("a", sent.getFirst());
        assertThat(heard(to)).containsExactly("x", "y");
        assertThat(heard(to)).isEmpty();
    }

    @Test
    void whatComesTwiceIsTakenOnceAndANewRunCountsAnew() {
        tell(from, "x");
        tell(from, "y");
        sent.forEach(batch -> to.receive("a", batch));
        sent.forEach(batch -> to.receive("a", batch));
        assertThat(heard(to)).containsExactly("x", "y");
        sent.clear();
        tell(records("a", CHECK, 16), "z");
        to.receive("a", sent.getFirst());
        assertThat(heard(to)).containsExactly("z");
    }

    @Test
    void onesOwnAndWhatIsHashedUnderAnotherKeyIsNotTaken() {
        tell(from, "x");
        from.receive("a", sent.getFirst());
        assertThat(heard(from)).isEmpty();
        ObservationFeed stranger = records("c", CHECK + 1, 16);
        stranger.receive("a", sent.getFirst());
        assertThat(heard(stranger)).isEmpty();
        assertThat(stranger.refused()).isEqualTo(1);
        assertThat(from.refused()).isZero();
    }

    @Test
    void manyGoInBatchesThatAFeedTakes() {
        String[] accounts = new String[3000];
        java.util.Arrays.setAll(accounts, k -> "account-" + k);
        tell(from, accounts);
        assertThat(sent)
                .hasSizeGreaterThan(5)
                .allSatisfy(batch -> assertThat(batch.length).isLessThan(64 << 10));
        sent.forEach(batch -> to.receive("a", batch));
        assertThat(heard(to)).containsExactly(accounts);
    }

    @Test
    void whatFindsNoRoomIsCounted() {
        String[] accounts = new String[100];
        java.util.Arrays.setAll(accounts, k -> "account-" + k);
        tell(to, accounts);
        from.receive("b", sent.getFirst());
        assertThat(heard(from)).hasSize(16);
        assertThat(from.dropped()).isEqualTo(84);
    }

    @Test
    void aDamagedBatchIsRefusedWhole() {
        tell(from, "x", "y");
        byte[] batch = sent.getFirst();
        to.receive("a", java.util.Arrays.copyOf(batch, batch.length - 1));
        assertThat(heard(to)).isEmpty();
        assertThat(to.refused()).isEqualTo(1);
        to.receive("a", batch);
        assertThat(heard(to)).containsExactly("x", "y");
    }
}
