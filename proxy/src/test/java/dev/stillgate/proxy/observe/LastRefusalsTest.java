package dev.stillgate.proxy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LastRefusalsTest {
    private final LastRefusals refusals = new LastRefusals();

    private static Account account(String id, Account.Trust trust) {
        return new Account(id, trust, null, null, false, null);
    }

    private static LastRefusals.Refusal at(long millis) {
        return new LastRefusals.Refusal(millis, 429, "limits", "requests", null, "r-" + millis, null);
    }

    @Test
    @DisplayName("newcomer F3: the last refusal of an account replaces the previous one")
    void lastRefusalIsKept() {
        Account listed = account("a-1", Account.Trust.LISTED);
        refusals.note(listed, at(1));
        refusals.note(listed, at(2));
        assertThat(refusals.of("a-1")).isEqualTo(at(2));
        assertThat(refusals.of("a-2")).isNull();
    }

    @Test
    @DisplayName(
            "newcomer F3: an account refused before and after its acceptance by the upstream has its newer refusal")
    void newlyAcceptedAccountHasItsNewerRefusal() {
        refusals.note(account("h1:0", Account.Trust.PROVISIONAL), at(1));
        refusals.note(account("h1:0", Account.Trust.ACCEPTED), at(2));
        assertThat(refusals.of("h1:0")).isEqualTo(at(2));
    }

    @Test
    @DisplayName("newcomer F3: invented credentials are bounded and displace no listed account")
    void inventedCredentialsDisplaceNoListedAccount() {
        refusals.note(account("a-1", Account.Trust.LISTED), at(0));
        for (int i = 1; i <= 100_000; i++) {
            refusals.note(account("h1:" + i, Account.Trust.PROVISIONAL), at(i));
        }
        assertThat(refusals.of("a-1")).isEqualTo(at(0));
        assertThat(refusals.of("h1:100000")).isEqualTo(at(100_000));
        assertThat(refusals.of("h1:" + (100_001 - LastRefusals.MOST_OTHERS))).isNotNull();
        assertThat(refusals.of("h1:" + (100_000 - LastRefusals.MOST_OTHERS))).isNull();
    }

    @Test
    @DisplayName("newcomer F3: beyond the limit, the account whose last refusal is oldest is dropped")
    void oldestRefusalIsDropped() {
        for (int i = 0; i < LastRefusals.MOST_KNOWN; i++) {
            refusals.note(account("a-" + i, Account.Trust.LISTED), at(i));
        }
        refusals.note(account("a-0", Account.Trust.LISTED), at(10_000));
        refusals.note(account("new", Account.Trust.LISTED), at(10_001));
        assertThat(refusals.of("a-0")).isNotNull();
        assertThat(refusals.of("a-1")).isNull();
        assertThat(refusals.of("a-2")).isNotNull();
    }
}
