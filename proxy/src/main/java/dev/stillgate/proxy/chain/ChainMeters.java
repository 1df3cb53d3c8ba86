package dev.stillgate.proxy.chain;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/**
 * Source of the decision counters and phase timers of a chain. Called while a chain is compiled, never for a request.
 */
@FunctionalInterface
public interface ChainMeters {
    /** Returns the counter of a decision. Equal arguments give the same counter, so counts survive policy swaps. */
    LongAdder decisions(String filter, Decision verdict, FilterMode mode);

    /**
     * Returns the recorder of the nanoseconds that a filter spends in a phase, called for timed exchanges only. Equal
     * arguments give the same recorder. The default discards the times.
     */
    default LongConsumer times(String filter, FilterPhase phase) {
        return nanos -> {};
    }
}
