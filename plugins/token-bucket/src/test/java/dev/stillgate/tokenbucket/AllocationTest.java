package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.policy;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.stillgate.spi.Account.Trust;
import dev.stillgate.spi.RequestFilter;
import dev.stillgate.spi.Ticker;
import dev.stillgate.testkit.FakeContext;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FakeTicker;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/**
 * What a request that is allowed costs in memory: nothing, also with several limits. What remains is the cache's own and
 * comes once in thousands of requests, when a bucket asks to be kept for longer.
 */
final class AllocationTest {
    private static final int REQUESTS = 200_000;
    private static final int ACCOUNTS = 1000;
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void anAllowedRequestAllocatesNothing() {
        FakeContext context = new FakeContext("limits", new FakeTicker());
        RequestFilter filter = (RequestFilter) new TokenBucketFactory()
                .create(policy(limit("minute", 10_000_000, "50/1m"), limit("day", 10_000_000, "5000/1d")), context);
        FakeExchange[] exchanges = new FakeExchange[ACCOUNTS];
        for (int i = 0; i < ACCOUNTS; i++) {
            exchanges[i] = new FakeExchange(Ticker.system()).by(account("h1:" + i, Trust.ACCEPTED));
        }
        double least = Double.MAX_VALUE;
        for (int round = 0; round < 10; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < REQUESTS; i++) {
                filter.onRequest(exchanges[i % ACCOUNTS]);
            }
            least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / (double) REQUESTS);
        }
        assertThat(least).isLessThan(0.01);
    }
}
