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
import dev.stillgate.testkit.Repetitions;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.Owner;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import dev.stillgate.tokenbucket.policy.Scope;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Linearisability of the buckets of two accounts in one organisation under concurrent take, settle, abort, eviction and
 * reload. Virtual time does not advance, so that lost and duplicate tokens show.
 */
@Tag("slow")
@Timeout(240)
@Param(name = "thread", gen = ThreadIdGen.class)
@Param(name = "account", gen = IntGen.class, conf = "0:1")
@Param(name = "tokens", gen = IntGen.class, conf = "1:4")
@Param(name = "cost", gen = IntGen.class, conf = "0:5")
public class BucketsLincheckTest {
    private static final int MAX_THREADS = 8;
    private static final List<Account> ACCOUNTS = List.of(member("a", "x"), member("b", "x"));

    private static final PolicyLimits FIRST = policy(1);
    private static final PolicyLimits SECOND = policy(2, limit("requests", 1000, "1/1h"));

    private final Buckets buckets =
            new Buckets(new Still(), Runnable::run, Duration.ofNanos(1), null, account -> Standing.CLEAR);
    private final List<ArrayDeque<Reservation>> open =
            Stream.generate(ArrayDeque<Reservation>::new).limit(MAX_THREADS).toList();

    /** Returns a policy with small capacities, and further limits that no run reaches. */
    private static PolicyLimits policy(long generation, Limit... more) {
        List<Limit> limits = new ArrayList<>(List.of(more));
        limits.add(limit("own", Measure.OUTPUT_TOKENS, 6, "1/1h"));
        limits.add(concurrency("parallel", 2));
        limits.add(scoped(Set.of(Scope.ORGANISATION), strict(limit("all", Measure.OUTPUT_TOKENS, 8, "1/1h"))));
        return new PolicyLimits(bounded(10, limits.toArray(Limit[]::new)), generation);
    }

    /** A clock that does not advance. */
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

    /** Begins an exchange of an account; a thread ends only its own exchanges. */
    @Operation
    public boolean begin(
            @Param(name = "thread") int thread,
            @Param(name = "account") int account,
            @Param(name = "tokens") int tokens) {
        return begin(FIRST, thread, account, tokens);
    }

    /** Begins an exchange under the reloaded policy. */
    @Operation
    public boolean beginReloaded(
            @Param(name = "thread") int thread,
            @Param(name = "account") int account,
            @Param(name = "tokens") int tokens) {
        return begin(SECOND, thread, account, tokens);
    }

    /** Settles the oldest exchange of a thread at a cost below or above its reservation. */
    @Operation
    public boolean settle(@Param(name = "thread") int thread, @Param(name = "cost") int cost) {
        Reservation reservation = open.get(thread).pollFirst();
        if (reservation == null) {
            return false;
        }
        reservation.setCost(1, 1, cost);
        buckets.settle(reservation);
        return true;
    }

    /** Ends the newest exchange of a thread without cost. */
    @Operation
    public boolean abort(@Param(name = "thread") int thread) {
        Reservation reservation = open.get(thread).pollLast();
        if (reservation == null) {
            return false;
        }
        reservation.setCost(0, 0, 0);
        buckets.settle(reservation);
        return true;
    }

    @Operation
    public void sweep() {
        buckets.table(Owner.ACCOUNT).maintain();
        buckets.table(Owner.ORGANISATION).maintain();
    }

    @Operation
    public void reload() {
        buckets.table(Owner.ACCOUNT).adopt(before -> SECOND.account(before.variant()));
        buckets.table(Owner.ORGANISATION).adopt(before -> SECOND.organisation());
    }

    private boolean begin(PolicyLimits limits, int thread, int account, long tokens) {
        Reservation reservation = new Reservation();
        reservation.reset();
        reservation.hasTokens = true;
        reservation.input = 1;
        reservation.output = tokens;
        boolean taken = buckets.take(ACCOUNTS.get(account), Standing.CLEAR, HERE, limits, reservation);
        if (taken) {
            open.get(thread).addLast(reservation);
        }
        return taken;
    }

    @Test
    void isLinearisableUnderStress() {
        new StressOptions()
                .iterations(Repetitions.of(5, 15))
                .invocationsPerIteration(150)
                .threads(3)
                .actorsPerThread(2)
                .actorsBefore(1)
                .actorsAfter(1)
                .check(BucketsLincheckTest.class);
    }

    @Test
    void isLinearisableInModelCheckedSchedules() {
        new ModelCheckingOptions()
                .iterations(Repetitions.of(1, 5))
                .invocationsPerIteration(50)
                .threads(2)
                .actorsPerThread(2)
                .actorsBefore(1)
                .actorsAfter(1)
                .check(BucketsLincheckTest.class);
    }
}
