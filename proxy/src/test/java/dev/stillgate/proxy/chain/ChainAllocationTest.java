package dev.stillgate.proxy.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.stillgate.proxy.chain.FilterSpec.FilterMode;
import dev.stillgate.proxy.chain.FilterSpec.OnError;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.BodyFilter;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.CompletionFilter;
import dev.stillgate.spi.ConnectionFacts;
import dev.stillgate.spi.ConnectionFilter;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.RequestFilter;
import dev.stillgate.spi.ResponseFilter;
import dev.stillgate.spi.ResponseHead;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Verdict;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Allocations of the chain per exchange, as counted by the JVM. */
class ChainAllocationTest {
    private static final int RUNS = 100_000;
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void allowingFiltersAllocateNothing() {
        Rig rig = new Rig()
                .with("a", new Allowing())
                .with("b", FilterMode.SHADOW, OnError.OPEN, new Allowing())
                .with("c", (RequestFilter) exchange -> Verdict.ALLOW)
                .with("d", FilterMode.ENFORCE, OnError.CLOSED, new Allowing());
        assertThat(bytesOf(rig)).isZero();
        assertThat(rig.meters.count("a", Decision.ERROR)).isZero();
        assertThat(rig.meters.count("a", Decision.ALLOW)).isPositive();
    }

    @Test
    void constantVerdictsAllocateNothing() {
        Verdict flag = new Verdict.Flag(1, "odd");
        Rig rig = new Rig()
                .with("forwards", (ResponseFilter) (exchange, head) -> ResponseTap.NONE)
                .with("flags", (RequestFilter) exchange -> flag)
                .with("rejects", (BodyFilter) (exchange, body) -> Probe.REJECT);
        assertThat(bytesOf(rig)).isZero();
        assertThat(rig.meters.count("rejects", Decision.REJECT)).isPositive();
    }

    @Test
    void standingLookupAllocatesNothing() {
        assumeTrue(threads.isThreadAllocatedMemorySupported(), "this virtual machine does not count allocations");
        StandingsBoard board = new StandingsBoard();
        board.publication("one").publish(Map.of("a", Standing.MARKED));
        board.publication("two").publish(Map.of("a", Standing.POOLED, "b", Standing.POOLED));
        board.enforce(Set.of("one", "two"), Set.of("one", "two"));
        Account[] accounts = {listed("a"), listed("b"), listed("c")};
        int blocked = 0;
        long least = Long.MAX_VALUE;
        for (int measure = 0; measure < 5; measure++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < RUNS; i++) {
                blocked += board.of(accounts[i % 3]) == Standing.BLOCKED ? 1 : 0;
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).isZero();
        assertThat(blocked).isZero();
    }

    private static Account listed(String id) {
        return new Account(id, Account.Trust.LISTED, null, null, false, null);
    }

    /**
     * Returns the bytes that {@link #RUNS} exchanges allocate: the minimum of five measurements, because of warm-up.
     */
    private long bytesOf(Rig rig) {
        assumeTrue(threads.isThreadAllocatedMemorySupported(), "this virtual machine does not count allocations");
        FilterChain chain = rig.chain();
        long least = Long.MAX_VALUE;
        for (int measure = 0; measure < 5; measure++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < RUNS; i++) {
                rig.progress.reset();
                chain.accept(rig.connection);
                rig.run(chain);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    private static final class Allowing
            implements ConnectionFilter, RequestFilter, BodyFilter, ResponseFilter, CompletionFilter {
        @Override
        public boolean accept(ConnectionFacts peer) {
            return true;
        }

        @Override
        public Verdict onRequest(Exchange exchange) {
            return Verdict.ALLOW;
        }

        @Override
        public Verdict onBody(Exchange exchange, BodyView body) {
            return Verdict.ALLOW;
        }

        @Override
        public ResponseTap onResponse(Exchange exchange, ResponseHead head) {
            return ResponseTap.NONE;
        }

        @Override
        public void onComplete(Exchange exchange, Outcome outcome) {}
    }
}
