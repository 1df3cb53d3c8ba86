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
 * Runs one filter as the engine would, without a network and in virtual time.
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

    /** A harness for the filters of a factory, under the factory's type as name. */
    public FilterHarness(FilterFactory<P> factory) {
        this.factory = factory;
        this.context = new FakeContext(factory.type(), ticker);
    }

    /** Makes the filter anew from a policy, as a reload would: state made before is kept. */
    public FilterHarness<P> policy(P policy) {
        filter = factory.create(policy, context);
        return this;
    }

    /** Returns an exchange that starts now. */
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

    /** Runs the response phase on an answer of that status and these fields; returns what the filter added to them. */
    public List<Header> response(FakeExchange exchange, int status, Header... fields) {
        FakeHead head = new FakeHead(status, new FakeHeaders(List.of(fields)));
        if (filter instanceof ResponseFilter phase) {
            phase.onResponse(exchange, head);
        }
        return head.added();
    }

    /** Runs the response phase on an answer of that status and these fields; returns how it is to be passed on. */
    public ResponseTap tap(FakeExchange exchange, int status, Header... fields) {
        FakeHead head = new FakeHead(status, new FakeHeaders(List.of(fields)));
        return filter instanceof ResponseFilter phase ? phase.onResponse(exchange, head) : ResponseTap.NONE;
    }

    /** Runs the completion phase. */
    public void complete(FakeExchange exchange, Outcome outcome) {
        if (filter instanceof CompletionFilter phase) {
            phase.onComplete(exchange, outcome);
        }
    }

    /** Runs the completion phase for an answer of that status, served whole. */
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
