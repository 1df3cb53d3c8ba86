package dev.stillgate.proxy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.config.FleetStore;
import dev.stillgate.spi.Fleet.Link;
import dev.stillgate.spi.SharedBuckets.Draw;
import dev.stillgate.spi.SharedBuckets.Drawn;
import dev.stillgate.spi.SharedBuckets.Terms;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways that draw from the buckets of one store. */
@Tag("slow")
class SharedBucketsTest {
    /** Terms without a noticeable refill during a test. */
    private static final Terms SLOW = new Terms(1000, 1, Duration.ofDays(1), false);

    @TempDir
    private Path directory;

    @Test
    void grantsOfTwoGatewaysNeverExceedTheBalance() throws Exception {
        try (ValkeyServer server = ValkeyServer.running(directory);
                ValkeyFleet one = joined(server.patient("one"));
                ValkeyFleet two = joined(server.patient("two"))) {
            List<CompletableFuture<Drawn>> draws = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                ValkeyFleet fleet = i % 2 == 0 ? one : two;
                draws.add(fleet.buckets().draw(new Draw("k", SLOW, 3, 7)).toCompletableFuture());
            }
            long granted = 0;
            long paid = 0;
            for (CompletableFuture<Drawn> draw : draws) {
                Drawn drawn = settled(draw);
                if (drawn != null) {
                    granted += drawn.granted();
                    paid += 3;
                }
            }
            assertThat(draws).noneMatch(CompletableFuture::isCompletedExceptionally);
            Drawn end = one.buckets()
                    .draw(new Draw("k", SLOW, 0, 0))
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
            assertThat(end.left()).isEqualTo(1000 - granted - paid);
            assertThat(granted).isBetween(400L, 700L);
        }
    }

    private static Drawn settled(CompletableFuture<Drawn> draw) {
        return draw.handle((drawn, failure) -> drawn)
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void emptiedStoreStartsWithFullBuckets() throws Exception {
        try (ValkeyServer server = ValkeyServer.running(directory);
                ValkeyFleet one = joined(server, "one")) {
            assertThat(settled(one.buckets().draw(new Draw("k", SLOW, 0, 900)).toCompletableFuture()))
                    .isEqualTo(new Drawn(900, 100));
            server.kill();
            ValkeyServer.until("lost", () -> one.link() == Link.LOST);
            assertThat(one.buckets().draw(new Draw("k", SLOW, 0, 1)).toCompletableFuture())
                    .isCompletedExceptionally();
            server.start();
            ValkeyServer.until("joined again", () -> one.link() == Link.JOINED);
            assertThat(settled(one.buckets().draw(new Draw("k", SLOW, 0, 0)).toCompletableFuture()))
                    .isEqualTo(new Drawn(0, 1000));
        }
    }

    @Test
    void excessConcurrentDrawsAreRefusedAndTheOthersComplete() {
        try (ValkeyServer server = ValkeyServer.running(directory);
                ValkeyFleet one = joined(server, "one")) {
            server.freeze();
            List<CompletableFuture<Drawn>> draws = new ArrayList<>();
            int refused = 0;
            for (int i = 0; i < 2 * StoreBuckets.MAX_IN_FLIGHT; i++) {
                CompletableFuture<Drawn> draw =
                        one.buckets().draw(new Draw("k" + i, SLOW, 0, 1)).toCompletableFuture();
                refused += draw.isCompletedExceptionally() ? 1 : 0;
                draws.add(draw);
            }
            assertThat(refused).isGreaterThanOrEqualTo(1);
            for (CompletableFuture<Drawn> draw : draws) {
                assertThat(settled(draw)).isNull();
            }
            server.thaw();
            ValkeyServer.until("joined again", () -> one.link() == Link.JOINED);
            assertThat(settled(one.buckets().draw(new Draw("fresh", SLOW, 0, 1)).toCompletableFuture()))
                    .isEqualTo(new Drawn(1, 999));
        }
    }

    @Test
    void pendingDrawFailsWhenTheGatewayCloses() {
        try (ValkeyServer server = ValkeyServer.running(directory)) {
            ValkeyFleet one = joined(server, "one");
            server.freeze();
            CompletableFuture<Drawn> draw =
                    one.buckets().draw(new Draw("k", SLOW, 0, 1)).toCompletableFuture();
            one.close();
            assertThat(draw).isCompletedExceptionally();
            assertThat(one.buckets().draw(new Draw("k", SLOW, 0, 1)).toCompletableFuture())
                    .isCompletedExceptionally();
        }
    }

    static ValkeyFleet joined(ValkeyServer server, String node) {
        return joined(server.store(node));
    }

    static ValkeyFleet joined(FleetStore store) {
        ValkeyFleet fleet = new ValkeyFleet(store);
        fleet.start();
        ValkeyServer.until("joined", () -> fleet.link() == Link.JOINED);
        return fleet;
    }
}
