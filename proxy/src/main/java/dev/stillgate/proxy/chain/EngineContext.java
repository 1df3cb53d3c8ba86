package dev.stillgate.proxy.chain;

import dev.stillgate.spi.Background;
import dev.stillgate.spi.Counter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Ticker;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * What the engine gives to one filter of one policy.
 *
 * @param name the filter's name
 * @param ticker the process's clock
 * @param states the registry that outlives the policy
 * @param session what the policy holds of it
 * @param meters where counters are
 * @param gauges the policy's gauges
 * @param background the policy's tasks as this filter sees them
 */
record EngineContext(
        String name,
        Ticker ticker,
        StateRegistry states,
        StateRegistry.Session session,
        MeterSource meters,
        GaugeBoard.Draft gauges,
        Background background)
        implements FilterContext {

    @Override
    public <S> S state(Class<S> type, Supplier<S> make) {
        return session.state(name, type, make);
    }

    @Override
    public <T> Slot<T> slot(String label, Class<T> type) {
        return states.slot(label, type);
    }

    @Override
    public Counter counter(String counter, String... tags) {
        return meters.counter(counter, paired(counter, tags));
    }

    @Override
    public void gauge(String gauge, DoubleSupplier value, String... tags) {
        gauges.gauge(gauge, value, paired(gauge, tags));
    }

    private static String[] paired(String meter, String... tags) {
        if (tags.length % 2 != 0) {
            throw new IllegalArgumentException(meter + ": tags are keys and values in turn, not " + tags.length);
        }
        return tags;
    }
}
