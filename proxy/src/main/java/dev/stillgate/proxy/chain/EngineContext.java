package dev.stillgate.proxy.chain;

import dev.stillgate.spi.AdminAction;
import dev.stillgate.spi.AdminView;
import dev.stillgate.spi.Background;
import dev.stillgate.spi.ContextMarks;
import dev.stillgate.spi.Counter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.StandingsPublisher;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the engine gives to one filter of one policy.
 *
 * @param name the filter's name
 * @param ticker the process's clock
 * @param states the registry that outlives the policy
 * @param session what the policy holds of it
 * @param meters where counters are
 * @param gauges the policy's gauges
 * @param pages the policy's parts of admin pages
 * @param background the policy's tasks as this filter sees them
 * @param standings where accounts stand
 * @param directory where filters keep what survives a restart, null for nowhere
 * @param fleet what this gateway shares with others
 * @param secrets what filters draw their keys from
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
        Secrets secrets)
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

    @Override
    public StandingsPublisher publisher() {
        return session.state(name, StandingsBoard.Publication.class, () -> standings.publication(name));
    }

    @Override
    public @Nullable Path stateDirectory() {
        try {
            return directory == null ? null : directory.of(name);
        } catch (IOException e) {
            PolicyException refused = new PolicyException("", "the state directory " + e.getMessage());
            refused.initCause(e);
            throw refused;
        }
    }

    @Override
    public ContextMarks marks() {
        return secrets.marks();
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

    /** Returns the tags with the filter's name among them: two filters of one type must not count into one meter. */
    private String[] paired(String meter, String... tags) {
        if (tags.length % 2 != 0) {
            throw new IllegalArgumentException(meter + ": tags are keys and values in turn, not " + tags.length);
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
