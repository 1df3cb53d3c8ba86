package dev.stillgate.tokenbucket.bucket;

import static dev.stillgate.tokenbucket.Policies.HERE;
import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.pooled;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Ticker;
import dev.stillgate.testkit.Repetitions;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.Owner;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
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
 * Linearisability of two accounts in two pools under concurrent take, settle, change of pools and eviction. Virtual time
 * does not advance, so that lost and duplicate tokens show.
 */
@Tag("slow")
@Timeout(240)
@Param(name = "thread", gen = ThreadIdGen.class)
@Param(name = "account", gen = IntGen.class, conf = "0:1")
@Param(name = "pool", gen = IntGen.class, conf = "0:1")
@Param(name = "requests", gen = IntGen.class, conf = "1:3")
@Param(name = "cost", gen = IntGen.class, conf = "0:3")
public class PoolsLincheckTest {
    private static final int MAX_THREADS = 8;
    private static final List<Account> ACCOUNTS = List.of(account("a"), account("b"));
    private static final PolicyLimits LIMITS =
            new PolicyLimits(pooled(Map.of(Measure.REQUESTS, "5/1h"), limit("own", 7, "1/1h")), 1);

    private final Buckets buckets =
            new Buckets(new Still(), Runnable::run, Duration.ofNanos(1), null, account -> Standing.CLEAR);
    private final List<ArrayDeque<Reservation>> open =
            Stream.generate(ArrayDeque<Reservation>::new).limit(MAX_THREADS).toList();

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

    /** Begins an exchange of an account in a pool; a thread ends only its own exchanges. */
    @Operation
    public boolean begin(
            @Param(name = "thread") int thread,
            @Param(name = "account") int account,
            @Param(name = "pool") int pool,
            @Param(name = "requests") int requests) {
        return begin(thread, account, "c-" + pool, requests);
    }

    /** Begins an exchange of an account that is in no pool. */
    @Operation
    public boolean beginAlone(
            @Param(name = "thread") int thread,
            @Param(name = "account") int account,
            @Param(name = "requests") int requests) {
        return begin(thread, account, null, requests);
    }

    /** Settles the oldest exchange of a thread. */
    @Operation
    public boolean settle(@Param(name = "thread") int thread, @Param(name = "cost") int cost) {
        Reservation reservation = open.get(thread).pollFirst();
        if (reservation == null) {
            return false;
        }
        reservation.setCost(cost, 0, 0);
        buckets.settle(reservation);
        return true;
    }

    @Operation
    public void sweep() {
        buckets.table(Owner.ACCOUNT).maintain();
        buckets.pools().maintain(0);
    }

    private boolean begin(int thread, int account, String pool, long requests) {
        Reservation reservation = new Reservation();
        reservation.reset();
        reservation.requests = requests;
        reservation.pool = pool;
        Standing standing = pool == null ? Standing.CLEAR : Standing.POOLED;
        boolean taken = buckets.take(ACCOUNTS.get(account), standing, HERE, LIMITS, reservation);
        if (taken) {
            open.get(thread).addLast(reservation);
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
                .check(PoolsLincheckTest.class);
    }

    @Test
    void isLinearisableInModelCheckedSchedules() {
        new ModelCheckingOptions()
                .iterations(Repetitions.of(2, 5))
                .invocationsPerIteration(50)
                .threads(2)
                .actorsPerThread(2)
                .actorsBefore(1)
                .actorsAfter(1)
                .check(PoolsLincheckTest.class);
    }
}
