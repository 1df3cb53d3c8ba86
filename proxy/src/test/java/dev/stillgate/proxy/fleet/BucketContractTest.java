package dev.stillgate.proxy.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.spi.SharedBuckets;
import dev.stillgate.spi.SharedBuckets.Draw;
import dev.stillgate.spi.SharedBuckets.Drawn;
import dev.stillgate.spi.SharedBuckets.Terms;
import dev.stillgate.testkit.FakeFleet;
import dev.stillgate.testkit.FakeTicker;
import io.github.bucket4j.TimeMeter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contract of draws, run against the in-memory fleet of the test kit and against a real store. */
class BucketContractTest {
    private static final Terms TERMS = new Terms(100, 60, Duration.ofMinutes(1), false);

    /** The tests that every store must pass. */
    interface Contract {
        SharedBuckets buckets();

        FakeTicker ticker();

        default Drawn draw(Terms terms, long owed, long wanted) {
            return draw("key", terms, owed, wanted);
        }

        default Drawn draw(String key, Terms terms, long owed, long wanted) {
            try {
                return buckets()
                        .draw(new Draw(key, terms, owed, wanted))
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS);
            } catch (InterruptedException | ExecutionException | TimeoutException e) {
                throw new IllegalStateException(e);
            }
        }

        @Test
        default void newBucketIsFull() {
            assertThat(draw(TERMS, 0, 30)).isEqualTo(new Drawn(30, 70));
        }

        @Test
        default void drawOfZeroReturnsTheBalance() {
            assertThat(draw(TERMS, 0, 0)).isEqualTo(new Drawn(0, 100));
        }

        @Test
        default void grantIsLimitedByTheBalance() {
            draw(TERMS, 0, 70);
            assertThat(draw(TERMS, 0, 50)).isEqualTo(new Drawn(30, 0));
            assertThat(draw(TERMS, 0, 50)).isEqualTo(new Drawn(0, 0));
        }

        @Test
        default void owedTokensMayMakeTheBalanceNegative() {
            assertThat(draw(TERMS, 130, 10)).isEqualTo(new Drawn(0, -30));
            ticker().advance(Duration.ofSeconds(40));
            assertThat(draw(TERMS, 0, 50)).isEqualTo(new Drawn(10, 0));
        }

        @Test
        default void owedTokensAreTakenBeforeWantedOnes() {
            assertThat(draw(TERMS, 80, 50)).isEqualTo(new Drawn(20, 0));
        }

        @Test
        default void returnedTokensAreAvailableUpToTheCapacity() {
            draw(TERMS, 0, 50);
            assertThat(draw(TERMS, -20, 60)).isEqualTo(new Drawn(60, 10));
            assertThat(draw(TERMS, -1000, 0)).isEqualTo(new Drawn(0, 100));
        }

        @Test
        default void tokensRefillContinuously() {
            draw(TERMS, 0, 100);
            ticker().advance(Duration.ofMillis(500));
            assertThat(draw(TERMS, 0, 10)).isEqualTo(new Drawn(0, 0));
            ticker().advance(Duration.ofMillis(500));
            assertThat(draw(TERMS, 0, 10)).isEqualTo(new Drawn(1, 0));
            ticker().advance(Duration.ofHours(1));
            assertThat(draw(TERMS, 0, 0)).isEqualTo(new Drawn(0, 100));
        }

        @Test
        default void intervalTokensRefillAtTheEndOfTheInterval() {
            Terms terms = new Terms(100, 60, Duration.ofMinutes(1), true);
            draw(terms, 0, 100);
            ticker().advance(Duration.ofSeconds(59));
            assertThat(draw(terms, 0, 10)).isEqualTo(new Drawn(0, 0));
            ticker().advance(Duration.ofSeconds(1));
            assertThat(draw(terms, 0, 10)).isEqualTo(new Drawn(10, 50));
        }

        @Test
        default void changedTermsKeepTheBalance() {
            draw(TERMS, 0, 40);
            Terms larger = new Terms(200, 120, Duration.ofMinutes(1), false);
            assertThat(draw(larger, 0, 0)).isEqualTo(new Drawn(0, 60));
            ticker().advance(Duration.ofSeconds(10));
            assertThat(draw(larger, 0, 0)).isEqualTo(new Drawn(0, 80));
            assertThat(draw(new Terms(50, 60, Duration.ofMinutes(1), false), 0, 10))
                    .isEqualTo(new Drawn(10, 40));
        }

        @Test
        default void changedIntervalRestartsAndKeepsTheBalance() {
            draw(new Terms(100, 10, Duration.ofDays(30), true), 105, 0);
            ticker().advance(Duration.ofDays(29));
            Terms daily = new Terms(100, 10, Duration.ofDays(1), true);
            assertThat(draw(daily, 0, 1)).isEqualTo(new Drawn(0, -5));
            assertThat(draw(daily, 0, 1)).isEqualTo(new Drawn(0, -5));
            ticker().advance(Duration.ofDays(1));
            assertThat(draw(daily, 0, 1)).isEqualTo(new Drawn(1, 4));
            Terms more = new Terms(200, 10, Duration.ofDays(1), true);
            ticker().advance(Duration.ofHours(23));
            draw(more, 0, 0);
            ticker().advance(Duration.ofHours(1));
            assertThat(draw(more, 0, 0)).isEqualTo(new Drawn(0, 14));
        }

        @Test
        default void changedTermsKeepADebt() {
            draw(TERMS, 150, 0);
            assertThat(draw(new Terms(1000, 60, Duration.ofMinutes(1), false), 0, 10))
                    .isEqualTo(new Drawn(0, -50));
        }

        @Test
        default void bucketsOfDifferentKeysAreIndependent() {
            draw("one", TERMS, 0, 100);
            assertThat(draw("two", TERMS, 0, 100)).isEqualTo(new Drawn(100, 0));
        }
    }

    @Nested
    class InMemory implements Contract {
        private final FakeTicker ticker = new FakeTicker();
        private final SharedBuckets buckets = new FakeFleet(ticker).join();

        @Override
        public SharedBuckets buckets() {
            return buckets;
        }

        @Override
        public FakeTicker ticker() {
            return ticker;
        }
    }

    @Nested
    class InTheStore implements Contract {
        private final FakeTicker ticker = new FakeTicker();

        @TempDir
        private Path directory;

        private ValkeyServer server;
        private StoreThreads threads;
        private StoreClient client;
        private StoreBuckets buckets;
        private volatile Duration skew = Duration.ZERO;

        @BeforeEach
        void connect() {
            server = ValkeyServer.running(directory);
            threads = new StoreThreads();
            client = new StoreClient(server.store("one"), threads, StreamReader.BLOCK);
            buckets = connected();
        }

        private StoreBuckets connected() {
            StoreConnection connection = new StoreConnection(client);
            connection.ensureOpen();
            ValkeyServer.until("connected", () -> connection.get() != null);
            TimeMeter clock = new TimeMeter() {
                @Override
                public long currentTimeNanos() {
                    return ticker.nanos() + skew.toNanos();
                }

                @Override
                public boolean isWallClockBased() {
                    return true;
                }
            };
            return new StoreBuckets(
                    "test:", connection, () -> true, clock, threads.loop(), Duration.ofSeconds(5), new FleetMeters());
        }

        @AfterEach
        void end() {
            if (server == null) { // the test is skipped
                return;
            }
            client.close();
            threads.close();
            server.close();
        }

        @Override
        public SharedBuckets buckets() {
            return buckets;
        }

        @Override
        public FakeTicker ticker() {
            return ticker;
        }

        @Test
        void refillIsGrantedOnceAcrossGateways() throws Exception {
            SharedBuckets other = connected();
            draw(TERMS, 0, 100);
            long granted = 0;
            for (int i = 0; i < 40; i++) {
                ticker.advance(Duration.ofMillis(700));
                SharedBuckets asked = i % 3 == 0 ? other : buckets;
                granted += asked.draw(new Draw("key", TERMS, 0, 5))
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS)
                        .granted();
            }
            assertThat(granted).isEqualTo(40 * 700 / 1000);
        }

        @Test
        void backwardClockRefillsNothingTwice() {
            draw(TERMS, 0, 100);
            skew = Duration.ofSeconds(20);
            assertThat(draw(TERMS, 0, 100)).isEqualTo(new Drawn(20, 0));
            skew = Duration.ZERO;
            assertThat(draw(TERMS, 0, 100)).isEqualTo(new Drawn(0, 0));
            ticker.advance(Duration.ofSeconds(20));
            assertThat(draw(TERMS, 0, 100)).isEqualTo(new Drawn(0, 0));
            ticker.advance(Duration.ofSeconds(10));
            assertThat(draw(TERMS, 0, 100)).isEqualTo(new Drawn(10, 0));
        }

        @Test
        void invalidTermsAreRefused() {
            assertThatThrownBy(() -> draw(new Terms(0, 1, Duration.ofSeconds(1), false), 0, 1))
                    .hasRootCauseInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> draw(TERMS, 0, -1)).hasRootCauseInstanceOf(IllegalArgumentException.class);
            draw(TERMS, 10, 0);
            assertThatThrownBy(() -> draw(TERMS, Long.MIN_VALUE, 0)).hasRootCauseInstanceOf(ArithmeticException.class);
            assertThat(draw(TERMS, 0, 0)).isEqualTo(new Drawn(0, 90));
        }
    }
}
