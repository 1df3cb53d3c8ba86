package dev.stillgate.loadtests.sdk;

import dev.stillgate.spi.CompletionFilter;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.Filter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.Outcome;

/** Factory of the filter type {@code metering}, which requires the provider's usage and ignores it. */
public final class MeteringFactory implements FilterFactory<MeteringFactory.Policy> {
    /** Empty policy. */
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
