package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.chain.ForwardedTap;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Operation;
import java.util.List;

/**
 * A response whose head has arrived.
 *
 * @param operation the operation of its request, which determines its format
 * @param framing the upstream's framing of the body
 * @param added the header fields added by the gateway and its filters
 * @param tap the filters' tap of the prose
 * @param readsFacts whether a filter needs the content parts of the response
 * @param usageInjected whether only the gateway requested the usage of an event stream
 */
record ResponsePlan(
        Operation operation,
        Http1Head head,
        BodyFraming framing,
        List<Header> added,
        ForwardedTap tap,
        boolean readsFacts,
        boolean usageInjected) {
    /** Returns whether there is a body; without one, no final chunk may be sent. */
    boolean hasBody() {
        return framing.kind() != BodyFraming.Kind.NONE;
    }
}
