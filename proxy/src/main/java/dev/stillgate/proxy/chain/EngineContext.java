package dev.stillgate.proxy.chain;

import dev.stillgate.spi.AdminAction;
import dev.stillgate.spi.AdminView;
import dev.stillgate.spi.Background;
import dev.stillgate.spi.ContextHashes;
import dev.stillgate.spi.Counter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.StandingsPublisher;
import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.orders.Orders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The {@link FilterContext} of one filter of one policy.
 *
 * @param name the filter's name
 * @param ticker the process's monotonic clock
 * @param states the registry of filter state, shared by all policies
 * @param session the policy's references to filter state
 * @param meters the source of counters
 * @param gauges the policy's gauges
 * @param pages the policy's admin views and actions
 * @param background the scheduler of this filter's background tasks
 * @param standings the account standings
 * @param directory the parent of the filters' state directories; null if filters persist nothing
 * @param fleet the state shared with other gateways
 * @param secrets the source of derived keys
 * @param reports the receiver of reports
 * @param ordersOf the orders of a filter by its name
 */
record EngineContext(
        String name,
        Ticker ticker,
        StateRegistry states,
        StateRegistry.Session session,
        MeterSource meters,
        GaugeBoard.Draft gauges,
        AdminPages pages,
        Background background,
        StandingsBoard standings,
        @Nullable StateDirectory directory,
        Fleet fleet,
        Secrets secrets,
        FilterReports reports,
        Function<String, Orders> ordersOf)
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
        return meters.counter(counter, withFilterTag(counter, tags));
    }

    @Override
    public void gauge(String gauge, DoubleSupplier value, String... tags) {
        gauges.gauge(gauge, value, withFilterTag(gauge, tags));
    }

    @Override
    public StandingsPublisher publisher() {
        return session.state(name, StandingsBoard.Publication.class, () -> standings.publication(name));
    }

    @Override
    public Orders orders() {
        return ordersOf.apply(name);
    }

    @Override
    public @Nullable Path stateDirectory() {
        try {
            return directory == null ? null : directory.of(name);
        } catch (IOException e) {
            PolicyException refused = new PolicyException("", "state directory " + e.getMessage());
            refused.initCause(e);
            throw refused;
        }
    }

    @Override
    public ContextHashes contextHashes() {
        return secrets.contextHashes();
    }

    @Override
    public byte[] secret(String purpose) {
        return secrets.derive(name, purpose);
    }

    @Override
    public void adminAction(String page, String action, AdminAction perform) {
        pages.add(page, action, name, perform);
    }

    @Override
    public void adminView(String page, AdminView view) {
        pages.add(page, name, view);
    }

    @Override
    public void report(String type, String id, Map<String, String> data) {
        reports.report(type, id, data);
    }

    /** Adds a {@code filter} tag if there is none, so that two filters of one type do not share a meter. */
    private String[] withFilterTag(String meter, String... tags) {
        if (tags.length % 2 != 0) {
            throw new IllegalArgumentException(
                    meter + ": expected tags as pairs of key and value, got " + tags.length + " strings");
        }
        for (int i = 0; i < tags.length; i += 2) {
            if (tags[i].equals("filter")) {
                return tags;
            }
        }
        String[] all = Arrays.copyOf(tags, tags.length + 2);
        all[tags.length] = "filter";
        all[tags.length + 1] = name;
        return all;
    }
}
