package dev.stillgate.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Pins;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.spi.orders.OrderBook;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeContext;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FakeTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** State of a filter across restarts and reloads, and its bounds. */
final class StateTest {
    @TempDir
    private Path directory;

    private final FakeTicker ticker = new FakeTicker();
    private FakeContext context = new FakeContext("behaviour", ticker);
    private final OrderBook book = new OrderBook(account -> "hash of " + account);
    private FingerprintFilter filter;

    private void start(int queueCapacity, int maxAccounts) {
        context = new FakeContext("behaviour", ticker).keepsStateIn(directory).ordersIn(book);
        create(queueCapacity, maxAccounts);
    }

    private void create(int queueCapacity, int maxAccounts) {
        FingerprintPolicy policy = Policies.with(fields -> {
            fields.ring = queueCapacity;
            fields.maxAccounts = maxAccounts;
        });
        filter = (FingerprintFilter) new FingerprintFactory().create(policy, context);
    }

    private FingerprintState state() {
        return context.state(FingerprintState.class, () -> {
            throw new AssertionError("there is no state");
        });
    }

    private void exchange(String account) {
        FakeExchange exchange = new FakeExchange(ticker).by(FakeExchange.listed(account));
        assertThat(filter.onRequest(exchange)).isEqualTo(Verdict.ALLOW);
        assertThat(filter.onBody(exchange, FakeBody.prompt("model-x", 7, 100))).isEqualTo(Verdict.ALLOW);
        filter.onComplete(exchange, new Outcome.Served(200, Usage.NONE, 1, 1));
    }

    private void pin(String account, Standing standing) {
        state().apply(operator -> Pins.pin(operator, account, standing), context.publisher());
    }

    private Standing of(String account) {
        return context.standings().of(new Account(account, Account.Trust.LISTED, null, null, true, null));
    }

    @Test
    void stateSurvivesAnOrderlyRestart() {
        start(1024, 1000);
        exchange("a");
        exchange("b");
        pin("a", Standing.BLOCKED);
        state().apply(
                        operator -> {
                            operator.analyst()
                                    .ladder()
                                    .climb("b", Standing.MARKED, 5, List.of("shared"), "c1", ticker.millis());
                            return null;
                        },
                        context.publisher());
        state().close();
        start(1024, 1000);
        assertThat(of("a")).as("before the first analysis").isEqualTo(Standing.BLOCKED);
        assertThat(of("b")).isEqualTo(Standing.MARKED);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(of("a")).isEqualTo(Standing.BLOCKED);
        assertThat(state().figures().accounts()).isEqualTo(2);
    }

    @Test
    void crashLosesAtMostOneMinute() {
        start(1024, 1000);
        exchange("a");
        ticker.advance(Duration.ofSeconds(61));
        exchange("b");
        ticker.advance(Duration.ofSeconds(1));
        start(1024, 1000);
        assertThat(state().figures().accounts()).isEqualTo(1);
    }

    @Test
    void unchangedStateIsNotWritten() throws IOException {
        start(1024, 1000);
        ticker.advance(Duration.ofMinutes(5));
        assertThat(directory).isEmptyDirectory();
        exchange("a");
        ticker.advance(Duration.ofMinutes(2));
        Files.delete(directory.resolve("behaviour"));
        ticker.advance(Duration.ofMinutes(5));
        assertThat(directory).isEmptyDirectory();
        exchange("a");
        ticker.advance(Duration.ofMinutes(2));
        assertThat(directory.resolve("behaviour")).isNotEmptyFile();
    }

    @Test
    void failedSaveIsCounted() throws IOException {
        start(1024, 1000);
        exchange("a");
        Files.createDirectory(directory.resolve("behaviour.new"));
        ticker.advance(Duration.ofSeconds(61));
        assertThat(context.gauge("stillgate.fingerprint.saves.failed")).isOne();
        Files.delete(directory.resolve("behaviour.new"));
        exchange("a");
        ticker.advance(Duration.ofSeconds(61));
        assertThat(context.gauge("stillgate.fingerprint.saves.failed")).isOne();
        assertThat(directory.resolve("behaviour")).isNotEmptyFile();
    }

    @Test
    void damagedFileIsSetAsideAndTrafficIsServed() throws IOException {
        Files.writeString(directory.resolve("behaviour"), "not what was saved");
        start(1024, 1000);
        exchange("a");
        ticker.advance(Duration.ofMinutes(2));
        assertThat(directory.resolve("behaviour.unreadable")).hasContent("not what was saved");
        start(1024, 1000);
        assertThat(state().figures().accounts()).isEqualTo(1);
    }

    @Test
    void stateSurvivesAPolicyReload() {
        start(1024, 1000);
        for (int a = 0; a < 500; a++) {
            exchange("a-" + a);
        }
        pin("a-1", Standing.MARKED);
        ticker.advance(Duration.ofSeconds(1));
        create(1024, 100);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(state().figures().accounts()).isEqualTo(500);
        assertThat(of("a-1")).isEqualTo(Standing.MARKED);
    }

    @Test
    void newPublisherReceivesAllStandings() {
        start(1024, 1000);
        pin("a", Standing.MARKED);
        ticker.advance(Duration.ofSeconds(1));
        context.publisher().publish(java.util.Map.of());
        create(1024, 1000);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(of("a")).isEqualTo(Standing.MARKED);
    }

    /** Shows 6: a full queue costs observations, which are counted; no request waits, is refused or fails. */
    @Test
    void fullQueueDropsAndCountsWithoutRefusals() {
        start(16, 1000);
        pin("bad", Standing.BLOCKED);
        ticker.advance(Duration.ofSeconds(1));
        for (int a = 0; a < 1000; a++) {
            exchange("a-" + a);
        }
        assertThat(context.gauge("stillgate.fingerprint.ring")).isEqualTo(16);
        assertThat(context.gauge("stillgate.fingerprint.ring.dropped")).isEqualTo(984);
        assertThat(of("bad")).isEqualTo(Standing.BLOCKED);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(context.gauge("stillgate.fingerprint.ring")).isZero();
        assertThat(state().figures().accounts()).isEqualTo(16);
        exchange("a-999");
        ticker.advance(Duration.ofSeconds(1));
        assertThat(state().figures().accounts()).isEqualTo(17);
    }

    @Test
    void evictedAccountsAreCounted() {
        start(65_536, 100);
        for (int a = 0; a < 1000; a++) {
            exchange("a-" + a);
        }
        ticker.advance(Duration.ofSeconds(1));
        assertThat(state().figures().accounts()).isLessThanOrEqualTo(100);
        assertThat(context.gauge("stillgate.fingerprint.evicted")).isGreaterThanOrEqualTo(900);
    }
}
