package dev.stillgate.fingerprint.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.FingerprintFactory;
import dev.stillgate.fingerprint.FingerprintPolicy;
import dev.stillgate.fingerprint.Policies;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Standing;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FilterHarness;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AllowListTest {
    private static final String TEXT = "Explain in plain words how lime mortar hardens and why old walls must breathe.";

    private final FilterHarness<FingerprintPolicy> harness = new FilterHarness<>(new FingerprintFactory());

    private void exchanges(FakeExchange exchange) {
        harness.request(exchange);
        harness.body(exchange, FakeBody.chat(TEXT));
        harness.served(exchange, 200);
        harness.ticker().advance(Duration.ofSeconds(1));
    }

    private static Account of(String id, String organisation) {
        return new Account(id, Account.Trust.LISTED, organisation, null, true, null);
    }

    private Object shows(String account) {
        return harness.context().shows("accounts", account);
    }

    private void assertObserved(String... seen) {
        exchanges(harness.exchange().by(of("a-1", "acme")).at("203.0.113.7"));
        exchanges(harness.exchange().by(of("a-2", "acme")).at("198.51.100.7"));
        exchanges(harness.exchange().by(of("a-3", "other")).at("203.0.113.8"));
        assertThat(List.of("a-1", "a-2", "a-3"))
                .filteredOn(id -> shows(id) != null)
                .containsExactly(seen);
    }

    private String hidden() {
        return String.valueOf(harness.context().shows("clusters", "hidden"));
    }

    @Test
    void emptyListHidesNothing() {
        harness.policy(Policies.DEFAULT);
        assertObserved("a-1", "a-2", "a-3");
        assertThat(hidden()).isEqualTo("[]");
    }

    @Test
    void allowedAccountIsNotObserved() {
        harness.policy(Policies.allowing(new AllowPolicy(null, null, null, List.of("a-1", "a-9"), null)));
        assertObserved("a-2", "a-3");
        assertThat(hidden())
                .isEqualTo("[{by=accounts, value=a-1, exchanges=1, accounts=[a-1]}, "
                        + "{by=accounts, value=a-9, exchanges=0, accounts=[]}]");
    }

    @Test
    void allowedOrganisationIsNotObserved() {
        harness.policy(Policies.allowing(new AllowPolicy(null, null, null, null, List.of("acme"))));
        assertObserved("a-3");
        assertThat(hidden()).isEqualTo("[{by=organisations, value=acme, exchanges=2, accounts=[a-1, a-2]}]");
    }

    @Test
    void allowedNetworkIsNotObserved() {
        harness.policy(Policies.allowing(new AllowPolicy(null, null, List.of("203.0.113.0/24"), null, null)));
        assertObserved("a-2");
        assertThat(hidden()).isEqualTo("[{by=networks, value=203.0.113.0/24, exchanges=2, accounts=[a-1, a-3]}]");
        assertThat(harness.context().count("stillgate.fingerprint.allowed", "by", "networks"))
                .isEqualTo(2);
    }

    private Map<Object, Object> inCommon(FakeExchange exchange) {
        for (int i = 0; i < 4; i++) {
            exchanges(exchange);
        }
        Map<Object, Object> common = new HashMap<>();
        if (shows("a-1") instanceof Map<?, ?> page && page.get("shares") instanceof Map<?, ?> shares) {
            common.putAll(shares);
        }
        return common;
    }

    private FakeExchange ofClient() {
        return harness.exchange().with(new Header("user-agent", "famous-agent/1.2"));
    }

    @Test
    void allowedClientIsNotCompared() {
        harness.policy(Policies.DEFAULT);
        assertThat(inCommon(ofClient())).containsKeys("client", "opening", "shape");
        harness.context().does("accounts", "erase", "a-1", Map.of());
        harness.policy(Policies.allowing(new AllowPolicy(null, List.of("famous-agent"), null, null, null)));
        assertThat(inCommon(ofClient())).doesNotContainKey("client").containsKeys("opening", "shape");
        assertThat(hidden()).contains("by=clients, value=famous-agent, exchanges=4");
    }

    @Test
    void templateIsAllowedByItsDigitsInReports() {
        harness.policy(Policies.DEFAULT);
        Map<Object, Object> shares = inCommon(ofClient());
        String digits = ((List<?>) shares.get("opening")).getFirst().toString();
        assertThat(shares).containsKey("sketch-a");
        harness.context().does("accounts", "erase", "a-1", Map.of());
        harness.policy(Policies.allowing(new AllowPolicy(List.of(digits), null, null, null, null)));
        assertThat(inCommon(ofClient()))
                .doesNotContainKeys("opening", "sketch-a", "sketch-b")
                .containsKey("client");
        assertThat(hidden()).contains("by=systems, value=" + digits + ", exchanges=4, accounts=[a-1]");
    }

    @Test
    void newlyAllowedAccountLosesItsRecord() {
        harness.policy(Policies.DEFAULT);
        assertObserved("a-1", "a-2", "a-3");
        harness.policy(Policies.allowing(new AllowPolicy(null, null, null, null, List.of("acme"))));
        harness.ticker().advance(Duration.ofSeconds(1));
        assertThat(shows("a-1")).isNull();
        assertThat(shows("a-3")).isNotNull();
    }

    @Test
    void pinAppliesToAllowedAccounts() {
        harness.policy(Policies.allowing(new AllowPolicy(null, null, null, List.of("a-1"), null)));
        harness.context().does("accounts", "standing", "a-1", Map.of("standing", "blocked"));
        harness.ticker().advance(Duration.ofSeconds(1));
        assertThat(harness.context().standings().of(FakeExchange.listed("a-1"))).isEqualTo(Standing.BLOCKED);
    }
}
