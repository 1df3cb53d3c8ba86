package dev.example.stillgate;

import dev.stillgate.spi.Filter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.FilterFactory;

/** Creates {@code require-header} filters. */
public final class HeaderGateFactory implements FilterFactory<HeaderGatePolicy> {
    @Override
    public String type() {
        return "require-header";
    }

    @Override
    public Class<HeaderGatePolicy> policyType() {
        return HeaderGatePolicy.class;
    }

    @Override
    public Filter create(HeaderGatePolicy policy, FilterContext context) {
        return new HeaderGate(policy, context);
    }
}
