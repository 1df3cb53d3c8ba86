package dev.stillgate.tokenbucket.bucket;

import static dev.stillgate.tokenbucket.Metered.exact;
import static dev.stillgate.tokenbucket.Metered.served;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.member;
import static dev.stillgate.tokenbucket.Policies.scoped;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.DeferredResponse;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.tokenbucket.Metered;
import dev.stillgate.tokenbucket.Policies;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.Scope;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Charges that no reservation bounds, in buckets that several accounts share. */
final class UnreservedChargesTest {
    private static final long BOMB = 9_007_199_254_740_991L;
    private static final Account ONE = member("one", "acme");
    private static final Account OTHER = member("other", "acme");

    private final Metered metered = new Metered(Policies.pooled(
            Map.of(Measure.OUTPUT_TOKENS, "5000/1d"),
            limit("own", Measure.OUTPUT_TOKENS, 100_000, "100000/365d"),
            scoped(Set.of(Scope.ORGANISATION), limit("firm", Measure.OUTPUT_TOKENS, 1_000_000, "1000000/365d")),
            scoped(Set.of(Scope.ROUTE), limit("all", Measure.OUTPUT_TOKENS, 10_000_000, "10000000/365d"))));

    @Test
    void fileOfUnknownOriginIsChargedToTheAccountAlone() {
        fetch(ONE, "file-1", new Outcome.Served(200, exact(BOMB, BOMB), 268, 1));
        assertThat(left(ONE, "own")).isEqualTo(100_000 - 268);
        metered.served(metered.begin(metered.messages().by(OTHER), FakeBody.prompt("m", 1, 100)), 1, 100);
        assertThat(firmLeft()).isEqualTo(1_000_000 - 100);
    }

    @Test
    void fileOfUnknownOriginStaysSoWhenItIsFetchedAgain() {
        Outcome part = new Outcome.DownstreamGone(200, exact(0, 5), 1, 1, Outcome.Phase.STREAMING);
        fetch(ONE, "file-1", part);
        fetch(ONE, "file-1", served(exact(0, BOMB)));
        metered.served(metered.begin(metered.messages().by(OTHER), FakeBody.prompt("m", 1, 100)), 1, 100);
        assertThat(firmLeft()).isEqualTo(1_000_000 - 100);
    }

    @Test
    void resultsThatNoBatchHasNamedHereAreChargedInFullToTheAccount() {
        for (String file : List.of("file-1", "file-2")) {
            fetch(ONE, file, new Outcome.Served(200, exact(0, 1_000_000), 4_000_000, 1));
        }
        assertThat(left(ONE, "own")).isEqualTo(100_000 - 2_000_000);
    }

    @Test
    void resultsThatABatchHasNamedAreChargedOnceToAll() {
        batch("file-1", "file-2");
        for (int i = 0; i < 2; i++) {
            fetch(ONE, "file-1", served(exact(10, 150_000)));
        }
        assertThat(left(ONE, "own")).isEqualTo(-50_000);
        assertThat(firmLeft()).isEqualTo(1_000_000 - 150_000);
        batch("file-1");
        fetch(ONE, "file-1", served(exact(10, 150_000)));
        assertThat(firmLeft()).isEqualTo(1_000_000 - 150_000);
    }

    @Test
    void resultsAreChargedToTheAccountThatFetchesThemFirst() {
        batch("file-1");
        fetch(OTHER, "file-1", served(exact(10, 700)));
        fetch(ONE, "file-1", served(exact(10, 700)));
        assertThat(left(OTHER, "own")).isEqualTo(100_000 - 700);
    }

    @Test
    void debtOfASharedBucketIsAtMostItsCapacity() {
        batch("file-1", "file-2");
        fetch(ONE, "file-1", served(exact(10, BOMB)));
        fetch(ONE, "file-2", served(exact(10, BOMB)));
        assertThat(firmLeft()).isEqualTo(-1_000_000);
        assertThat(left(ONE, "own")).isLessThan(-1_000_000_000_000L);
    }

    @Test
    void fileOfUnknownOriginCostsAnAddressPrefixNothing() {
        Metered prefix = new Metered(limit("requests", 10, "1/1h"), limit("own", Measure.OUTPUT_TOKENS, 1000, "1/1h"));
        Account forged = new Account("x", Account.Trust.PROVISIONAL, null, null, false, null);
        FakeExchange fetched = prefix.messages()
                .by(forged)
                .asks(Provider.OPENAI, Operation.FILE_CONTENT, "GET", "/v1/files/file-1/content");
        assertThat(prefix.harness.request(fetched)).isSameAs(Verdict.ALLOW);
        prefix.end(fetched, served(exact(0, BOMB)));
        Account neighbour = new Account("y", Account.Trust.PROVISIONAL, null, null, false, null);
        assertThat(prefix.ask(prefix.messages().by(neighbour), FakeBody.prompt("m", 1, 10)))
                .isSameAs(Verdict.ALLOW);
    }

    private void batch(String... files) {
        FakeExchange polled = metered.messages()
                .by(ONE)
                .asks(Provider.OPENAI, Operation.FILE_BATCH, "GET", "/v1/batches/b")
                .answered(new DeferredResponse(false, -1, null, List.of(files)));
        assertThat(metered.harness.request(polled)).isSameAs(Verdict.ALLOW);
        metered.end(polled, served(Usage.NONE));
    }

    private void fetch(Account account, String file, Outcome outcome) {
        FakeExchange fetched = metered.messages()
                .by(account)
                .asks(Provider.OPENAI, Operation.FILE_CONTENT, "GET", "/v1/files/" + file + "/content");
        assertThat(metered.harness.request(fetched)).isSameAs(Verdict.ALLOW);
        metered.end(fetched, outcome);
    }

    private long left(Account account, String limit) {
        return metered.left(account.id(), limit);
    }

    private long firmLeft() {
        return metered.levels("organisations", "acme").get("null").get("firm");
    }
}
