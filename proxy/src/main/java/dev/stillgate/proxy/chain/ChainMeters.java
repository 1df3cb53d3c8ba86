package dev.stillgate.proxy.chain;

import java.util.concurrent.atomic.LongAdder;

/** Where the chain counts what its filters decide. Asked when a chain is compiled, never while it runs. */
@FunctionalInterface
public interface ChainMeters {
    /** Returns the count of that decision, the same adder whenever the three are the same: it goes on over policy swaps. */
    LongAdder decisions(String filter, Decision verdict, FilterMode mode);
}
