package dev.stillgate.testkit;

import dev.stillgate.spi.BodyFilter;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.CompletionFilter;
import dev.stillgate.spi.Filter;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.RequestFilter;
import dev.stillgate.spi.ResponseFilter;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import java.util.List;

/**
 * Runs one filter through its phases as the engine does, without a network and in virtual time.
 *
 * <pre>{@code
 * var harness = new FilterHarness<>(new HeaderGateFactory());
 * harness.policy(new HeaderGatePolicy("x-team"));
 * Verdict verdict = harness.request(harness.exchange().at("203.0.113.7"));
 * assertThat(verdict).isEqualTo(Verdict.ALLOW);
 * }</pre>
 *
 * @param <P> the filter's policy
 */
public final class FilterHarness<P extends Record> {
    private final FilterFactory<P> factory;
    private final FakeTicker ticker = new FakeTicker();
    private final FakeContext context;
    private Filter filter = (RequestFilter) exchange -> Verdict.ALLOW;

    /** Creates a harness for the filters of a factory, named after the factory's type. */
    public FilterHarness(FilterFactory<P> factory) {
        this.factory = factory;
        this.context = new FakeContext(factory.type(), ticker);
    }

    /** Creates the filter from a policy, as a reload does; state is kept. */
    public FilterHarness<P> policy(P policy) {
        filter = factory.create(policy, context);
        return this;
    }

    /** Returns a new exchange that starts now. */
    public FakeExchange exchange() {
        return new FakeExchange(ticker);
    }

    /** Runs the request phase; a filter without one allows. */
    public Verdict request(FakeExchange exchange) {
        return filter instanceof RequestFilter phase ? phase.onRequest(exchange) : Verdict.ALLOW;
    }

    /** Runs the body phase; a filter without one allows. */
    public Verdict body(FakeExchange exchange, BodyView body) {
        return filter instanceof BodyFilter phase ? phase.onBody(exchange, body) : Verdict.ALLOW;
    }

    /** Runs the response phase with a status and header fields; returns the fields that the filter added. */
    public List<Header> response(FakeExchange exchange, int status, Header... fields) {
        FakeHead head = new FakeHead(status, new FakeHeaders(List.of(fields)));
        if (filter instanceof ResponseFilter phase) {
            phase.onResponse(exchange, head);
        }
        return head.added();
    }

    /** Runs the response phase with a status and header fields; returns the filter's tap. */
    public ResponseTap tap(FakeExchange exchange, int status, Header... fields) {
        FakeHead head = new FakeHead(status, new FakeHeaders(List.of(fields)));
        return filter instanceof ResponseFilter phase ? phase.onResponse(exchange, head) : ResponseTap.NONE;
    }

    /** Reports the usage of a part of a session; a filter without a completion phase allows. */
    public Verdict usage(FakeExchange exchange, Usage usage) {
        return filter instanceof CompletionFilter phase ? phase.onUsage(exchange, usage) : Verdict.ALLOW;
    }

    /** Runs the completion phase. */
    public void complete(FakeExchange exchange, Outcome outcome) {
        if (filter instanceof CompletionFilter phase) {
            phase.onComplete(exchange, outcome);
        }
    }

    /** Runs the completion phase for a response that was delivered completely. */
    public void served(FakeExchange exchange, int status) {
        complete(exchange, new Outcome.Served(status, Usage.NONE, 0, 1_000_000));
    }

    public FakeTicker ticker() {
        return ticker;
    }

    public FakeContext context() {
        return context;
    }

    public Filter filter() {
        return filter;
    }
}
