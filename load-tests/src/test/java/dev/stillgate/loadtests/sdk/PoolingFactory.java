package dev.stillgate.loadtests.sdk;

import dev.stillgate.spi.Filter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.RequestFilter;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.StandingsPublisher;
import dev.stillgate.spi.Verdict;
import java.util.Map;

/** Factory of the filter type {@code pooling}, which pools the account of each request before later filters run. */
public final class PoolingFactory implements FilterFactory<PoolingFactory.Policy> {
    /** Empty policy. */
    public record Policy() {}

    @Override
    public String type() {
        return "pooling";
    }

    @Override
    public Class<Policy> policyType() {
        return Policy.class;
    }

    @Override
    public Filter create(Policy policy, FilterContext context) {
        StandingsPublisher publisher = context.publisher();
        return (RequestFilter) exchange -> {
            String account = exchange.account().id();
            publisher.publish(Map.of(account, Standing.POOLED), Map.of(account, "c-1"));
            return Verdict.ALLOW;
        };
    }
}
