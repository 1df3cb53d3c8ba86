package dev.stillgate.proxy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.capture.AllowedAccounts;
import dev.stillgate.fingerprint.fleet.FleetMember;
import dev.stillgate.fingerprint.fleet.StandingSnapshot;
import dev.stillgate.fingerprint.link.Link;
import dev.stillgate.fingerprint.link.LinkKind;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.signal.FactSettings;
import dev.stillgate.fingerprint.signal.ReviewSettings;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.MemoryOrders;
import dev.stillgate.spi.orders.OrderBook;
import dev.stillgate.testkit.FakeContext;
import dev.stillgate.testkit.FakeTicker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Snapshots of standings that are larger than the queue of a feed, through a real store. */
@Tag("slow")
class StandingSnapshotTest {
    private static final int MEGABYTE = 1 << 20;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"100000, 10", "400000, 37"})
    void largeSnapshotReachesAFollower(int accounts, int megabytes) {
        FakeTicker ticker = new FakeTicker();
        try (ValkeyServer server = ValkeyServer.running(directory);
                ValkeyFleet one = SharedBucketsTest.joined(server.patient("one"));
                ValkeyFleet two = SharedBucketsTest.joined(server.patient("two"))) {
            Gateway leader = new Gateway(one, ticker);
            ValkeyServer.until("one leads", () -> leader.tend() && one.leads("analyst-behaviour"));
            Gateway follower = new Gateway(two, ticker);
            leader.find(accounts, (int) ((long) megabytes * MEGABYTE / accounts) + 2);
            assertThat(StandingSnapshot.of(leader.analyst).length).isGreaterThan((megabytes - 1) * MEGABYTE);
            for (int turns = 0; turns < 3000 && follower.accounts() < accounts; turns++) {
                ticker.advance(Duration.ofSeconds(1));
                leader.tend();
                follower.tend();
                pause();
            }
            assertThat(follower.accounts()).isEqualTo(accounts);
        }
    }

    private static AnalysisSettings settings() {
        return new AnalysisSettings(
                List.of(),
                Map.of(),
                4.0,
                Duration.ofDays(365),
                Duration.ofDays(1),
                Duration.ofDays(3),
                1000,
                AllowedAccounts.NONE,
                ReviewSettings.STANDARD,
                FactSettings.STANDARD,
                0);
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The analysis of one gateway. */
    private static final class Gateway {
        private final FakeTicker ticker;
        private final Analyst analyst;
        private final FleetMember member;

        private Gateway(ValkeyFleet fleet, FakeTicker ticker) {
            this.ticker = ticker;
            OrderBook book = new OrderBook(account -> "hash of " + account);
            analyst = new Analyst(settings(), new MemoryOrders(book, "behaviour", ticker::millis));
            member = new FleetMember(new FakeContext("behaviour", ticker).in(fleet), 1, 16);
            member.subscribe();
        }

        private boolean tend() {
            member.tend(analyst, ticker.millis());
            return true;
        }

        private int accounts() {
            return analyst.ladder().all().size();
        }

        /** Raises accounts for reasons that cannot be compressed. */
        private void find(int count, int bytesEach) {
            Random random = new Random(1);
            List<String> members = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                members.add("account-" + i);
            }
            String cluster =
                    analyst.clusters().take(new Link(LinkKind.FACT, "fact", count, 9, 3), members, ticker.millis()).id;
            for (String account : members) {
                StringBuilder reason = new StringBuilder();
                for (int i = 0; i < bytesEach; i++) {
                    reason.append((char) (' ' + random.nextInt(95)));
                }
                analyst.ladder()
                        .climb(account, Standing.MARKED, 8, List.of(reason.toString()), cluster, ticker.millis());
            }
        }
    }
}
