package dev.stillgate.loadtests;

import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.Filter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.RequestFilter;
import dev.stillgate.spi.SharedBuckets.Draw;
import dev.stillgate.spi.SharedBuckets.Terms;
import dev.stillgate.spi.Verdict;
import java.time.Duration;

/**
 * Filter that draws from a shared bucket and publishes a record for every request, on the event loop of the request.
 */
public final class FleetProbe implements FilterFactory<FleetProbe.Policy> {
    private static final Terms TERMS = new Terms(1_000_000, 1, Duration.ofDays(1), false);

    /** Empty policy. */
    public record Policy() {}

    @Override
    public String type() {
        return "fleet-probe";
    }

    @Override
    public Class<Policy> policyType() {
        return Policy.class;
    }

    @Override
    public Filter create(Policy policy, FilterContext context) {
        return new Probe(context.fleet());
    }

    private record Probe(Fleet fleet) implements RequestFilter {
        @Override
        public Verdict onRequest(Exchange exchange) {
            fleet.buckets().draw(new Draw("probe", TERMS, 0, 1));
            fleet.feed("probe").publish(new byte[] {1});
            return Verdict.ALLOW;
        }
    }
}
