package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Metered.exact;
import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.pooled;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Filter;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.OrderBook;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeContext;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FakeTicker;
import dev.stillgate.tokenbucket.bucket.BucketStore;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Erasure of accounts by orders: live data, saved state, and gateways that learn of the order late. */
final class ErasureTest {
    private static final TokenBucketPolicy POLICY =
            pooled(Map.of(Measure.REQUESTS, "500/1d"), limit("requests", 1000, "1000/1d"));

    @TempDir
    private Path directory;

    private final FakeTicker ticker = new FakeTicker();
    private final OrderBook book = new OrderBook(account -> "hash of " + account);

    /** A gateway with a state directory. */
    private final class Gateway {
        private final String name;
        private final OrderBook known;
        private FakeContext context;
        private TokenBucketFilter filter;

        private Gateway(String name, OrderBook known) throws IOException {
            this.name = name;
            this.known = known;
            Files.createDirectories(directory.resolve(name));
            start();
        }

        /** Starts with the state on the disk; without {@link #stop} before it, as after a crash. */
        private void start() {
            context = new FakeContext("limits", ticker).ordersIn(known).keepsStateIn(directory.resolve(name));
            for (String id : List.of("a-1", "a-2")) {
                context.stands(id, Standing.POOLED);
            }
            Filter created = new TokenBucketFactory(Runnable::run).create(POLICY, context);
            filter = (TokenBucketFilter) created;
        }

        private void stop() {
            store().close();
        }

        private BucketStore store() {
            return context.state(BucketStore.class, () -> {
                throw new AssertionError("there are no buckets");
            });
        }

        private void use(String id) {
            FakeExchange exchange = new FakeExchange(ticker).by(account(id));
            filter.onRequest(exchange);
            filter.onBody(exchange, FakeBody.prompt("m", 1, 1));
            filter.onComplete(exchange, new Outcome.Served(200, exact(1, 1), 1, 1));
        }

        /** Returns the requests that an account has used of its own limit, and of its own pool; null for no buckets. */
        private String used(String id) {
            BucketPage own = (BucketPage) context.shows("accounts", id);
            BucketPage pool = (BucketPage) context.shows("pools", "account " + id);
            return own == null && pool == null
                    ? null
                    : (1000 - own.limits().getFirst().left())
                            + " "
                            + (1000 - pool.limits().getFirst().left())
                            + " "
                            + own.pools();
        }

        private String files() throws IOException {
            return Files.readString(directory.resolve(name).resolve("buckets"), ISO_8859_1);
        }
    }

    private void pass() {
        ticker.advance(Duration.ofSeconds(1));
    }

    @Test
    void erasureDeletesBucketsAndPoolsAtAllGateways() throws IOException {
        Gateway a = new Gateway("a", book);
        Gateway b = new Gateway("b", book);
        a.use("a-1");
        b.use("a-1");
        b.use("a-2");
        assertThat(b.used("a-1")).isEqualTo("1 1 [account a-1]");
        a.context.erases("a-1");
        pass();
        assertThat(a.used("a-1")).isNull();
        assertThat(b.used("a-1")).isNull();
        assertThat(b.used("a-2")).isEqualTo("1 1 [account a-2]");
        ticker.advance(Duration.ofSeconds(10));
        assertThat(b.files()).contains("a-2").doesNotContain("a-1");
    }

    @Test
    void stateOnTheDiskOfAStoppedGatewayIsErasedAtItsStart() throws IOException {
        Gateway b = new Gateway("b", book);
        b.use("a-1");
        b.use("a-2");
        b.stop();
        new FakeContext("limits", ticker).ordersIn(book).erases("a-1");
        b.start();
        assertThat(b.used("a-1")).isNull();
        assertThat(b.used("a-2")).isEqualTo("1 1 [account a-2]");
        b.stop();
        assertThat(b.files()).contains("a-2").doesNotContain("a-1");
    }

    @Test
    void crashBetweenErasureAndSaveBringsNothingBack() throws IOException {
        Gateway b = new Gateway("b", book);
        b.use("a-1");
        ticker.advance(Duration.ofSeconds(20));
        assertThat(b.files()).contains("a-1");
        b.context.erases("a-1");
        b.store().eraseWhenDue();
        assertThat(b.used("a-1")).isNull();
        assertThat(b.files()).contains("a-1");
        b.start();
        assertThat(b.used("a-1")).isNull();
    }

    @Test
    void whatIsUsedAfterTheErasureStaysOverRestartsAndOtherErasures() throws IOException {
        Gateway b = new Gateway("b", book);
        b.use("a-1");
        b.context.erases("a-1");
        pass();
        b.use("a-1");
        b.use("a-1");
        b.stop();
        b.start();
        assertThat(b.used("a-1")).isEqualTo("2 2 [account a-1]");
        b.context.erases("a-2");
        pass();
        assertThat(b.used("a-1")).isEqualTo("2 2 [account a-1]");
        b.context.erases("a-1");
        pass();
        assertThat(b.used("a-1")).isNull();
    }

    @Test
    void restartBeforeTheJournalKnowsAnErasureDoesNotApplyItAgain() throws IOException {
        Gateway b = new Gateway("b", book);
        Order erasure = b.context.erases("a-1");
        pass();
        b.use("a-1");
        b.stop();
        OrderBook empty = new OrderBook(account -> "hash of " + account);
        Gateway again = new Gateway("b", empty);
        pass();
        assertThat(again.used("a-1")).isEqualTo("1 1 [account a-1]");
        empty.merge(erasure, true);
        empty.tellChange();
        pass();
        assertThat(again.used("a-1")).isEqualTo("1 1 [account a-1]");
    }

    @Test
    void gatewayThatLearnsOfAnErasureLateErasesWhatItHolds() throws IOException {
        OrderBook apart = new OrderBook(account -> "hash of " + account);
        Gateway b = new Gateway("b", apart);
        b.use("a-1");
        Order erasure = new FakeContext("limits", ticker).ordersIn(book).erases("a-1");
        ticker.advance(Duration.ofHours(2));
        b.use("a-1");
        apart.merge(erasure, true);
        apart.tellChange();
        pass();
        assertThat(b.used("a-1")).isNull();
    }

    @Test
    void exchangeInFlightSettlesWithTheDeletedBuckets() throws IOException {
        Gateway b = new Gateway("b", book);
        FakeExchange exchange = new FakeExchange(ticker).by(account("a-1"));
        b.filter.onRequest(exchange);
        b.filter.onBody(exchange, FakeBody.prompt("m", 1, 1));
        b.context.erases("a-1");
        pass();
        b.filter.onComplete(exchange, new Outcome.Served(200, exact(1, 1), 1, 1));
        assertThat(b.used("a-1")).isNull();
        b.use("a-1");
        assertThat(b.used("a-1")).isEqualTo("1 1 [account a-1]");
        assertThat(b.context.gauge("stillgate.token.bucket.held")).isEqualTo(1);
    }

    @Test
    void reportsOfAnErasedAccountAreForgotten() {
        Limit plain = limit("day", 10, "10/1d");
        Metered metered = new Metered(new Limit(
                plain.name(),
                plain.measure(),
                plain.scope(),
                plain.models(),
                plain.capacity(),
                plain.refill(),
                plain.refillStyle(),
                plain.reserve(),
                plain.reserveCeiling(),
                plain.tiers(),
                plain.batches(),
                List.of(new BigDecimal("0.1"))));
        FakeContext context = metered.harness.context();
        metered.served(metered.begin(1, 1), 1, 1);
        metered.advance(Duration.ofSeconds(1));
        assertThat(context.reports()).hasSize(1);
        context.erases(Metered.ACCOUNT.id());
        metered.advance(Duration.ofSeconds(1));
        metered.served(metered.begin(1, 1), 1, 1);
        metered.advance(Duration.ofSeconds(1));
        assertThat(context.reports()).hasSize(2);
    }

    @Test
    void storedResponseOfAnErasedAccountIsChargedItsGrowthToWhomFetchesIt() {
        Metered metered = new Metered(limit("out", Measure.OUTPUT_TOKENS, 100_000, "1/1h"));
        fetch(metered, Metered.ACCOUNT, 900);
        assertThat(metered.left("out")).isEqualTo(100_000 - 900);
        metered.harness.context().erases(Metered.ACCOUNT.id());
        metered.advance(Duration.ofSeconds(1));
        fetch(metered, account("a-2"), 950);
        assertThat(metered.left("a-2", "out")).isEqualTo(100_000 - 50);
        assertThat(metered.harness.context().shows("accounts", Metered.ACCOUNT.id()))
                .isNull();
    }

    private static void fetch(Metered metered, Account by, long output) {
        FakeExchange exchange = metered.messages()
                .by(by)
                .asks(Provider.ANTHROPIC, Operation.MESSAGE_BATCH_RESULTS, "GET", "/v1/messages/batches/b1/results");
        metered.harness.request(exchange);
        metered.end(exchange, Metered.served(exact(1, output)));
    }
}
