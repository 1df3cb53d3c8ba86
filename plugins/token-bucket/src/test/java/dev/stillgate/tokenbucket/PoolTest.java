package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.concurrency;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.member;
import static dev.stillgate.tokenbucket.Policies.ofTier;
import static dev.stillgate.tokenbucket.Policies.pooled;
import static dev.stillgate.tokenbucket.Policies.scoped;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.Scope;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Accounts that draw from one pool, in virtual time: exact numbers of served requests. */
@Tag("slow")
final class PoolTest {
    private static final BodyView PROMPT = FakeBody.prompt("m", 10, 10);

    private final Metered metered = new Metered(
            pooled(Map.of(Measure.REQUESTS, "500/1d"), limit("requests", 1000, "1000/1h"), concurrency("parallel", 8)));

    private void pool(String account, String pool) {
        metered.harness.context().stands(account, Standing.POOLED, pool);
    }

    private void release(String account) {
        metered.harness.context().stands(account, Standing.CLEAR);
    }

    private Verdict ask(Account account) {
        FakeExchange exchange = metered.messages().by(account);
        Verdict verdict = metered.ask(exchange, PROMPT);
        if (verdict == Verdict.ALLOW) {
            metered.served(exchange, 10, 10);
        }
        return verdict;
    }

    private boolean serves(String account) {
        return ask(account(account)) == Verdict.ALLOW;
    }

    /** Sends requests of an account until one is refused; returns the number of served ones. */
    private int drain(String account) {
        int served = 0;
        while (serves(account)) {
            served++;
        }
        return served;
    }

    private long poolLeft(String pool) {
        return metered.levels("pools", pool).get("null").get("pool-requests");
    }

    @Test
    void accountsOfAPoolGetOneBudgetADay() {
        int accounts = 400;
        int each = 17;
        for (int i = 0; i < accounts; i++) {
            pool("a-" + i, "c-1");
        }
        int[] served = new int[4];
        Duration step = Duration.ofDays(1).dividedBy(accounts * each);
        for (int i = 0; i < served.length * accounts * each; i++) {
            served[i / (accounts * each)] += serves("a-" + i % accounts) ? 1 : 0;
            metered.advance(step);
        }
        assertThat(served).containsExactly(999, 500, 500, 500);
        assertThat(metered.count("refused", "limit", "pool-requests", "bucket", "pool"))
                .isEqualTo(4 * 6800 - 2499);
    }

    @Test
    void accountOutsideOfThePoolIsNotAffected() {
        pool("a", "c-1");
        pool("marked", "c-1");
        metered.harness.context().stands("marked", Standing.MARKED, "c-1");
        assertThat(drain("a")).isEqualTo(500);
        assertThat(drain("marked")).isEqualTo(1000);
        assertThat(drain("other")).isEqualTo(1000);
        assertThat(poolLeft("c-1")).isZero();
    }

    @Test
    void poolHasTheLimitsOfOneCustomer() {
        metered.reload(pooled(Map.of(Measure.REQUESTS, "500/1d"), limit("requests", 20, "20/1m")));
        for (int i = 0; i < 10; i++) {
            pool("a-" + i, "c-1");
        }
        int served = 0;
        for (int i = 0; i < 10; i++) {
            served += drain("a-" + i);
        }
        assertThat(served).isEqualTo(20);
        assertThat(metered.count("refused", "limit", "requests", "bucket", "pool"))
                .isEqualTo(9);
        assertThat(metered.left("a-9", "requests")).isEqualTo(20);
    }

    @Test
    void joiningAndLeavingLeaveAllLevels() {
        for (int i = 0; i < 300; i++) {
            assertThat(serves("a")).isTrue();
        }
        pool("a", "c-1");
        pool("b", "c-1");
        assertThat(metered.left("a", "requests")).isEqualTo(700);
        for (int i = 0; i < 200; i++) {
            assertThat(serves("a")).isTrue();
        }
        release("a");
        assertThat(metered.left("a", "requests")).isEqualTo(500);
        assertThat(poolLeft("c-1")).isEqualTo(300);
        assertThat(drain("a")).isEqualTo(500);
        pool("a", "c-1");
        assertThat(drain("b")).isEqualTo(300);
        assertThat(metered.left("a", "requests")).isZero();
    }

    @Test
    void mergedPoolDrawsFromItsFormerPoolsToo() {
        pool("a", "c-1");
        pool("b", "c-2");
        assertThat(drain("a")).isEqualTo(500);
        pool("a", "c-2");
        assertThat(serves("a")).isFalse();
        metered.advance(Duration.ofHours(6));
        assertThat(drain("a")).isEqualTo(125);
        assertThat(poolLeft("c-2")).isEqualTo(375);
        assertThat(drain("b")).isEqualTo(375);
        metered.advance(Duration.ofHours(12));
        assertThat(drain("a")).isEqualTo(250);
        assertThat(poolLeft("c-1")).isZero();
    }

    @Test
    void formerPoolIsLeftWhenItWouldBeFull() {
        pool("a", "c-1");
        pool("b", "c-1");
        assertThat(drain("a")).isEqualTo(500);
        pool("a", "c-2");
        metered.advance(Duration.ofDays(1));
        assertThat(drain("b")).isEqualTo(500);
        assertThat(serves("a")).as("the memory lasts for a minute more").isFalse();
        metered.advance(Duration.ofSeconds(61));
        assertThat(drain("a")).isEqualTo(500);
        assertThat(poolLeft("c-2")).isZero();
    }

    @Test
    void accountThatLeftAndJoinsAnotherPoolDrawsFromBoth() {
        pool("a", "c-1");
        assertThat(drain("a")).isEqualTo(500);
        release("a");
        assertThat(serves("a")).isTrue();
        metered.advance(Duration.ofHours(1));
        pool("a", "c-2");
        assertThat(drain("a")).isEqualTo(20);
    }

    @Test
    void accountJoinsNoFifthPoolUntilItMayLeaveOne() {
        for (int i = 1; i <= 5; i++) {
            pool("a", "c-" + i);
            metered.advance(Duration.ofHours(1));
            assertThat(serves("a")).isTrue();
        }
        assertThat(page("a").pools()).containsExactly("c-1", "c-2", "c-3", "c-4");
        assertThat(metered.levels("pools", "c-5")).isEmpty();
        metered.advance(Duration.ofHours(20).plusMinutes(2));
        assertThat(serves("a")).isTrue();
        assertThat(page("a").pools()).containsExactly("c-2", "c-3", "c-4", "c-5");
    }

    @Test
    void orderedAccountOfAnOrganisationDrawsFromBoth() {
        metered.reload(pooled(
                Map.of(Measure.REQUESTS, "500/1d"),
                limit("requests", 1000, "1000/1h"),
                scoped(Set.of(Scope.ORGANISATION), limit("org", 700, "700/1d"))));
        Account account = member("a", "x");
        pool("a", "c-1");
        int served = 0;
        while (ask(account) == Verdict.ALLOW) {
            served++;
        }
        assertThat(served).isEqualTo(500);
        assertThat(metered.levels("organisations", "x").get("null")).containsEntry("org", 200L);
    }

    @Test
    void orderedAccountWithoutAGroupHasAPoolOfItsOwn() {
        metered.harness.context().stands("a", Standing.POOLED);
        metered.harness.context().stands("b", Standing.POOLED);
        assertThat(drain("a")).isEqualTo(500);
        assertThat(drain("b")).isEqualTo(500);
    }

    @Test
    void tokensOfThePoolAreReservedAndSettled() {
        metered.reload(pooled(
                Map.of(Measure.OUTPUT_TOKENS, "1000/1d"),
                Policies.ceiling(100, limit("out", Measure.OUTPUT_TOKENS, 100_000, "100000/1h"))));
        pool("a-1", "c-1");
        FakeExchange first = metered.begin(10, 4000);
        assertThat(metered.levels("pools", "c-1").get("null")).containsEntry("pool-output-tokens", 900L);
        metered.served(first, 10, 1500);
        assertThat(metered.levels("pools", "c-1").get("null")).containsEntry("pool-output-tokens", -500L);
        Verdict.Reject refused = metered.refused(10, 4000);
        assertThat(refused.code()).isEqualTo("pool-output-tokens");
        assertThat(refused.retryAfter())
                .isEqualTo(Duration.ofDays(1).multipliedBy(6).dividedBy(10));
    }

    @Test
    void pageOfAnAccountNamesItsPools() {
        assertThat(serves("a")).isTrue();
        assertThat(page("a").pools()).isEmpty();
        pool("a", "c-1");
        assertThat(serves("a")).isTrue();
        assertThat(page("a").pools()).containsExactly("c-1");
        release("a");
        metered.advance(Duration.ofHours(25));
        assertThat(serves("a")).isTrue();
        assertThat(page("a").pools()).isEmpty();
        assertThat(metered.harness.context().shows("pools", "c-1")).isNull();
    }

    private BucketPage page(String account) {
        return (BucketPage) metered.harness.context().shows("accounts", account);
    }

    @Test
    void poolHasTheSmallestLearntBudgetOfItsAccountsTiers() {
        metered.reload(pooled(Map.of(Measure.REQUESTS, "auto up to 500/1d"), limit("requests", 1000, "1000/1h")));
        metered.harness.context().learnsPoolRequests("free", 40).learnsPoolRequests("gold", 90);
        Account gold = ofTier("gold", "gold");
        Account free = ofTier("free", "free");
        pool("gold", "c-1");
        pool("free", "c-1");
        pool("a", "c-2");
        assertThat(drain("a")).isEqualTo(500);
        for (int i = 0; i < 30; i++) {
            assertThat(ask(gold)).isEqualTo(Verdict.ALLOW);
        }
        assertThat(poolLeft("c-1")).isEqualTo(60);
        for (int i = 0; i < 40; i++) {
            assertThat(ask(i % 2 == 0 ? free : gold)).isEqualTo(Verdict.ALLOW);
        }
        assertThat(ask(gold)).isNotEqualTo(Verdict.ALLOW);
        metered.harness.context().learnsPoolRequests("free", 400);
        assertThat(ask(free)).isNotEqualTo(Verdict.ALLOW);
        metered.advance(Duration.ofHours(12));
        assertThat(ask(free)).isEqualTo(Verdict.ALLOW);
        assertThat(poolLeft("c-1")).isEqualTo(199);
        assertThat(ask(gold)).isEqualTo(Verdict.ALLOW);
        assertThat(poolLeft("c-1")).isEqualTo(89);
    }

    @Test
    void reloadNeverRefillsAPool() {
        pool("a", "c-1");
        assertThat(drain("a")).isEqualTo(500);
        List<Map<Measure, String>> budgets = List.of(
                Map.of(Measure.REQUESTS, "5000/1d"),
                Map.of(Measure.REQUESTS, "5/1d"),
                Map.of(Measure.OUTPUT_TOKENS, "1000/1d"),
                Map.of(Measure.REQUESTS, "500/1d", Measure.OUTPUT_TOKENS, "1000/1d"));
        for (Map<Measure, String> budget : budgets) {
            metered.reload(pooled(budget, limit("requests", 1000, "1000/1h"), limit("other", 400, "1/1d")));
            assertThat(serves("a")).as(budget.toString()).isFalse();
        }
    }
}
