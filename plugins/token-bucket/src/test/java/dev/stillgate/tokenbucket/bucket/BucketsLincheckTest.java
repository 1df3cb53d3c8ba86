package dev.stillgate.tokenbucket.bucket;

import static dev.stillgate.tokenbucket.Policies.HERE;
import static dev.stillgate.tokenbucket.Policies.bounded;
import static dev.stillgate.tokenbucket.Policies.concurrency;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.member;
import static dev.stillgate.tokenbucket.Policies.scoped;
import static dev.stillgate.tokenbucket.Policies.strict;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Ticker;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import dev.stillgate.tokenbucket.policy.Scope;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Holds the buckets of two accounts of one organisation to be linearisable: whatever threads take, settle, abort, sweep
 * and reload at once, what they see is what one thread could have seen in some order. Virtual time stands still, so
 * that a token that is lost or granted twice shows.
 */
@Timeout(240)
@Param(name = "thread", gen = ThreadIdGen.class)
@Param(name = "account", gen = IntGen.class, conf = "0:1")
@Param(name = "tokens", gen = IntGen.class, conf = "1:4")
@Param(name = "cost", gen = IntGen.class, conf = "0:5")
public class BucketsLincheckTest {
    private static final int MOST_THREADS = 8;
    private static final List<Account> ACCOUNTS = List.of(member("a", "x"), member("b", "x"));

    private static final PolicyLimits FIRST = policy(1);
    private static final PolicyLimits SECOND = policy(2, limit("requests", 1000, "1/1h"));

    private final Buckets buckets = new Buckets(new Still(), Runnable::run, Duration.ofNanos(1), null);
    private final List<ArrayDeque<Reservation>> open =
            Stream.generate(ArrayDeque<Reservation>::new).limit(MOST_THREADS).toList();

    /** Returns a policy whose capacity is small, with a further limit that no run of this test can reach. */
    private static PolicyLimits policy(long generation, TokenBucketPolicy.Limit... more) {
        List<TokenBucketPolicy.Limit> limits = new ArrayList<>(List.of(more));
        limits.add(limit("own", Measure.OUTPUT_TOKENS, 6, "1/1h"));
        limits.add(concurrency("parallel", 2));
        limits.add(scoped(Set.of(Scope.ORGANISATION), strict(limit("all", Measure.OUTPUT_TOKENS, 8, "1/1h"))));
        return new PolicyLimits(bounded(10, limits.toArray(TokenBucketPolicy.Limit[]::new)), generation);
    }

    /** A clock that stands still. */
    private record Still() implements Ticker {
        @Override
        public long nanos() {
            return 0;
        }

        @Override
        public long millis() {
            return 0;
        }
    }

    /** Begins an exchange of an account; a thread ends its own only. */
    @Operation
    public boolean begin(
            @Param(name = "thread") int thread,
            @Param(name = "account") int account,
            @Param(name = "tokens") int tokens) {
        return begin(FIRST, thread, account, tokens);
    }

    /** Begins an exchange under the policy that was loaded later. */
    @Operation
    public boolean beginReloaded(
            @Param(name = "thread") int thread,
            @Param(name = "account") int account,
            @Param(name = "tokens") int tokens) {
        return begin(SECOND, thread, account, tokens);
    }

    /** Ends the exchange that the thread began first, at a cost below or above what was taken. */
    @Operation
    public boolean settle(@Param(name = "thread") int thread, @Param(name = "cost") int cost) {
        Reservation demand = open.get(thread).pollFirst();
        if (demand == null) {
            return false;
        }
        demand.cost(1, 1, cost);
        buckets.settle(demand);
        return true;
    }

    /** Ends the exchange that the thread began last, at no cost. */
    @Operation
    public boolean abort(@Param(name = "thread") int thread) {
        Reservation demand = open.get(thread).pollLast();
        if (demand == null) {
            return false;
        }
        demand.cost(0, 0, 0);
        buckets.settle(demand);
        return true;
    }

    @Operation
    public void sweep() {
        buckets.accounts().tend();
        buckets.organisations().tend();
    }

    @Operation
    public void reload() {
        buckets.accounts().adopt(before -> SECOND.account(before.variant()));
        buckets.organisations().adopt(before -> SECOND.organisation());
    }

    private boolean begin(PolicyLimits limits, int thread, int account, long tokens) {
        Reservation demand = new Reservation();
        demand.reset();
        demand.tokens = true;
        demand.input = 1;
        demand.output = tokens;
        boolean taken = buckets.take(ACCOUNTS.get(account), Standing.CLEAR, HERE, limits, demand);
        if (taken) {
            open.get(thread).addLast(demand);
        }
        return taken;
    }

    @Test
    void isLinearisableUnderStress() {
        new StressOptions()
                .iterations(15)
                .invocationsPerIteration(150)
                .threads(3)
                .actorsPerThread(2)
                .actorsBefore(1)
                .actorsAfter(1)
                .check(BucketsLincheckTest.class);
    }

    @Test
    void isLinearisableInEveryScheduleThatWasTried() {
        new ModelCheckingOptions()
                .iterations(5)
                .invocationsPerIteration(50)
                .threads(2)
                .actorsPerThread(2)
                .actorsBefore(1)
                .actorsAfter(1)
                .check(BucketsLincheckTest.class);
    }
}
