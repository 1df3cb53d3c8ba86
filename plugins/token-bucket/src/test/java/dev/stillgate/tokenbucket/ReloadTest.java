package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.HERE;
import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.bounded;
import static dev.stillgate.tokenbucket.Policies.interval;
import static dev.stillgate.tokenbucket.Policies.limit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import dev.stillgate.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;

final class ReloadTest {
    private final FakeTicker ticker = new FakeTicker();
    private final BucketTable table = new BucketTable(ticker, Runnable::run, BucketTable.SLACK);
    private final Account account = account("h1:a", Trust.ACCEPTED);

    @Test
    void raisingALimitKeepsWhatIsLeftAndTheRestComesWithTime() {
        drain(policy(limit("requests", 50, "50/50s")), 40);
        PolicyLimits raised = policy(limit("requests", 100, "100/50s"));
        assertThat(left(raised)).isEqualTo(10);
        ticker.advance(Duration.ofSeconds(10));
        assertThat(left(raised)).isEqualTo(20);
    }

    @Test
    void loweringALimitCutsWhatIsLeftAndRaisingItAgainGivesNothingBack() {
        PolicyLimits high = policy(limit("requests", 50, "50/50s"));
        drain(high, 10);
        PolicyLimits low = policy(limit("requests", 20, "20/50s"));
        assertThat(table.take(account, HERE, low, 10, 15, 15)).isEqualTo(Take.Granted.OWN);
        assertThat(left(policy(limit("requests", 50, "50/50s")))).isEqualTo(5);
    }

    @Test
    void noNumberOfReloadsRefillsABucket() {
        drain(policy(limit("requests", 50, "50/50s")), 50);
        for (int i = 0; i < 20; i++) {
            assertThat(left(policy(limit("requests", 1 + i * 37 % 100, "50/50s"))))
                    .isZero();
            assertThat(left(policy(limit("other", 1 + i * 37 % 100, "50/50s")))).isZero();
        }
    }

    @Test
    void aRenamedLimitIsNotFullAndIsWarnedOf() {
        drain(policy(limit("requests", 50, "50/50s")), 40);
        List<String> warnings = warningsOf(() -> {
            PolicyLimits renamed = policy(limit("per-minute", 50, "50/50s"));
            assertThat(left(renamed)).isEqualTo(10);
        });
        assertThat(warnings).singleElement().asString().contains("[requests] are gone and [per-minute] are new");
    }

    @Test
    void aChangedLimitOfTheSameNameIsNoWarning() {
        policy(limit("requests", 50, "50/50s"));
        assertThat(warningsOf(() -> policy(limit("requests", 60, "50/50s"), limit("day", 9, "9/1d"))))
                .isEmpty();
    }

    @Test
    void anAddedLimitStartsWithWhatIsKnownToBeUsed() {
        drain(policy(limit("minute", 50, "50/50s")), 40);
        PolicyLimits both = policy(limit("minute", 50, "50/50s"), limit("day", 60, "60/1d"));
        assertThat(table.take(account, HERE, both, 10, 10, 10)).isEqualTo(Take.Granted.OWN);
        ticker.advance(Duration.ofSeconds(50));
        assertThat(left(both)).isEqualTo(10);
    }

    @Test
    void aRemovedLimitLeavesTheOthersAsTheyAre() {
        drain(policy(limit("minute", 50, "50/50s"), limit("day", 60, "60/1d")), 45);
        assertThat(left(policy(limit("minute", 50, "50/50s")))).isEqualTo(5);
    }

    @Test
    void timeThatPassedUnderASlowIntervalIsNotCreditedAtTheNewPace() {
        drain(policy(interval("requests", 10, "10/1d")), 10);
        ticker.advance(Duration.ofHours(12));
        PolicyLimits fast = policy(interval("requests", 10, "10/1m"));
        assertThat(left(fast)).isZero();
        assertThat(left(policy(limit("requests", 10, "10/1m")))).isZero();
    }

    @Test
    void anUnchangedIntervalIsNotStartedAnewByTheChangeOfAnotherLimit() {
        drain(policy(interval("requests", 10, "10/1h"), limit("day", 100, "100/1d")), 10);
        ticker.advance(Duration.ofMinutes(59));
        PolicyLimits next = policy(interval("requests", 10, "10/1h"), limit("day", 200, "100/1d"));
        assertThat(left(next)).isZero();
        ticker.advance(Duration.ofMinutes(1));
        assertThat(left(next)).isEqualTo(10);
    }

    @Test
    void anIdleBucketIsBroughtToASlowerPolicyBeforeTheOldOneFillsIt() {
        drain(policy(limit("requests", 50, "50/1m")), 50);
        PolicyLimits slow = policy(limit("requests", 50, "50/50h"));
        table.tend(slow);
        for (int i = 0; i < 60; i++) {
            ticker.advance(Duration.ofMinutes(3));
            table.tend(slow);
        }
        assertThat(left(slow)).isEqualTo(3);
        assertThat(table.droppedUnfilled()).isZero();
    }

    @Test
    void anExchangeOfTheOldPolicyDoesNotBringItBack() {
        PolicyLimits old = policy(limit("minute", 50, "50/50s"));
        drain(old, 5);
        PolicyLimits both = policy(limit("minute", 50, "50/50s"), limit("day", 50, "50/1d"));
        drain(both, 40);
        assertThat(table.take(account, HERE, old, 10, 5, 5)).isEqualTo(Take.Granted.OWN);
        ticker.advance(Duration.ofSeconds(50));
        assertThat(left(both)).isZero();
    }

    @Test
    void theSamePolicyAgainChangesNothing() {
        PolicyLimits first = policy(limit("minute", 50, "50/50s"));
        assertThat(policy(limit("minute", 50, "50/50s"))).isSameAs(first);
    }

    @Test
    void anotherTierOfTheAccountDoesNotRefillIt() {
        TokenBucketPolicy policy =
                new TokenBucketPolicy(List.of(limit("requests", 10, "10/10s")), Map.of("gold", 10.0), null, null);
        PolicyLimits limits = table.limits(policy, "limits");
        drain(limits, 10);
        Account gold = new Account("h1:a", Trust.ACCEPTED, null, "gold", false, null);
        assertThat(table.take(gold, HERE, limits, 10, 1, 1)).isInstanceOf(Take.Refused.class);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(table.take(gold, HERE, limits, 10, 10, 10)).isEqualTo(Take.Granted.OWN);
    }

    private PolicyLimits policy(TokenBucketPolicy.Limit... limits) {
        return table.limits(bounded(10, limits), "limits");
    }

    private void drain(PolicyLimits limits, long tokens) {
        assertThat(table.take(account, HERE, limits, 10, tokens, tokens)).isEqualTo(Take.Granted.OWN);
    }

    /** Makes as many requests as the account may make now, and returns how many that were. */
    private long left(PolicyLimits limits) {
        long granted = 0;
        while (table.take(account, HERE, limits, 10, 1, 1) == Take.Granted.OWN) {
            granted++;
        }
        return granted;
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
        Logger logger = Logger.getLogger(BucketTable.class.getName());
        logger.addHandler(handler);
        try {
            work.run();
        } finally {
            logger.removeHandler(handler);
        }
        return warnings;
    }
}
