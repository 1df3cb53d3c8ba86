package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.limit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.tokenbucket.policy.Scope;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that a request which others may have sent is not charged to the account that it names. */
final class ForgedClaimTest {
    private static final String HOME = "192.0.2.1";
    private static final String ELSEWHERE = "198.51.100.1";
    private static final Account VICTIM = new Account("a-1", Account.Trust.LISTED, "org", null, true, null);
    private static final Outcome GONE = new Outcome.DownstreamGone(0, Usage.NONE, 0, -1, Outcome.Phase.AWAITING_ANSWER);

    private final Metered metered = new Metered(
            limit("minute", 5, "5/1h"), Policies.scoped(Set.of(Scope.ORGANISATION), limit("org", 8, "8/1h")));

    private FakeExchange claim(String address) {
        return metered.messages().by(VICTIM).claimed().at(address);
    }

    private void ask(String address, Outcome outcome) {
        ask(metered, address, outcome);
    }

    private void ask(Metered metered, String address, Outcome outcome) {
        metered.end(metered.begin(claim(address), FakeBody.prompt("m", 10, 10)), outcome);
    }

    private static Outcome served(int status) {
        return new Outcome.Served(status, Usage.NONE, 1, 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 0})
    void refusedClaimCostsTheAddressAndNotTheAccount(int status) {
        Outcome refused = status == 0 ? GONE : served(status);
        for (int i = 0; i < 20; i++) { // the overflow factor is 4
            ask(ELSEWHERE, refused);
        }
        assertThat(metered.left("minute")).isEqualTo(5);
        assertThat(metered.levels("organisations", "org").get("null").get("org"))
                .isEqualTo(8);
        Verdict.Reject forger = metered.refused(claim(ELSEWHERE), FakeBody.prompt("m", 10, 10));
        assertThat(forger.code()).isEqualTo("minute");
        ask(HOME, served(200));
        assertThat(metered.left("minute")).isEqualTo(4);
    }

    @Test
    void keyOfAnotherAccountIsNotLockedOutByForgersBesideIt() {
        Account forged = new Account("a-2", Account.Trust.LISTED, null, null, true, null);
        for (int i = 0; i < 20; i++) {
            FakeExchange forgery = metered.messages().by(forged).claimed().at("198.51.100.77");
            metered.end(metered.begin(forgery, FakeBody.prompt("m", 10, 10)), served(403));
        }
        assertThat(metered.refused(metered.messages().by(forged).claimed().at(ELSEWHERE), FakeBody.prompt("m", 10, 10))
                        .code())
                .isEqualTo("minute");
        ask(ELSEWHERE, served(200));
        assertThat(metered.left("minute")).isEqualTo(4);
    }

    @Test
    void acceptedKeyIsNotLockedOutByForgersOfIt() {
        ask(ELSEWHERE, served(200));
        for (int i = 0; i < 100; i++) { // beside it, so that they are not limited either
            ask(ELSEWHERE, served(403));
        }
        metered.advance(Duration.ofHours(2)); // its buckets are full, and may be forgotten
        ask(HOME, served(200));
        ask(ELSEWHERE, served(200));
        assertThat(metered.left("minute")).isEqualTo(3);
    }

    @Test
    void acceptedKeyIsStillLimitedFromElsewhere() {
        ask(HOME, served(200));
        for (int i = 0; i < 20; i++) {
            ask(ELSEWHERE, served(403));
        }
        metered.refused(claim(ELSEWHERE), FakeBody.prompt("m", 10, 10));
        ask(HOME, served(200));
        assertThat(metered.left("minute")).isEqualTo(3);
    }

    @Test
    void acceptedKeyPaysForTheResponsesItDoesNotWaitFor() {
        ask(HOME, served(200));
        ask(HOME, GONE);
        assertThat(metered.left("minute")).isEqualTo(3);
        ask(HOME, served(403));
        assertThat(metered.left("minute")).isEqualTo(3);
    }

    @Test
    void refusedClaimsTakeNothingFromEveryone() {
        Metered shared =
                new Metered(limit("minute", 5, "5/1h"), Policies.scoped(Set.of(Scope.ROUTE), limit("all", 2, "2/1h")));
        for (int i = 0; i < 3; i++) {
            FakeExchange underWay = shared.begin(claim(ELSEWHERE), FakeBody.prompt("m", 10, 10));
            ask(shared, ELSEWHERE, served(403));
            shared.end(underWay, GONE);
        }
        shared.served(shared.begin(10, 10), 10, 10);
        shared.served(shared.begin(10, 10), 10, 10);
        assertThat(shared.refused(10, 10).code()).isEqualTo("all");
    }

    @Test
    void otherErrorsCostTheAccountOnceItsKeyWasAccepted() {
        ask(HOME, served(400));
        ask(HOME, served(529));
        ask(HOME, new Outcome.UpstreamFailed(502, Usage.NONE, 0, -1, "connect"));
        assertThat(metered.left("minute")).isEqualTo(5);
        ask(HOME, served(200));
        assertThat(metered.left("minute")).isEqualTo(4);
        ask(HOME, served(400));
        assertThat(metered.left("minute")).isEqualTo(3);
        ask(HOME, served(529));
        assertThat(metered.left("minute")).isEqualTo(2);
        ask(HOME, new Outcome.UpstreamFailed(502, Usage.NONE, 0, -1, "connect"));
        assertThat(metered.left("minute")).isEqualTo(1);
    }

    @Test
    void refusedSecretCostsTheAccount() {
        metered.end(metered.begin(10, 10), served(403));
        assertThat(metered.left("minute")).isEqualTo(4);
    }

    @Test
    void newKeysOfTheNetworkAreNotChargedForClaims() {
        for (int i = 0; i < 20; i++) {
            ask(ELSEWHERE, served(403));
        }
        Account fresh = new Account("h1:0", Account.Trust.PROVISIONAL, null, null, false, null);
        metered.begin(metered.messages().by(fresh).at(ELSEWHERE), FakeBody.prompt("m", 10, 10));
    }
}
