package dev.stillgate.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Pins;
import dev.stillgate.fingerprint.analysis.Seen;
import dev.stillgate.fingerprint.budget.PoolBudget;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.spi.Standing;
import dev.stillgate.testkit.FakeContext;
import dev.stillgate.testkit.FakeTicker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Budgets of pools from data, from the exchanges of customers to what other filters read. */
final class PoolBudgetTest {
    private static final AnalysisSettings SETTINGS = Policies.DEFAULT.settings();
    private static final Duration DAY = Duration.ofDays(1);
    private static final int CUSTOMERS = 350;

    @TempDir
    private Path directory;

    private final FakeTicker ticker = new FakeTicker();
    private FakeContext context = new FakeContext("behaviour", ticker);
    private FingerprintState state;

    @BeforeEach
    void open() {
        context.keepsStateIn(directory);
        state = FingerprintState.open(context, 65_536, SETTINGS);
    }

    private void ask(String account, int requests, boolean verified) {
        for (int i = 0; i < requests; i++) {
            Observation seen = Seen.at(account, ticker.millis());
            seen.tier = "free";
            seen.verified = verified;
            state.offer(seen);
        }
    }

    private void analyse() {
        state.analyse(SETTINGS, ticker.millis(), context.publisher());
    }

    private void askOnThreeDaysThenVerify(String prefix, int requests) {
        for (int day = 0; day < 3; day++) {
            for (int account = 0; account < CUSTOMERS; account++) {
                ask(prefix + account, requests, false);
            }
            analyse();
            ticker.advance(DAY);
        }
        for (int account = 0; account < CUSTOMERS; account++) {
            ask(prefix + account, 1, true);
        }
        analyse();
    }

    @Test
    void daysOfCustomersBeforeTheirVerificationAreTheBudget() {
        askOnThreeDaysThenVerify("a-", 7);
        assertThat(context.standings().poolRequests("free")).isEqualTo(7);
        assertThat(context.standings().poolRequests(null)).isZero();
        state.close();

        context = new FakeContext("behaviour", ticker).keepsStateIn(directory);
        new FingerprintFactory().create(Policies.with(fields -> {}), context);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(context.standings().poolRequests("free"))
                .as("after a restart")
                .isEqualTo(7);
        assertThat(context.showsAll("pools")).isEqualTo(Map.of("free", new PoolBudget(1050, 7)));
        assertThat(context.gauge("stillgate.fingerprint.pool.requests", "tier", "free"))
                .isEqualTo(7);
        assertThat(context.gauge("stillgate.fingerprint.pool.days", "tier", "free"))
                .isEqualTo(1050);
    }

    @Test
    void pooledAccountsWidenNoBudget() {
        for (int account = 0; account < CUSTOMERS; account++) {
            ask("farm-" + account, 1, false);
        }
        analyse();
        for (int account = 0; account < CUSTOMERS; account++) {
            String id = "farm-" + account;
            state.apply(operator -> Pins.pin(operator, id, Standing.POOLED), context.publisher());
        }
        askOnThreeDaysThenVerify("farm-", 400);
        assertThat(state.figures().budgets()).isEmpty();
        askOnThreeDaysThenVerify("a-", 7);
        assertThat(context.standings().poolRequests("free")).isEqualTo(7);
    }
}
