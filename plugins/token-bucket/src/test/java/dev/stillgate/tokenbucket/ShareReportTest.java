package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Metered.exact;
import static dev.stillgate.tokenbucket.Metered.served;
import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.member;
import static dev.stillgate.tokenbucket.Policies.policy;
import static dev.stillgate.tokenbucket.Policies.scoped;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeContext;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.Prices;
import dev.stillgate.tokenbucket.policy.Prices.ModelPrice;
import dev.stillgate.tokenbucket.policy.Scope;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reports of shares of limits: one for each owner, share and period. */
final class ShareReportTest {
    private static final Limit REQUESTS = notifying(limit("day", 10, "10/1d"), "0.5", "0.8", "1.0");

    private final Metered metered = new Metered(REQUESTS);

    private static Limit notifying(Limit l, String... shares) {
        return new Limit(
                l.name(),
                l.measure(),
                l.scope(),
                l.models(),
                l.capacity(),
                l.refill(),
                l.refillStyle(),
                l.reserve(),
                l.reserveCeiling(),
                l.tiers(),
                l.batches(),
                Stream.of(shares).map(BigDecimal::new).toList());
    }

    private static boolean use(Metered metered, Account account, long output) {
        FakeExchange exchange = metered.messages().by(account);
        if (metered.ask(exchange, FakeBody.prompt("m", 1, 1)) != Verdict.ALLOW) {
            return false;
        }
        metered.end(exchange, served(exact(1, output)));
        return true;
    }

    private static void use(Metered metered, int times) {
        for (int i = 0; i < times; i++) {
            use(metered, Metered.ACCOUNT, 1);
        }
    }

    private static List<FakeContext.Report> reports(Metered metered) {
        metered.advance(Duration.ofSeconds(1));
        return metered.harness.context().reports();
    }

    private static List<String> shares(Metered metered) {
        return reports(metered).stream().map(each -> each.data().get("share")).toList();
    }

    @Test
    void eachShareIsReportedOnce() {
        use(metered, 4);
        assertThat(shares(metered)).isEmpty();
        use(metered, 1);
        assertThat(shares(metered)).containsExactly("0.5");
        use(metered, 2);
        assertThat(shares(metered)).containsExactly("0.5");
        use(metered, 3);
        assertThat(shares(metered)).containsExactly("0.5", "0.8", "1");
        use(metered, 3); // refused
        assertThat(shares(metered)).hasSize(3);
    }

    @Test
    void reportNamesLimitOwnerAndUse() {
        use(metered, 5);
        assertThat(reports(metered)).singleElement().satisfies(report -> {
            assertThat(report.type()).isEqualTo("limit.share");
            assertThat(report.data())
                    .containsEntry("filter", "token-bucket")
                    .containsEntry("limit", "day")
                    .containsEntry("measure", "requests")
                    .containsEntry("account", "a-1")
                    .containsEntry("share", "0.5")
                    .containsEntry("used", "5")
                    .containsEntry("capacity", "10")
                    .containsEntry("unit", "requests")
                    .containsKeys("reached", "period")
                    .doesNotContainKeys("model", "route");
        });
    }

    @Test
    void reservationsInFlightAreNoUse() {
        Metered output = new Metered(notifying(limit("out", Measure.OUTPUT_TOKENS, 1000, "1000/1d"), "0.1"));
        FakeExchange first = output.begin(1, 400);
        FakeExchange second = output.begin(1, 400);
        output.served(first, 1, 50);
        assertThat(shares(output)).as("50 used and 400 reserved of 1000").isEmpty();
        output.served(second, 1, 50);
        assertThat(shares(output)).containsExactly("0.1");
    }

    @Test
    void refusalOfALargeRequestIsNoUse() {
        Metered output = new Metered(notifying(limit("in", Measure.INPUT_TOKENS, 1000, "1000/1d"), "0.5", "1"));
        output.served(output.begin(10, 10), 10, 10);
        output.refused(1000, 1);
        assertThat(shares(output)).isEmpty();
    }

    @Test
    void refusalOfAForgedClaimIsNoUse() {
        Metered batches = new Metered(notifying(limit("day", 10, "10/1d"), "1"));
        use(batches, 9);
        FakeExchange forged = batches.messages()
                .claimed()
                .asks(Provider.ANTHROPIC, Operation.MESSAGE_BATCH, "POST", "/v1/messages/batches");
        batches.refused(forged, FakeBody.batch(5, FakeBody.prompt("m", 1, 1)));
        assertThat(shares(batches)).isEmpty();
    }

    @Test
    void refusalReportsTheWholeShareAlthoughALittleIsLeft() {
        Metered output = new Metered(notifying(limit("out", Measure.OUTPUT_TOKENS, 1000, "1000/1d"), "0.5", "1"));
        output.served(output.begin(1, 400), 1, 950);
        assertThat(shares(output)).containsExactly("0.5");
        for (int i = 0; i < 100; i++) {
            output.refused(1, 400);
        }
        assertThat(shares(output)).containsExactly("0.5", "1");
        assertThat(reports(output).getLast().data()).containsEntry("used", "950");
    }

    @Test
    void refusalForReservationsInFlightReportsNothing() {
        Metered output = new Metered(notifying(limit("out", Measure.OUTPUT_TOKENS, 1000, "1000/1d"), "1"));
        output.begin(1, 500);
        output.begin(1, 500);
        output.refused(1, 500);
        assertThat(shares(output)).isEmpty();
    }

    @Test
    void reloadReportsNoShareAgain() {
        use(metered, 5);
        assertThat(shares(metered)).hasSize(1);
        for (int i = 0; i < 3; i++) {
            metered.reload(policy(notifying(limit("day", 10, "10/1d"), "0.5", "0.8", i % 2 == 0 ? "0.9" : "1.0")));
            use(metered, 1);
        }
        assertThat(shares(metered)).containsExactly("0.5", "0.8");
    }

    @Test
    void shareIsReportedAgainInTheNextPeriod() {
        use(metered, 5);
        assertThat(shares(metered)).hasSize(1);
        metered.advance(Duration.ofHours(5)); // of the same day: refills two
        use(metered, 2);
        assertThat(shares(metered)).hasSize(1);
        metered.advance(Duration.ofDays(1));
        use(metered, 5);
        assertThat(reports(metered)).hasSize(2);
        assertThat(reports(metered)).extracting(FakeContext.Report::id).doesNotHaveDuplicates();
    }

    @Test
    void clockThatWasAheadSilencesNoReport() {
        metered.ticker().jumpWallClock(Duration.ofDays(365));
        use(metered, 5);
        assertThat(shares(metered)).hasSize(1);
        metered.ticker().jumpWallClock(Duration.ofDays(-365));
        metered.advance(Duration.ofDays(1));
        use(metered, 5);
        assertThat(shares(metered)).hasSize(2);
        metered.advance(Duration.ofHours(3)); // of the same day
        use(metered, 3);
        assertThat(shares(metered)).hasSize(2);
    }

    @Test
    void otherGatewayGivesAReportTheSameId() {
        Metered other = new Metered(REQUESTS);
        use(metered, 5);
        use(other, 6);
        assertThat(reports(other).getFirst().id())
                .isEqualTo(reports(metered).getFirst().id());
        use(metered, 3);
        use(metered.reload(policy(REQUESTS)), 0);
        for (int i = 0; i < 5; i++) {
            use(metered, account("a-2"), 1);
        }
        assertThat(reports(metered))
                .hasSize(3)
                .extracting(FakeContext.Report::id)
                .doesNotHaveDuplicates();
    }

    @Test
    void eachOwnerHasItsReports() {
        Metered owners = new Metered(
                notifying(scoped(Set.of(Scope.ORGANISATION), limit("org", 4, "4/1d")), "0.5"),
                notifying(scoped(Set.of(Scope.MODEL), limit("model", 3, "3/1d")), "1"));
        for (int i = 0; i < 4; i++) {
            use(owners, member("a-" + i, "o-1"), 1);
        }
        assertThat(reports(owners)).hasSize(2);
        assertThat(reports(owners).getFirst().data())
                .containsEntry("organisation", "o-1")
                .doesNotContainKey("account");
        assertThat(reports(owners).getLast().data())
                .containsEntry("limit", "model")
                .containsEntry("model", "m")
                .doesNotContainKeys("account", "organisation");
    }

    @Test
    void poolIsNamed() {
        metered.harness.context().stands("a-1", Standing.POOLED, "c-1").stands("a-2", Standing.POOLED, "c-1");
        for (int i = 0; i < 3; i++) {
            use(metered, account("a-1"), 1);
            use(metered, account("a-2"), 1);
        }
        assertThat(reports(metered))
                .singleElement()
                .satisfies(report ->
                        assertThat(report.data()).containsEntry("pool", "c-1").containsEntry("used", "5"));
    }

    @Test
    void addressPrefixIsNotReported() {
        Account forged = account("h1:ab", Account.Trust.PROVISIONAL);
        for (int i = 0; i < 50; i++) {
            use(metered, forged, 1);
        }
        assertThat(reports(metered)).isEmpty();
    }

    @Test
    void queueIsBounded() {
        for (int i = 0; i < 3000; i++) {
            for (int j = 0; j < 5; j++) {
                use(metered, account("a-" + i), 1);
            }
        }
        assertThat(reports(metered)).hasSize(1024);
        use(metered, account("later"), 1);
        for (int j = 0; j < 5; j++) {
            use(metered, account("later"), 1);
        }
        assertThat(reports(metered)).hasSize(1025);
    }

    @Test
    void amountsOfMoneyAreInTheCurrency() {
        var prices = new Prices("USD", null, new ModelPrice(new BigDecimal("3"), new BigDecimal("15"), null, null));
        Limit spend = new Limit(
                "spend",
                Measure.COST,
                null,
                null,
                new BigDecimal("2.50"),
                "2.50/30d",
                null,
                null,
                null,
                null,
                null,
                null);
        Metered cost = new Metered(Policies.priced(prices, notifying(spend, "0.5")));
        use(cost, Metered.ACCOUNT, 100_000);
        assertThat(reports(cost))
                .singleElement()
                .satisfies(report -> assertThat(report.data())
                        .containsEntry("used", "1.500003")
                        .containsEntry("capacity", "2.5")
                        .containsEntry("unit", "USD"));
    }

    @Test
    void fetchedResultsCount() {
        Metered output = new Metered(notifying(limit("out", Measure.OUTPUT_TOKENS, 1000, "1000/1d"), "0.5"));
        FakeExchange sent = output.responses().answered("resp_1");
        output.begin(sent, FakeBody.prompt("m", 1, 10).later());
        output.end(sent, served(Usage.NONE));
        FakeExchange fetched =
                output.messages().asks(Provider.OPENAI, Operation.STORED_RESPONSE, "GET", "/v1/responses/resp_1");
        assertThat(output.harness.request(fetched)).isSameAs(Verdict.ALLOW);
        output.end(fetched, new Outcome.Served(200, exact(1, 600), 1, 1));
        assertThat(shares(output)).containsExactly("0.5");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 10/1d",
        "1.1, 10/1d",
        "-0.5, 10/1d",
        "0.0001, 10/1d",
        "0.8 0.5, 10/1d",
        "0.5 0.50, 10/1d",
        "0.5, 10/59m",
        "0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9, 10/1d"
    })
    void invalidSharesAreRefused(String shares, String refill) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> notifying(limit("day", 10, refill), shares.split(" ")))
                .withMessageStartingWith("notifyAt: expected ");
    }

    @Test
    void concurrencyHasNoShares() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> notifying(Policies.concurrency("parallel", 8), "0.5"))
                .withMessage("notifyAt: not allowed for a concurrency limit");
    }
}
