package dev.stillgate.proxy.chain;

import dev.stillgate.spi.BodyFilter;
import dev.stillgate.spi.CompletionFilter;
import dev.stillgate.spi.ConnectionFilter;
import dev.stillgate.spi.Filter;
import dev.stillgate.spi.RequestFilter;
import dev.stillgate.spi.ResponseFilter;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** The phases of the chain, in the order in which they run. */
public enum FilterPhase {
    CONNECTION(ConnectionFilter.class),
    REQUEST(RequestFilter.class),
    BODY(BodyFilter.class),
    RESPONSE(ResponseFilter.class),
    COMPLETION(CompletionFilter.class);

    private final Class<? extends Filter> type;

    FilterPhase(Class<? extends Filter> type) {
        this.type = type;
    }

    /** Returns the phases that a filter implements. */
    static Set<FilterPhase> of(Filter filter) {
        EnumSet<FilterPhase> phases = EnumSet.noneOf(FilterPhase.class);
        for (FilterPhase phase : values()) {
            if (phase.type.isInstance(filter)) {
                phases.add(phase);
            }
        }
        return phases;
    }

    /** Returns the name used in logs and metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
