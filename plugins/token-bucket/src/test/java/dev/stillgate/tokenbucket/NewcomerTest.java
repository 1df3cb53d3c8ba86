package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.scoped;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Credentials that were never accepted: what they may take from others, and from one account by many networks. */
final class NewcomerTest {
    private static final Outcome GONE = new Outcome.DownstreamGone(0, Usage.NONE, 0, -1, Outcome.Phase.AWAITING_ANSWER);
    private static final Account FRESH = account("h1:fresh", Trust.PROVISIONAL);

    private final Metered metered = new Metered(
            limit("own", 50, "50/1m"),
            scoped(Set.of(Scope.ROUTE), limit("all", 300, "300/1h")),
            limit("out", Measure.OUTPUT_TOKENS, 8000, "8000/1m"));

    private FakeExchange by(Account account, int network) {
        return metered.messages().by(account).at("198.51." + network + ".1");
    }

    private static Account forged(int i) {
        return account("h1:" + i, Trust.PROVISIONAL);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 429, 0}) // Gemini refuses keys with 400
    void forgedKeysTakeNothingFromEveryone(int status) {
        List<FakeExchange> underWay = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            FakeExchange exchange = by(forged(i), i % 4);
            if (metered.ask(exchange, FakeBody.prompt("m", 10, 1)) == Verdict.ALLOW) {
                underWay.add(exchange);
            }
        }
        assertThat(underWay).hasSize(400);
        metered.served(metered.begin(10, 10), 10, 10);
        underWay.forEach(each -> metered.end(each, status == 0 ? GONE : new Outcome.Served(status, Usage.NONE, 1, 1)));
        metered.served(metered.begin(10, 10), 10, 10);
    }

    @Test
    void newKeysTakeFromEveryoneWhatTheyWereServed() {
        for (int i = 0; i < 300; i++) {
            metered.served(metered.begin(by(forged(i), i % 4), FakeBody.prompt("m", 10, 1)), 10, 1);
        }
        assertThat(metered.refused(10, 10).code()).isEqualTo("all");
        assertThat(metered.refused(by(forged(1), 7), FakeBody.prompt("m", 10, 1))
                        .code())
                .isEqualTo("all");
    }

    @Test
    void newKeyHasOneCapacityInFlightFromAllNetworks() {
        List<FakeExchange> underWay = new ArrayList<>();
        for (int i = 0; i < 240; i++) {
            FakeExchange exchange = by(FRESH, i % 8);
            if (metered.ask(exchange, FakeBody.prompt("m", 10, 1000)) == Verdict.ALLOW) {
                underWay.add(exchange);
            }
        }
        assertThat(underWay).hasSize(8);
        metered.begin(by(forged(1), 0), FakeBody.prompt("m", 10, 1000));
        underWay.forEach(each -> metered.served(each, 10, 1000));
        metered.begin(by(FRESH, 9), FakeBody.prompt("m", 10, 4000));
    }

    @Test
    void backgroundResponseOfANewKeyTakesItsReservationFromEveryone() {
        Metered all = new Metered(
                scoped(Set.of(Scope.ROUTE), limit("all", Measure.OUTPUT_TOKENS, 10_000, "10000/1h")),
                limit("own", 50, "50/1m"));
        for (int i = 0; i < 3; i++) {
            FakeExchange sent = all.responses().by(FRESH).answered("resp_" + i);
            all.begin(
                    sent,
                    FakeBody.prompt("m", 10, 3000).provider(Provider.OPENAI).later());
            all.end(sent, Metered.served(Usage.NONE));
        }
        assertThat(all.refused(10, 3000).code()).isEqualTo("all");
    }

    @Test
    void keyWithBucketsFromBeforeARestartIsLimitedByThem() {
        Account accepted = account("h1:known", Trust.ACCEPTED);
        metered.served(metered.begin(by(accepted, 1), FakeBody.prompt("m", 10, 4000)), 10, 8000);
        Account provisional = account("h1:known", Trust.PROVISIONAL);
        assertThat(metered.refused(by(provisional, 2), FakeBody.prompt("m", 10, 1))
                        .code())
                .isEqualTo("out");
    }
}
