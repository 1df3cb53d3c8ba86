package dev.stillgate.proxy.chain;

import dev.stillgate.spi.Counter;
import java.util.function.DoubleSupplier;

/** Where the meters of filters are shown. Tags are keys and values in turn. */
public interface MeterSource {
    /** Returns the counter of that name and tags, made when there is none. */
    Counter counter(String name, String... tags);

    /**
     * Shows a gauge; called at most once for a name and tags until it is taken off.
     *
     * @return takes it off
     */
    Runnable gauge(String name, DoubleSupplier value, String... tags);
}
