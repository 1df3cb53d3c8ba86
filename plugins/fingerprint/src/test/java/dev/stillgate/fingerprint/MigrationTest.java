package dev.stillgate.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Scene;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.MemoryOrders;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.OrderBook;
import dev.stillgate.spi.orders.OrderDraft;
import dev.stillgate.spi.orders.OrderEnd;
import dev.stillgate.testkit.FakeContext;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FakeFleet;
import dev.stillgate.testkit.FakeTicker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Orders in a state file of an earlier version, which kept them with the standings. */
class MigrationTest {
    private static final long DAY = 86_400_000;
    private static final long GIVEN = Scene.BEGIN + 31 * Scene.HOUR;
    private static final AnalysisSettings SETTINGS = Policies.DEFAULT.settings();

    @TempDir
    private Path directory;

    private final OrderBook book = new OrderBook(account -> "hash of " + account);
    private final FakeTicker ticker = new FakeTicker();
    private FakeContext context = new FakeContext("behaviour", ticker);

    @BeforeEach
    void saved() throws IOException {
        try (InputStream in = Scene.class.getResourceAsStream("behaviour-9.gz")) {
            Files.write(directory.resolve("behaviour"), new GZIPInputStream(in).readAllBytes());
        }
        ticker.jumpWallClock(Duration.ofMillis(GIVEN + DAY - ticker.millis()));
    }

    private FingerprintState start() {
        context = new FakeContext("behaviour", ticker).keepsStateIn(directory).ordersIn(book);
        return FingerprintState.open(context, 1024, SETTINGS);
    }

    private void analyse(FingerprintState state) {
        ticker.advance(Duration.ofSeconds(1));
        state.analyse(SETTINGS, ticker.millis(), context.publisher());
    }

    private Standing of(String account) {
        return context.standings().of(FakeExchange.listed(account));
    }

    private void assertOrdersAreInForce() {
        assertThat(of("a-0")).isEqualTo(Standing.POOLED);
        assertThat(of("a-1")).as("verified").isEqualTo(Standing.POOLED);
        assertThat(of("a-3")).as("exception").isEqualTo(Standing.CLEAR);
        assertThat(of("b-1")).as("vouched").isEqualTo(Standing.MARKED);
        assertThat(of("b-2")).isEqualTo(Standing.BLOCKED);
        assertThat(of("b-3")).isEqualTo(Standing.MARKED);
    }

    @Test
    void ordersOfTheStateFileGoToTheJournalOnce() {
        FingerprintState state = start();
        analyse(state);
        assertOrdersAreInForce();
        assertThat(book.all())
                .extracting(order -> order.action() + " " + order.subject() + " "
                        + order.accounts().size() + " by " + order.by() + ": " + order.why() + " until "
                        + (order.until() - GIVEN) / DAY)
                .containsExactlyInAnyOrder(
                        "confirm cluster c1 10 by ann: one pipeline until 90",
                        "confirm account a-1 1 by ann: one pipeline until 90",
                        "refute account a-3 1 by ann: one pipeline until 90",
                        "vouch account b-1 1 by ben: known until 30",
                        "standing account b-2 1 by eve: sells answers until 60",
                        "standing account unseen 1 by null: null until 14",
                        "hide cluster c2 0 by dan: asked the customer until 20");
        assertThat(book.all())
                .allMatch(Order::fixedEnd)
                .allMatch(order -> ((Number) order.details().get("at")).longValue() / 10_000 == GIVEN / 10_000);
        assertThat(state.report(reports -> reports.account("b-2")).get("pinned").toString())
                .contains("by=eve, why=sells answers, at=2026-02-03");
        assertThat(state.report(reports -> reports.review(9)).get("hidden").toString())
                .contains("id=c2", "by=dan");
        state.close();
        state = start();
        assertThat(book.all()).as("the state file has none any more").hasSize(7);
        analyse(state);
        assertThat(book.all()).hasSize(7);
        assertOrdersAreInForce();
        state.close();
    }

    @Test
    void orderThatIsKnownAlreadyDecides() {
        new MemoryOrders(book, "behaviour", ticker::millis)
                .give(new OrderDraft(
                        "zoe",
                        "paid",
                        "unpin",
                        "account b-2",
                        "standing",
                        List.of("b-2"),
                        List.of(),
                        true,
                        OrderEnd.at(GIVEN + 60 * DAY),
                        1,
                        "",
                        Map.of()));
        FingerprintState state = start();
        analyse(state);
        assertThat(of("b-2")).as("acquitted at another gateway").isEqualTo(Standing.MARKED);
        assertThat(of("a-0")).isEqualTo(Standing.POOLED);
        state.close();
    }

    @Test
    void fileKeepsItsOrdersUntilTheyAreInTheJournal() throws IOException {
        byte[] before = Files.readAllBytes(directory.resolve("behaviour"));
        FakeFleet fleet = new FakeFleet(ticker);
        FakeFleet.Member member = fleet.join();
        fleet.lose(true);
        context = new FakeContext("behaviour", ticker)
                .keepsStateIn(directory)
                .ordersIn(book)
                .in(member);
        FingerprintState state = FingerprintState.open(context, 1024, SETTINGS);
        analyse(state);
        assertThat(book.all()).as("the fleet may know later orders").isEmpty();
        assertOrdersAreInForce();
        state.close();
        assertThat(directory.resolve("behaviour")).hasBinaryContent(before);
    }
}
