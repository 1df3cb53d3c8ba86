package dev.stillgate.proxy.relay;

import dev.stillgate.testkit.Repetitions;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jetbrains.lincheck.datastructures.verifier.EpsilonVerifier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Model-checks that no place is lost and no queued exchange is forgotten in any explored schedule. Each thread is an
 * event loop, which runs its tasks when its current operation ends.
 */
@Tag("slow")
@Timeout(240)
@Param(name = "thread", gen = ThreadIdGen.class)
public class ConcurrencyLimitLincheckTest {
    private static final int MOST_THREADS = 8;
    private static final int PLACES = 1;
    private static final int MORE = 2;

    private final ConcurrencyLimit limit = new ConcurrencyLimit();
    private final AtomicInteger most = new AtomicInteger(PLACES);
    private final Loop[] loops = Stream.generate(Loop::new).limit(MOST_THREADS).toArray(Loop[]::new);

    /** State of one event loop. */
    private static final class Loop {
        private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
        private final ArrayDeque<ConcurrencyLimit.Turn> turns = new ArrayDeque<>();
        private int places;
    }

    public ConcurrencyLimitLincheckTest() {
        limit.set(PLACES, 2);
    }

    /** A new exchange; returns whether it was admitted, queued or rejected. */
    @Operation
    public int come(@Param(name = "thread") int thread) {
        Loop loop = loops[thread];
        if (limit.tryEnter()) {
            loop.places++;
            return 1;
        }
        ConcurrencyLimit.Turn[] mine = new ConcurrencyLimit.Turn[1];
        mine[0] = limit.await(loop.tasks::add, () -> {
            loop.turns.remove(mine[0]);
            loop.places++;
        });
        if (mine[0] == null) {
            return 0;
        }
        loop.turns.add(mine[0]);
        return 2;
    }

    /** An exchange of the thread ends. */
    @Operation
    public void leave(@Param(name = "thread") int thread) {
        Loop loop = loops[thread];
        run(loop);
        if (loop.places > 0) {
            loop.places--;
            limit.leave();
        }
    }

    /** The thread's oldest queued exchange is cancelled. */
    @Operation
    public void abandon(@Param(name = "thread") int thread) {
        ConcurrencyLimit.Turn turn = loops[thread].turns.poll();
        if (turn != null) {
            turn.abandon();
        }
    }

    /** A policy with a higher limit is activated. */
    @Operation
    public void raiseLimit() {
        most.set(MORE);
        limit.set(MORE, 2);
    }

    private static void run(Loop loop) {
        for (Runnable task = loop.tasks.poll(); task != null; task = loop.tasks.poll()) {
            task.run();
        }
    }

    /** Once all threads are idle, exchanges may be queued only if every place is taken. */
    @Validate
    public void noExchangeIsForgotten() {
        int places = 0;
        int waiting = 0;
        for (Loop loop : loops) {
            run(loop);
            places += loop.places;
            waiting += loop.turns.size();
        }
        if (limit.taken() != places || limit.waiting() != waiting) {
            throw new IllegalStateException(limit.taken() + " taken by " + places + ", " + limit.waiting()
                    + " counted as waiting of " + waiting);
        }
        if (places > most.get() || (waiting > 0 && places < most.get())) {
            throw new IllegalStateException(waiting + " wait while " + places + " of " + most + " places are taken");
        }
    }

    @Test
    void noPlaceIsLostInAnyExploredSchedule() {
        new ModelCheckingOptions()
                .iterations(Repetitions.of(10, 40))
                .invocationsPerIteration(500)
                .threads(3)
                .actorsPerThread(2)
                .actorsBefore(1)
                .actorsAfter(0)
                .verifier(EpsilonVerifier.class)
                .check(ConcurrencyLimitLincheckTest.class);
    }

    @Test
    void noPlaceIsLostUnderStress() {
        new StressOptions()
                .iterations(Repetitions.of(5, 20))
                .invocationsPerIteration(1_000)
                .threads(3)
                .actorsPerThread(4)
                .actorsBefore(1)
                .actorsAfter(0)
                .verifier(EpsilonVerifier.class)
                .check(ConcurrencyLimitLincheckTest.class);
    }
}
