package dev.stillgate.tokenbucket.policy;

import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.concurrency;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.member;
import static dev.stillgate.tokenbucket.Policies.models;
import static dev.stillgate.tokenbucket.Policies.scoped;
import static dev.stillgate.tokenbucket.Policies.withoutBatches;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.tokenbucket.Metered;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Scopes of limits. */
final class ScopeTest {
    private static final Limit TWO = limit("two", 2, "1/1h");

    @Test
    void accountsAreCountedSeparately() {
        Metered metered = new Metered(TWO);
        assertThat(granted(metered, account("a"), "m", "/v1/", 5)).isEqualTo(2);
        assertThat(granted(metered, account("b"), "m", "/v1/", 5)).isEqualTo(2);
    }

    @Test
    void organisationIsCountedTogether() {
        Metered metered = new Metered(scoped(Set.of(Scope.ORGANISATION), TWO));
        assertThat(granted(metered, member("a", "x"), "m", "/v1/", 1)).isEqualTo(1);
        assertThat(granted(metered, member("b", "x"), "m", "/v1/", 5)).isEqualTo(1);
        assertThat(granted(metered, member("c", "y"), "m", "/v1/", 5)).isEqualTo(2);
        Verdict.Reject refused = metered.refused(metered.messages().by(member("d", "x")), FakeBody.prompt("m", 1, 1));
        assertThat(refused.message()).startsWith("This request would exceed the organisation's rate limit");
    }

    @Test
    void accountWithoutOrganisationCountsAsItsOwn() {
        Metered metered = new Metered(scoped(Set.of(Scope.ORGANISATION), TWO));
        assertThat(granted(metered, account("a"), "m", "/v1/", 5)).isEqualTo(2);
        assertThat(granted(metered, account("b"), "m", "/v1/", 5)).isEqualTo(2);
        assertThat(granted(metered, member("c", "a"), "m", "/v1/", 5))
                .as("an organisation with the id of an account is distinct")
                .isEqualTo(2);
    }

    @Test
    void accountAndOrganisationScopeEqualsAccountScope() {
        Metered metered = new Metered(scoped(Set.of(Scope.ACCOUNT, Scope.ORGANISATION), TWO));
        assertThat(granted(metered, member("a", "x"), "m", "/v1/", 5)).isEqualTo(2);
        assertThat(granted(metered, member("b", "x"), "m", "/v1/", 5)).isEqualTo(2);
    }

    @Test
    void routeScopeCountsAllAccountsTogether() {
        Metered metered = new Metered(scoped(Set.of(Scope.ROUTE), TWO));
        assertThat(granted(metered, account("a"), "m", "/v1/", 1)).isEqualTo(1);
        assertThat(granted(metered, member("b", "x"), "m", "/v1/", 5)).isEqualTo(1);
        assertThat(granted(metered, account("a"), "m", "/v2/", 5)).isEqualTo(2);
        Verdict.Reject refused = metered.refused(metered.messages().by(Account.ANONYMOUS), FakeBody.prompt("m", 1, 1));
        assertThat(refused.message()).startsWith("This request would exceed the service's rate limit");
    }

    @Test
    void accountAndRouteScopeCountsRoutesSeparately() {
        Metered metered = new Metered(scoped(Set.of(Scope.ACCOUNT, Scope.ROUTE), TWO));
        assertThat(granted(metered, account("a"), "m", "/v1/", 5)).isEqualTo(2);
        assertThat(granted(metered, account("a"), "m", "/v2/", 5)).isEqualTo(2);
        assertThat(granted(metered, account("b"), "m", "/v1/", 5)).isEqualTo(2);
    }

    @Test
    void unservedModelsShareABucket() {
        Metered metered = new Metered(scoped(Set.of(Scope.ACCOUNT, Scope.MODEL), TWO));
        FakeExchange first = begin(metered, "m-1");
        FakeExchange second = begin(metered, "m-2");
        metered.refused(metered.messages(), FakeBody.prompt("invented", 1, 1));
        metered.harness.served(first, 404);
        metered.refused(metered.messages(), FakeBody.prompt("m-1", 1, 1));
        metered.harness.served(second, 200);
        begin(metered, "m-2");
        begin(metered, "m-2");
        metered.refused(metered.messages(), FakeBody.prompt("m-2", 1, 1));
        metered.refused(metered.messages(), FakeBody.prompt("m-1", 1, 1));
    }

    @Test
    void inventedModelsShareOneBucket() {
        Metered metered = new Metered(scoped(Set.of(Scope.ACCOUNT, Scope.MODEL), limit("many", 100_000, "100000/1h")));
        for (int i = 0; i < 10_000; i++) {
            FakeExchange exchange = begin(metered, "invented-" + i);
            metered.harness.served(exchange, 404);
        }
        assertThat(metered.levels("accounts", Metered.ACCOUNT.id()))
                .containsOnlyKeys("null")
                .extractingByKey("null")
                .extracting(each -> each.get("many"))
                .isEqualTo(90_000L);
    }

    @Test
    void servedModelsHaveABoundedNumberOfBuckets() {
        Metered metered = new Metered(scoped(Set.of(Scope.ACCOUNT, Scope.MODEL), limit("many", 100_000, "100000/1h")));
        for (int i = 0; i < 2000; i++) {
            metered.harness.served(begin(metered, "m-" + i % 1000), 200);
        }
        assertThat(metered.levels("accounts", Metered.ACCOUNT.id())).hasSizeBetween(2, 257);
    }

    @Test
    void accountModelAndRouteScopeCountsEachSeparately() {
        Metered metered = new Metered(scoped(Set.of(Scope.ACCOUNT, Scope.MODEL, Scope.ROUTE), TWO));
        learn(metered, "m-1", "m-2");
        Account a = account("a");
        for (String model : List.of("m-1", "m-2")) {
            for (String route : List.of("/v1/", "/v2/")) {
                assertThat(granted(metered, a, model, route, 5)).isEqualTo(2);
            }
        }
    }

    @Test
    void modelScopeCountsAllAccountsTogether() {
        Metered metered = new Metered(scoped(Set.of(Scope.MODEL), limit("model", 3, "1/1h")));
        metered.harness.served(begin(metered, "m-1"), 200); // counted as an unknown model
        assertThat(granted(metered, account("a"), "m-1", "/v1/", 2)).isEqualTo(2);
        assertThat(granted(metered, account("b"), "m-1", "/v1/", 2)).isEqualTo(1);
    }

    @Test
    void requestWithoutModelCountsAsUnknownModel() {
        Metered metered = new Metered(scoped(Set.of(Scope.ACCOUNT, Scope.MODEL), TWO));
        metered.begin(metered.messages(), FakeBody.prompt("m", 1, 1).model(null));
        begin(metered, "unknown");
        metered.refused(metered.messages(), FakeBody.prompt("m", 1, 1).model(null));
    }

    @Test
    void pathWithoutPromptIsIgnoredByModelLimits() {
        Metered metered = new Metered(scoped(Set.of(Scope.ACCOUNT, Scope.MODEL), TWO), limit("all", 3, "1/1h"));
        for (int i = 0; i < 3; i++) {
            FakeExchange exchange = metered.messages().asks(Provider.OPENAI, Operation.CONTROL, "GET", "/v1/batches");
            assertThat(metered.harness.request(exchange)).isSameAs(Verdict.ALLOW);
        }
        assertThat(metered.left("all")).isZero();
        assertThat(metered.levels("accounts", Metered.ACCOUNT.id()).get("null")).doesNotContainKey("two");
    }

    @Test
    void modelPatternsCountMatchesAndRequestsWithoutModel() {
        Metered metered = new Metered(models(List.of("big-*", "exact"), limit("big", 3, "1/1h")));
        for (int i = 0; i < 5; i++) {
            begin(metered, "small");
            begin(metered, "exactly");
        }
        begin(metered, "big-1");
        begin(metered, "exact");
        metered.begin(metered.messages(), FakeBody.prompt("m", 1, 1).model(null));
        metered.refused(metered.messages(), FakeBody.prompt("big-2", 1, 1));
        begin(metered, "small");
    }

    @Test
    void requestTakesFromAllOwnersOrNone() {
        Metered metered = new Metered(
                limit("own", 10, "1/1h"),
                scoped(Set.of(Scope.ACCOUNT, Scope.MODEL), limit("model", 10, "1/1h")),
                scoped(Set.of(Scope.ORGANISATION), limit("org", 2, "1/1h")),
                scoped(Set.of(Scope.ROUTE), limit("route", 10, "1/1h")));
        Account a = member("a", "x");
        assertThat(granted(metered, a, "m", "/v1/", 9)).isEqualTo(2);
        assertThat(metered.levels("accounts", "a").get("null"))
                .containsEntry("own", 8L)
                .containsEntry("model", 8L);
        assertThat(metered.levels("organisations", "x").get("null")).containsEntry("org", 0L);
        int others = 0;
        for (int i = 0; i < 20; i++) {
            others += granted(metered, account("other-" + i), "m", "/v1/", 1);
        }
        assertThat(others).as("tokens left in the route limit").isEqualTo(8);
    }

    @Test
    void concurrencyHasTheSameScopes() {
        Metered metered = new Metered(
                scoped(Set.of(Scope.ORGANISATION), concurrency("org", 2)),
                scoped(Set.of(Scope.ACCOUNT, Scope.MODEL), concurrency("model", 1)));
        learn(metered, "m-1");
        FakeExchange first = metered.begin(metered.messages().by(member("a", "x")), FakeBody.prompt("m-1", 1, 1));
        assertThat(metered.refused(metered.messages().by(member("a", "x")), FakeBody.prompt("m-1", 1, 1))
                        .code())
                .isEqualTo("model");
        metered.begin(metered.messages().by(member("b", "x")), FakeBody.prompt("m-1", 1, 1));
        assertThat(metered.refused(metered.messages().by(member("c", "x")), FakeBody.prompt("m-1", 1, 1))
                        .message())
                .startsWith("Too many requests at once: the organisation's limit is 2 requests at once.");
        metered.harness.served(first, 200);
        metered.begin(metered.messages().by(member("c", "x")), FakeBody.prompt("m-1", 1, 1));
    }

    @Test
    void limitCanExcludeBatches() {
        Metered metered = new Metered(withoutBatches(limit("online", 5, "1/1h")), limit("all", 50, "1/1h"));
        FakeExchange batch = metered.messages().asks(Provider.ANTHROPIC, Operation.MESSAGE_BATCH, "POST", "/b");
        metered.begin(batch, FakeBody.batch(20));
        assertThat(metered.left("online")).isEqualTo(5);
        assertThat(metered.left("all")).isEqualTo(30);
        metered.end(batch, Metered.served(Usage.NONE));
        assertThat(metered.left("online")).isEqualTo(5);
        assertThat(metered.left("all")).isEqualTo(30);
    }

    @Test
    void batchIsCountedByEachLimitOfItsModels() {
        Metered metered = new Metered(models(List.of("big-*"), limit("big", 5, "1/1h")), models(List.of("tiny"), TWO));
        metered.begin(batchExchange(metered), mixed("small", "big-1", "small"));
        assertThat(metered.left("big")).isEqualTo(2);
        assertThat(metered.left("two")).isEqualTo(2);
        assertThat(metered.refused(batchExchange(metered), mixed("small", "big-1", "small"))
                        .code())
                .isEqualTo("big");
    }

    @Test
    void batchLearnsNoModels() {
        Metered metered = new Metered(scoped(Set.of(Scope.ACCOUNT, Scope.MODEL), TWO));
        for (String invented : List.of("x-1", "x-2")) {
            FakeExchange sent =
                    metered.begin(batchExchange(metered), FakeBody.batch(1, FakeBody.prompt(invented, 1, 1)));
            metered.end(sent, Metered.served(Usage.NONE));
        }
        assertThat(metered.refused(batchExchange(metered), FakeBody.batch(1, FakeBody.prompt("x-1", 1, 1)))
                        .code())
                .isEqualTo("two");
    }

    @Test
    void overlongModelNameIsNeverLearned() {
        Metered metered = new Metered(scoped(Set.of(Scope.ACCOUNT, Scope.MODEL), TWO));
        String endless = "x".repeat(70_000);
        learn(metered, endless);
        begin(metered, endless);
        assertThat(metered.levels("accounts", Metered.ACCOUNT.id())).containsOnlyKeys("null");
    }

    private static FakeExchange batchExchange(Metered metered) {
        return metered.messages().asks(Provider.ANTHROPIC, Operation.MESSAGE_BATCH, "POST", "/v1/messages/batches");
    }

    private static BodyView.Batch mixed(String... models) {
        return new BodyView.Batch() {
            @Override
            public int size() {
                return models.length;
            }

            @Override
            public BodyView.Chat item(int index) {
                return FakeBody.prompt(models[index], 1, 1);
            }
        };
    }

    private static FakeExchange begin(Metered metered, String model) {
        return metered.begin(metered.messages(), FakeBody.prompt(model, 1, 1));
    }

    /** Makes the filter learn models through another account. */
    private static void learn(Metered metered, String... models) {
        for (String model : models) {
            metered.harness.served(
                    metered.begin(metered.messages().by(account("learner-" + model)), FakeBody.prompt(model, 1, 1)),
                    200);
        }
    }

    private static int granted(Metered metered, Account account, String model, String route, int tries) {
        int granted = 0;
        for (int i = 0; i < tries; i++) {
            FakeExchange exchange = metered.messages().by(account).routed(route);
            granted += metered.ask(exchange, FakeBody.prompt(model, 1, 1)) == Verdict.ALLOW ? 1 : 0;
        }
        return granted;
    }

    @Test
    void useOfOthersIsNotTold() {
        Metered metered = new Metered(
                scoped(Set.of(Scope.ORGANISATION), limit("firm", 7, "7/1h")),
                scoped(Set.of(Scope.ROUTE), limit("all", 10, "10/1h")));
        Account member = member("a-1", "o-1");
        FakeExchange one = metered.begin(metered.completions().by(member), FakeBody.prompt("m", 10, 10));
        assertThat(metered.harness.response(one, 200)).isEmpty();
        FakeExchange alone = metered.begin(metered.completions().by(account("a-2")), FakeBody.prompt("m", 10, 10));
        assertThat(metered.harness.response(alone, 200)).contains(new Header("x-ratelimit-remaining-requests", "6"));
        for (int i = 0; i < 6; i++) {
            metered.begin(metered.completions().by(member), FakeBody.prompt("m", 10, 10));
        }
        Verdict.Reject refused = metered.refused(metered.completions().by(member), FakeBody.prompt("m", 10, 10));
        assertThat(refused.message()).contains("limit 7, requested 1.").doesNotContain("used");
        assertThat(refused.details())
                .isEqualTo("organisation's limit: 7 requests, refilled at 7/1h, used 7, requested 1");
        assertThat(refused.headers()).isEmpty();
        assertThat(refused.retryAfter()).isNotNull();
    }
}
