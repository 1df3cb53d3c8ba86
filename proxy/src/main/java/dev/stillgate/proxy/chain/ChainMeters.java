package dev.stillgate.proxy.chain;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/** Where the chain counts what its filters decide. Asked when a chain is compiled, never while it runs. */
@FunctionalInterface
public interface ChainMeters {
    /** Returns the count of that decision, the same adder whenever the three are the same: it goes on over policy swaps. */
    LongAdder decisions(String filter, Decision verdict, FilterMode mode);

    /**
     * Returns what takes the times, in nanoseconds, for which a filter held its event loop in a phase, of the exchanges that
     * are looked at; the same whenever the two are the same. What is returned here forgets them.
     */
    default LongConsumer times(String filter, FilterPhase phase) {
        return nanos -> {};
    }
}
