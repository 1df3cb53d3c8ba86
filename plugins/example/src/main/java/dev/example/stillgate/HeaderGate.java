package dev.example.stillgate;

import dev.stillgate.spi.Counter;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.RequestFilter;
import dev.stillgate.spi.Verdict;
import java.util.Set;

/** Refuses requests without a required header field, such as the team to bill. */
final class HeaderGate implements RequestFilter {
    private final String header;
    private final Set<String> values;
    private final Counter refused;
    private final Verdict refusal;

    HeaderGate(HeaderGatePolicy policy, FilterContext context) {
        this.header = policy.header();
        this.values = policy.values() == null ? Set.of() : policy.values();
        this.refused = context.counter("example.header.gate.refused", "filter", context.name());
        // Equal for all requests, so created once.
        this.refusal = new Verdict.Reject(
                Verdict.Kind.BLOCKED, "header", "Requests to this API must carry the header " + header + '.');
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        String value = exchange.headers().first(header);
        if (value != null && (values.isEmpty() || values.contains(value))) {
            return Verdict.ALLOW;
        }
        refused.increment();
        return refusal;
    }
}
