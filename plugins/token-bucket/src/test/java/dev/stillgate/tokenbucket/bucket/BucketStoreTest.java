package dev.stillgate.tokenbucket.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeContext;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FakeTicker;
import dev.stillgate.tokenbucket.BucketHarness;
import dev.stillgate.tokenbucket.BucketPage;
import dev.stillgate.tokenbucket.Policies;
import dev.stillgate.tokenbucket.TokenBucketFactory;
import dev.stillgate.tokenbucket.TokenBucketFilter;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import dev.stillgate.tokenbucket.policy.Scope;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Buckets across restarts: used tokens stay used, elapsed time refills, and a damaged file only resets the buckets. */
@Tag("slow")
final class BucketStoreTest {
    private static final Account ACCOUNT = new Account("a-1", Account.Trust.LISTED, "org-1", "gold", true, null);

    @TempDir
    private Path directory;

    private final FakeTicker ticker = new FakeTicker();
    private FakeContext context = new FakeContext("limits", ticker);
    private TokenBucketFilter filter = restarted();

    private TokenBucketFilter restarted() {
        return restarted(policy());
    }

    private TokenBucketFilter restarted(TokenBucketPolicy policy) {
        context = new FakeContext("limits", ticker);
        return create(policy);
    }

    private TokenBucketFilter create() {
        return create(policy());
    }

    private TokenBucketFilter create(TokenBucketPolicy policy) {
        if (directory != null) {
            context.keepsStateIn(directory);
        }
        return (TokenBucketFilter) new TokenBucketFactory(Runnable::run).create(policy, context);
    }

    private void start() {
        filter = restarted();
    }

    private void stop() {
        context.state(BucketStore.class, () -> {
                    throw new AssertionError("there are no buckets");
                })
                .close();
    }

    private static TokenBucketPolicy policy() {
        return new TokenBucketPolicy(
                List.of(
                        limit("requests", Measure.REQUESTS, Set.of(Scope.ACCOUNT), "6/1m"),
                        limit("output", Measure.OUTPUT_TOKENS, Set.of(Scope.ACCOUNT, Scope.MODEL), "100/1d"),
                        limit("org", Measure.REQUESTS, Set.of(Scope.ORGANISATION), "1/1d"),
                        limit("all", Measure.INPUT_TOKENS, Set.of(Scope.ROUTE), "1/1d")),
                Map.of("gold", 10.0),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    private static Limit limit(String name, Measure measure, Set<Scope> scope, String refill) {
        return new Limit(name, measure, scope, null, 1000, refill, null, null, null, null, null);
    }

    private void use(long output) {
        use(ACCOUNT, output);
    }

    private void use(Account account, long output) {
        FakeExchange exchange = new FakeExchange(ticker).by(account);
        assertThat(filter.onRequest(exchange)).isEqualTo(Verdict.ALLOW);
        assertThat(filter.onBody(exchange, FakeBody.prompt("model-x", 7, 100))).isEqualTo(Verdict.ALLOW);
        filter.onComplete(
                exchange, new Outcome.Served(200, new Usage(Usage.Source.EXACT, 7, output, -1, -1, -1), 1, 1));
    }

    private long left(String page, String id, String limit) {
        BucketPage shown = (BucketPage) context.shows(page, id);
        return shown.limits().stream()
                .filter(each -> each.name().equals(limit))
                .mapToLong(BucketPage.LimitView::left)
                .min()
                .orElseThrow();
    }

    @Test
    void restoredBucketKeepsLevelAndRefillsForElapsedTime() {
        start();
        use(1);
        use(5000);
        use(10);
        stop();
        ticker.advance(Duration.ofSeconds(1));
        start();
        assertThat(left("accounts", "a-1", "requests")).isEqualTo(10_000 - 3 + 1);
        assertThat(left("accounts", "a-1", "output")).isEqualTo(10_000 - 5010);
        assertThat(left("organisations", "org-1", "org")).isEqualTo(1000 - 3);
        ticker.advance(Duration.ofDays(1));
        assertThat(left("accounts", "a-1", "output")).isEqualTo(10_000 - 5010 + 1000);
    }

    @Test
    void restoredBucketIsKeptUntilItIsFull() {
        start();
        use(500);
        use(500);
        stop();
        start();
        ticker.advance(Duration.ofHours(6));
        assertThat(left("accounts", "a-1", "output")).isEqualTo(10_000 - 500 + 250);
        ticker.advance(Duration.ofDays(3));
        assertThat(context.shows("accounts", "a-1")).isNull();
    }

    @Test
    void wallClockSetBackRefillsNothing() {
        start();
        use(500);
        stop();
        ticker.jumpWallClock(Duration.ofDays(-2));
        start();
        assertThat(left("accounts", "a-1", "requests")).isEqualTo(10_000 - 1);
    }

    @Test
    void fileOlderThanAMonthIsNotUsed() {
        start();
        use(500);
        stop();
        ticker.jumpWallClock(Duration.ofDays(32));
        start();
        assertThat(context.shows("accounts", "a-1")).isNull();
    }

    @Test
    void bucketsAreSavedPeriodically() {
        start();
        use(500);
        ticker.advance(Duration.ofSeconds(11));
        start();
        assertThat(left("organisations", "org-1", "org")).isEqualTo(1000 - 1);
    }

    @Test
    void damagedFileIsMovedAsideAndBucketsStartFull() throws IOException {
        start();
        use(500);
        stop();
        Path file = directory.resolve("buckets");
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length; i += 3) {
            byte[] cut = Arrays.copyOf(whole, i);
            byte[] changed = whole.clone();
            changed[i] ^= 0x41;
            for (byte[] bad : List.of(cut, changed)) {
                Files.write(file, bad);
                start();
                assertThat(context.shows("accounts", "a-1")).isNull();
                assertThat(file).doesNotExist();
                assertThat(directory.resolve("buckets.unreadable")).hasBinaryContent(bad);
            }
        }
        Files.write(file, whole);
        start();
        assertThat(left("organisations", "org-1", "org")).isEqualTo(1000 - 1);
    }

    @Test
    void failedSaveLeavesTheOldFile() throws IOException {
        start();
        use(500);
        stop();
        byte[] before = Files.readAllBytes(directory.resolve("buckets"));
        Files.createDirectory(directory.resolve("buckets.new"));
        use(500);
        stop();
        assertThat(directory.resolve("buckets")).hasBinaryContent(before);
        use(500);
    }

    @Test
    void intervalContinuesAcrossRestarts() {
        TokenBucketPolicy daily = Policies.policy(Policies.interval("daily", 2, "2/1d"));
        start(daily);
        request();
        request();
        for (int restart = 0; restart < 4; restart++) {
            ticker.advance(Duration.ofHours(6).minusSeconds(restart == 3 ? 1 : 0));
            assertThat(left("accounts", "a-1", "daily")).isZero();
            stop();
            start(daily);
        }
        assertThat(left("accounts", "a-1", "daily")).isZero();
        ticker.advance(Duration.ofSeconds(1));
        assertThat(left("accounts", "a-1", "daily")).isEqualTo(2);
    }

    @Test
    void changedIntervalStartsOverAfterARestart() {
        start(Policies.policy(Policies.interval("daily", 2, "1/1d")));
        request();
        request();
        ticker.advance(Duration.ofHours(23));
        stop();
        start(Policies.policy(Policies.interval("daily", 2, "2/1d")));
        ticker.advance(Duration.ofHours(23));
        assertThat(left("accounts", "a-1", "daily")).isZero();
        ticker.advance(Duration.ofHours(1));
        assertThat(left("accounts", "a-1", "daily")).isEqualTo(2);
    }

    @Test
    void failedSaveIsCounted() throws IOException {
        start();
        use(40);
        Files.createDirectory(directory.resolve("buckets.new"));
        stop();
        assertThat(context.gauge("stillgate.token.bucket.saves.failed")).isOne();
        Files.delete(directory.resolve("buckets.new"));
        stop();
        assertThat(context.gauge("stillgate.token.bucket.saves.failed")).isOne();
    }

    @Test
    void changesDuringASaveAreSavedNextTime() throws IOException {
        Path file = directory.resolve("buckets");
        AtomicReference<Runnable> meanwhile = new AtomicReference<>();
        Ticker clock = new Ticker() {
            @Override
            public long nanos() {
                Runnable once = Files.exists(file) ? meanwhile.getAndSet(null) : null;
                if (once != null) {
                    once.run();
                }
                return ticker.nanos();
            }

            @Override
            public long millis() {
                return ticker.millis();
            }
        };
        BucketHarness harness = new BucketHarness(clock, Runnable::run, BucketTable.SLACK);
        PolicyLimits policy = harness.policy(Policies.limit("daily", 10, "1/1d"));
        BucketStore store = new BucketStore(clock, harness.buckets, context.orders());
        store.open(directory, policy);
        harness.take(ACCOUNT, policy, 1);
        meanwhile.set(() -> harness.take(ACCOUNT, policy, 3));
        store.saveWhenDue();
        ticker.advance(Duration.ofSeconds(10));
        store.saveWhenDue();
        List<BucketsFile.Entry> saved = new ArrayList<>();
        BucketsFile.read(file, new BucketsFile.Reader() {
            @Override
            public void entry(BucketsFile.Entry entry) {
                saved.add(entry);
            }
        });
        BucketsFile.BucketEntry bucket = saved.getFirst().buckets().getFirst();
        assertThat(bucket.limits().getFirst().left()).isEqualTo(6);
    }

    private void request() {
        FakeExchange exchange = new FakeExchange(ticker).by(ACCOUNT);
        assertThat(filter.onRequest(exchange)).isEqualTo(Verdict.ALLOW);
        assertThat(filter.onBody(exchange, FakeBody.prompt("model-x", 7, 100))).isEqualTo(Verdict.ALLOW);
        filter.onComplete(exchange, new Outcome.Served(200, Usage.NONE, 1, 1));
    }

    private void start(TokenBucketPolicy policy) {
        context = new FakeContext("limits", ticker);
        context.keepsStateIn(directory);
        filter = (TokenBucketFilter) new TokenBucketFactory(Runnable::run).create(policy, context);
    }

    @Test
    @DisplayName("plugins 7: a restart refills no listed account, however small maxAccounts is")
    void listedAccountsBeyondTheBoundAreRestored() {
        TokenBucketPolicy two =
                Policies.bounded(2, Policies.limit("requests", 10, "1/1d"), Policies.limit("other", 10, "1/1d"));
        filter = restarted(two);
        for (int i = 0; i < 6; i++) {
            for (int j = 0; j < 10; j++) {
                use(listed(i), 1);
            }
        }
        stop();
        filter = restarted(two);
        for (int i = 0; i < 6; i++) {
            assertThat(left("accounts", listed(i).id(), "requests"))
                    .as("account %s", i)
                    .isZero();
        }
    }

    @Test
    void poolsAndTheirAccountsAreRestored() {
        TokenBucketPolicy ten =
                Policies.pooled(Map.of(Measure.REQUESTS, "10/1d"), Policies.limit("requests", 1000, "1000/1h"));
        filter = restarted(ten);
        context.stands("listed-0", Standing.POOLED, "c-1");
        for (int i = 0; i < 7; i++) {
            use(listed(0), 1);
        }
        ticker.advance(Duration.ofSeconds(30));
        stop();
        ticker.advance(Duration.ofMinutes(1));
        filter = restarted(ten);
        context.stands("listed-0", Standing.POOLED, "c-2"); // merged while the gateway was down
        assertThat(left("pools", "c-1", "pool-requests")).isEqualTo(3);
        use(listed(0), 1);
        assertThat(left("pools", "c-1", "pool-requests")).isEqualTo(2);
        assertThat(left("pools", "c-2", "pool-requests")).isEqualTo(9);
        stop();
        ticker.advance(Duration.ofDays(2));
        filter = restarted(ten);
        context.stands("listed-0", Standing.POOLED, "c-3");
        use(listed(0), 1);
        assertThat(((BucketPage) context.shows("accounts", "listed-0")).pools()).containsExactly("c-3");
    }

    @Test
    void poolWithALearntBudgetIsRestored() {
        TokenBucketPolicy learnt = Policies.pooled(
                Map.of(Measure.REQUESTS, "auto up to 100/1d"), Policies.limit("requests", 1000, "1000/1h"));
        Account free = Policies.ofTier("free", "free");
        filter = restarted(learnt);
        context.learnsPoolRequests("free", 10).stands("free", Standing.POOLED, "c-1");
        for (int i = 0; i < 7; i++) {
            use(free, 1);
        }
        stop();
        filter = restarted(learnt);
        assertThat(left("pools", "c-1", "pool-requests")).isEqualTo(3);
        context.learnsPoolRequests("free", 10).stands("free", Standing.POOLED, "c-1");
        use(free, 1);
        ticker.advance(Duration.ofHours(12));
        use(free, 1);
        assertThat(left("pools", "c-1", "pool-requests")).isEqualTo(6);
    }

    private static Account listed(int number) {
        return new Account("listed-" + number, Account.Trust.LISTED, null, null, true, null);
    }
}
