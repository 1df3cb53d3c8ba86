package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.bounded;
import static dev.stillgate.tokenbucket.Policies.interval;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.scoped;
import static dev.stillgate.tokenbucket.Policies.tiers;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import dev.stillgate.spi.Standing;
import dev.stillgate.testkit.FakeTicker;
import dev.stillgate.tokenbucket.BucketHarness.Result;
import dev.stillgate.tokenbucket.bucket.Buckets;
import dev.stillgate.tokenbucket.bucket.Reservation;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import dev.stillgate.tokenbucket.policy.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("listens to a logger of the whole JVM")
final class ReloadTest {
    private final BucketHarness harness = new BucketHarness();
    private final FakeTicker ticker = harness.ticker;
    private final Buckets buckets = harness.buckets;
    private final Account account = account("h1:a", Trust.ACCEPTED);

    @Test
    void raisedLimitKeepsLevelAndRefillsOverTime() {
        drain(policy(limit("requests", 50, "50/50s")), 40);
        PolicyLimits raised = policy(limit("requests", 100, "100/50s"));
        assertThat(left(raised)).isEqualTo(10);
        ticker.advance(Duration.ofSeconds(10));
        assertThat(left(raised)).isEqualTo(20);
    }

    @Test
    void loweredLimitCutsLevelAndRaisingItRestoresNothing() {
        PolicyLimits high = policy(limit("requests", 50, "50/50s"));
        drain(high, 10);
        PolicyLimits low = policy(limit("requests", 20, "20/50s"));
        assertThat(harness.take(account, low, 15)).isEqualTo(Result.OWN);
        assertThat(left(policy(limit("requests", 50, "50/50s")))).isEqualTo(5);
    }

    @Test
    void requestOfOldPolicySettlesOnlyItsOwnLimits() {
        Limit all = limit("all", 5, "1/1h");
        Limit big = Policies.models(List.of("big"), limit("big", 5, "1/1h"));
        PolicyLimits before = policy(big, all);
        Reservation begun = harness.prompt(before, "small", 1, 1);
        PolicyLimits after = policy(limit("new", 5, "1/1h"), all, big);
        assertThat(harness.take(account, after, 1)).isEqualTo(Result.OWN); // without a model, so not counted by "big"
        assertThat(buckets.take(account, Standing.CLEAR, Policies.HERE, before, begun))
                .isTrue();
        assertThat(harness.levels(account.id())).isEqualTo(Map.of("new", 3L, "all", 3L, "big", 5L));
    }

    @Test
    void repeatedReloadsNeverRefillABucket() {
        drain(policy(limit("requests", 50, "50/50s")), 50);
        for (int i = 0; i < 20; i++) {
            assertThat(left(policy(limit("requests", 1 + i * 37 % 100, "50/50s"))))
                    .isZero();
            assertThat(left(policy(limit("other", 1 + i * 37 % 100, "50/50s")))).isZero();
        }
    }

    @Test
    void renamedLimitIsNotRefilledAndLogsAWarning() {
        drain(policy(limit("requests", 50, "50/50s")), 40);
        List<String> warnings = warningsOf(() -> {
            PolicyLimits renamed = policy(limit("per-minute", 50, "50/50s"));
            assertThat(left(renamed)).isEqualTo(10);
        });
        assertThat(warnings).singleElement().asString().contains("[requests] were removed and [per-minute] were added");
    }

    @Test
    @DisplayName("plugins 19: a refused candidate policy is not compared with later reloads")
    void refusedCandidateLogsNoWarning() {
        policy(limit("requests", 50, "50/50s"));
        assertThat(warningsOf(() -> {
                    buckets.limits(bounded(10, limit("per-minute", 50, "50/50s")));
                    policy(limit("requests", 60, "50/50s"));
                }))
                .isEmpty();
    }

    @Test
    void changedLimitOfSameNameLogsNoWarning() {
        policy(limit("requests", 50, "50/50s"));
        assertThat(warningsOf(() -> policy(limit("requests", 60, "50/50s"), limit("day", 9, "9/1d"))))
                .isEmpty();
    }

    @Test
    void addedLimitStartsWithoutKnownUsedTokens() {
        drain(policy(limit("minute", 50, "50/50s")), 40);
        PolicyLimits both = policy(limit("minute", 50, "50/50s"), limit("day", 60, "60/1d"));
        assertThat(harness.take(account, both, 10)).isEqualTo(Result.OWN);
        ticker.advance(Duration.ofSeconds(50));
        assertThat(left(both)).isEqualTo(10);
    }

    @Test
    void removedLimitLeavesOthersUnchanged() {
        drain(policy(limit("minute", 50, "50/50s"), limit("day", 60, "60/1d")), 45);
        assertThat(left(policy(limit("minute", 50, "50/50s")))).isEqualTo(5);
    }

    @Test
    void timeOfOldIntervalIsNotCreditedAtNewRate() {
        drain(policy(interval("requests", 10, "10/1d")), 10);
        ticker.advance(Duration.ofHours(12));
        PolicyLimits fast = policy(interval("requests", 10, "10/1m"));
        assertThat(left(fast)).isZero();
        assertThat(left(policy(limit("requests", 10, "10/1m")))).isZero();
    }

    @Test
    void intervalContinuesWhenAnotherLimitChanges() {
        drain(policy(interval("requests", 10, "10/1h"), limit("day", 100, "100/1d")), 10);
        ticker.advance(Duration.ofMinutes(59));
        PolicyLimits next = policy(interval("requests", 10, "10/1h"), limit("day", 200, "100/1d"));
        assertThat(left(next)).isZero();
        ticker.advance(Duration.ofMinutes(1));
        assertThat(left(next)).isEqualTo(10);
    }

    @Test
    void idleBucketAdoptsSlowerPolicyBeforeItIsFull() {
        drain(policy(limit("requests", 50, "50/1m")), 50);
        PolicyLimits slow = policy(limit("requests", 50, "50/50h"));
        buckets.maintain(slow);
        for (int i = 0; i < 60; i++) {
            ticker.advance(Duration.ofMinutes(3));
            buckets.maintain(slow);
        }
        assertThat(left(slow)).isEqualTo(3);
        assertThat(harness.evictedUnfilled()).isZero();
    }

    @Test
    void exchangeOfOldPolicyDoesNotRestoreIt() {
        PolicyLimits old = policy(limit("minute", 50, "50/50s"));
        drain(old, 5);
        PolicyLimits both = policy(limit("minute", 50, "50/50s"), limit("day", 50, "50/1d"));
        drain(both, 40);
        assertThat(harness.take(account, old, 5)).isEqualTo(Result.OWN);
        ticker.advance(Duration.ofSeconds(50));
        assertThat(left(both)).isZero();
    }

    @Test
    void reloadOfSamePolicyChangesNothing() {
        PolicyLimits first = policy(limit("minute", 50, "50/50s"));
        assertThat(policy(limit("minute", 50, "50/50s"))).isSameAs(first);
    }

    @Test
    void tierChangeDoesNotRefill() {
        PolicyLimits limits = harness.policy(tiers(Map.of("gold", 10.0), limit("requests", 10, "10/10s")));
        drain(limits, 10);
        Account gold = new Account("h1:a", Trust.ACCEPTED, null, "gold", false, null);
        assertThat(harness.take(gold, limits, 1)).isEqualTo(Result.REFUSED);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(harness.take(gold, limits, 10)).isEqualTo(Result.OWN);
    }

    @Test
    void exchangeInFlightIsSettledUnderNewLimits() {
        PolicyLimits old = policy(limit("out", Measure.OUTPUT_TOKENS, 100, "1/1h"));
        Reservation reservation = harness.begin(account, old, 1, 40);
        policy(limit("out", Measure.OUTPUT_TOKENS, 200, "1/1h"), limit("requests", 5, "1/1h"));
        PolicyLimits next = policy(limit("requests", 5, "1/1h"), limit("out", Measure.OUTPUT_TOKENS, 200, "1/1h"));
        buckets.maintain(next);
        harness.settle(reservation, 1, 1, 10);
        assertThat(harness.levels("h1:a")).containsEntry("out", 90L).containsEntry("requests", 5L);
    }

    @Test
    void exchangeOfRemovedLimitReturnsNothingToItsReplacement() {
        PolicyLimits old = policy(limit("out", Measure.OUTPUT_TOKENS, 100, "1/1h"));
        Reservation reservation = harness.begin(account, old, 1, 50);
        PolicyLimits next = policy(limit("renamed", Measure.OUTPUT_TOKENS, 100, "1/1h"));
        buckets.maintain(next);
        assertThat(harness.levels("h1:a")).containsEntry("renamed", 50L);
        harness.settle(reservation, 1, 1, 10);
        assertThat(harness.levels("h1:a")).containsEntry("renamed", 50L);
    }

    @Test
    void debtSurvivesReloads() {
        PolicyLimits old = policy(limit("out", Measure.OUTPUT_TOKENS, 100, "1/1h"));
        harness.settle(harness.begin(account, old, 1, 50), 1, 1, 1000);
        assertThat(harness.levels("h1:a")).containsEntry("out", -900L);
        buckets.maintain(policy(limit("out", Measure.OUTPUT_TOKENS, 5000, "1/1m")));
        assertThat(harness.levels("h1:a")).containsEntry("out", -900L);
        buckets.maintain(policy(limit("renamed", Measure.OUTPUT_TOKENS, 5000, "1/1m")));
        assertThat(harness.levels("h1:a")).containsEntry("renamed", -900L);
    }

    @Test
    void limitOfAnotherMeasureStartsFull() {
        drain(policy(limit("requests", 50, "1/1h")), 40);
        PolicyLimits both = policy(limit("requests", 50, "1/1h"), limit("out", Measure.OUTPUT_TOKENS, 30, "1/1h"));
        buckets.maintain(both);
        assertThat(harness.levels("h1:a")).containsEntry("requests", 10L).containsEntry("out", 30L);
    }

    @Test
    void scopeChangeLogsAWarning() {
        policy(limit("requests", 50, "50/50s"));
        assertThat(warningsOf(
                        () -> policy(scoped(Set.of(Scope.ACCOUNT, Scope.MODEL), limit("requests", 50, "50/50s")))))
                .singleElement()
                .asString()
                .contains("the scope of the limits [requests] has changed");
    }

    private PolicyLimits policy(Limit... limits) {
        PolicyLimits policyLimits = buckets.limits(bounded(10, limits));
        buckets.activate(policyLimits, "limits");
        return policyLimits;
    }

    private void drain(PolicyLimits limits, long tokens) {
        assertThat(harness.take(account, limits, tokens)).isEqualTo(Result.OWN);
    }

    /** Takes requests until one is refused, and returns their number. */
    private long left(PolicyLimits limits) {
        return harness.drain(account, limits);
    }

    private static List<String> warningsOf(Runnable work) {
        List<String> warnings = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                if (entry.getLevel().equals(Level.WARNING)) {
                    warnings.add(new SimpleFormatter().formatMessage(entry));
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger(PolicyLimits.class.getName());
        logger.addHandler(handler);
        try {
            work.run();
        } finally {
            logger.removeHandler(handler);
        }
        return warnings;
    }
}
