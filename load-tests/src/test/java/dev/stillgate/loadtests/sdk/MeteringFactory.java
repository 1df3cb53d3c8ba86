package dev.stillgate.loadtests.sdk;

import dev.stillgate.spi.CompletionFilter;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.Filter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.Outcome;

/** Makes filters, of the type {@code metering}, that require the provider's own usage and do nothing with it. */
public final class MeteringFactory implements FilterFactory<MeteringFactory.Policy> {
    /** A policy without keys. */
    public record Policy() {}

    @Override
    public String type() {
        return "metering";
    }

    @Override
    public Class<Policy> policyType() {
        return Policy.class;
    }

    @Override
    public Filter create(Policy policy, FilterContext context) {
        return new CompletionFilter() {
            @Override
            public void onComplete(Exchange exchange, Outcome outcome) {}

            @Override
            public boolean requiresUsage() {
                return true;
            }
        };
    }
}
