package dev.stillgate.proxy.chain;

import dev.stillgate.spi.Counter;
import java.util.function.DoubleSupplier;

/** Registry of the filters' meters. Tags alternate keys and values. */
public interface MeterSource {
    /** Returns the counter of that name and tags; creates it if there is none. */
    Counter counter(String name, String... tags);

    /**
     * Registers a gauge. A name and tags must not be registered again before the gauge is removed.
     *
     * @return removes the gauge
     */
    Runnable gauge(String name, DoubleSupplier value, String... tags);

    /**
     * Registers a counter whose value is kept elsewhere. The same rules apply as for a gauge.
     *
     * @return removes the counter
     */
    Runnable total(String name, DoubleSupplier value, String... tags);
}
