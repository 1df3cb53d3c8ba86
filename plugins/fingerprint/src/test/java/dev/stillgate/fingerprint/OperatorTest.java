package dev.stillgate.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.fingerprint.analysis.Pins;
import dev.stillgate.spi.AdminAction;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Verdict;
import dev.stillgate.spi.orders.OrderBook;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FilterHarness;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperatorTest {
    private final OrderBook book = new OrderBook(account -> "hash of " + account);
    private final FilterHarness<FingerprintPolicy> harness = new FilterHarness<>(new FingerprintFactory());

    @BeforeEach
    void start() {
        harness.context().ordersIn(book);
        harness.policy(Policies.DEFAULT);
    }

    private Object pin(Map<String, Object> arguments) {
        return harness.context().does("accounts", "standing", "a-1", arguments);
    }

    private Standing standing(String account) {
        return harness.context().standings().of(FakeExchange.listed(account));
    }

    @Test
    void pinTakesEffectAtOnceAndExpires() {
        Object page = pin(Map.of("standing", "blocked", "for", "2h", "why", "resold keys"));
        assertThat(harness.request(harness.exchange())).isInstanceOf(Verdict.Reject.class);
        assertThat(page)
                .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
                .containsEntry("standing", "blocked")
                .hasEntrySatisfying(
                        "pinned",
                        pinned -> assertThat(pinned.toString())
                                .contains("standing=blocked", "why=resold keys", "insteadOf=clear"));
        harness.ticker().advance(Duration.ofMinutes(119));
        assertThat(standing("a-1")).isEqualTo(Standing.BLOCKED);
        harness.ticker().advance(Duration.ofMinutes(2));
        assertThat(standing("a-1")).isEqualTo(Standing.CLEAR);
        assertThat(harness.request(harness.exchange())).isEqualTo(Verdict.ALLOW);
    }

    @Test
    void pinIsRemoved() {
        pin(Map.of("standing", "pooled", "until", harness.ticker().millis() + 1000));
        assertThat(standing("a-1")).isEqualTo(Standing.POOLED);
        assertThat(harness.context().does("accounts", "unpin", "a-1", Map.of())).isNotNull();
        assertThat(standing("a-1")).isEqualTo(Standing.CLEAR);
    }

    @Test
    void erasureRemovesTheStanding() {
        pin(Map.of("standing", "marked"));
        assertThat(harness.context().shows("accounts", "a-1")).isNotNull();
        assertThat(harness.context().does("accounts", AdminAction.ERASE, "a-1", Map.of()))
                .hasToString("{erased=true, standing=marked}");
        Pins.erase(book, "a-1", harness.ticker()::millis);
        harness.ticker().advance(Duration.ofSeconds(1));
        assertThat(harness.context().shows("accounts", "a-1")).isNull();
        assertThat(standing("a-1")).isEqualTo(Standing.CLEAR);
    }

    @Test
    void actionsOnUnknownIdsReturnNothing() {
        assertThat(harness.context().does("accounts", AdminAction.ERASE, "a-1", Map.of()))
                .isNull();
        assertThat(harness.context().does("accounts", "unpin", "a-1", Map.of())).isNull();
        assertThat(harness.context().does("clusters", "standing", "c1", Map.of("standing", "clear")))
                .isNull();
        assertThat(harness.context().does("clusters", "unpin", "c1", Map.of())).isNull();
        assertThat(harness.context().count("stillgate.fingerprint.orders", "order", "erase"))
                .isZero();
    }

    @Test
    void actionsAreCounted() {
        pin(Map.of("standing", "marked"));
        harness.context().does("accounts", AdminAction.ERASE, "a-1", Map.of());
        assertThat(harness.context().count("stillgate.fingerprint.orders", "order", "pin"))
                .isEqualTo(1);
        assertThat(harness.context().count("stillgate.fingerprint.orders", "order", "erase"))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            standing | gone      | expected one of clear, marked, pooled, blocked, found gone
            standing | tightened | the standing tightened was removed: expected one of clear, marked, pooled, blocked
            standing | BLOCKED   | expected one of
            for      | forever   | expected a time such as 12h or 14d
            for      | 0d        | expected a time such as 12h or 14d
            for      | 9999d     | at most 3660d
            until    | 1         | expected a time in the future
            stand    | blocked   | expected one of by, for, standing, until, why
            """)
    void invalidArgumentIsNamed(String key, String value, String message) {
        Map<String, Object> arguments = key.equals("until")
                ? Map.of("standing", "blocked", "until", Long.valueOf(value))
                : key.equals("standing") ? Map.of(key, value) : Map.of("standing", "blocked", key, value);
        assertThatThrownBy(() -> pin(arguments))
                .isInstanceOfSatisfying(
                        PolicyException.class, e -> assertThat(e.at()).isEqualTo(key))
                .hasMessageContaining(message);
        assertThat(standing("a-1")).isEqualTo(Standing.CLEAR);
    }

    @Test
    void forAndUntilExcludeEachOther() {
        long now = harness.ticker().millis();
        assertThatThrownBy(() -> pin(Map.of("standing", "clear", "for", "1d", "until", now + 5)))
                .hasMessageContaining("not both");
        assertThatThrownBy(() -> pin(Map.of("standing", "clear", "until", now + 5.5)))
                .hasMessageContaining("milliseconds of the epoch");
        assertThatThrownBy(() -> harness.context().does("accounts", "unpin", "a-1", Map.of("until", "x")))
                .hasMessageContaining("expected one of by, why");
    }

    @Test
    void gaugesCountAccountsPerStanding() {
        pin(Map.of("standing", "pooled"));
        harness.ticker().advance(Duration.ofSeconds(1));
        assertThat(harness.context().gauge("stillgate.fingerprint.standings", "standing", "pooled"))
                .isEqualTo(1);
        assertThat(harness.context().gauge("stillgate.fingerprint.standings", "standing", "blocked"))
                .isZero();
    }
}
