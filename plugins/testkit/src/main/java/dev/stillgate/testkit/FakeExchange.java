package dev.stillgate.testkit;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.ConnectionFacts;
import dev.stillgate.spi.DeferredResponse;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.ResponseFacts;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Slots;
import dev.stillgate.spi.Ticker;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * An exchange without a network. By default it is a {@code POST /v1/messages} of a listed account from
 * {@code 192.0.2.1}; a test sets what it needs.
 */
public final class FakeExchange implements Exchange {
    private static final AtomicLong IDS = new AtomicLong();
    private final Slots slots = new Slots();
    private final String requestId = "req_test_" + IDS.incrementAndGet();
    private final long startNanos;
    private final long startMillis;
    private ConnectionFacts connection = new FakeConnection("192.0.2.1");
    private InetAddress address = connection.peer();
    private Account account = listed("a-1");
    static final Provider PROVIDER = Provider.ANTHROPIC;
    private Provider provider = PROVIDER;
    private Operation operation = Operation.MESSAGES;
    private String method = "POST";
    private String path = "/v1/messages";
    private String query = "";
    private String route = "/v1/";
    private Headers headers = new FakeHeaders(List.of());
    private @Nullable String answerId;
    private DeferredResponse deferredResponse = DeferredResponse.NONE;
    private ResponseFacts answer = ResponseFacts.NONE;
    private boolean marked;
    private boolean claimed;
    private ProviderVerdict verdict = ProviderVerdict.NONE;

    /** Creates an exchange that starts now. */
    public FakeExchange(Ticker ticker) {
        this.startNanos = ticker.nanos();
        this.startMillis = ticker.millis();
    }

    /** Returns a listed, verified account. */
    public static Account listed(String id) {
        return new Account(id, Account.Trust.LISTED, null, null, true, null);
    }

    /** Sets the client's address, on a new connection. */
    public FakeExchange at(String literal) {
        return on(new FakeConnection(literal));
    }

    /** Sets the connection, and the client's address to its remote address. */
    public FakeExchange on(ConnectionFacts carrier) {
        this.connection = carrier;
        this.address = carrier.peer();
        return this;
    }

    /** Sets the client's address only, as behind a trusted proxy. */
    public FakeExchange forwardedFor(String literal) {
        return forwardedFor(InetAddress.ofLiteral(literal));
    }

    /** Sets the client's address only, as behind a trusted proxy. */
    public FakeExchange forwardedFor(InetAddress caller) {
        this.address = caller;
        return this;
    }

    /** Sets the account. */
    public FakeExchange by(Account caller) {
        this.account = caller;
        return this;
    }

    /** Lets the account be only claimed, as by the id of an access key. */
    public FakeExchange claimed() {
        this.claimed = true;
        return this;
    }

    /** Sets the operation. */
    public FakeExchange asks(Provider whose, Operation what, String method, String path) {
        this.provider = whose;
        this.operation = what;
        this.method = method;
        this.path = path;
        return this;
    }

    /** Sets the route that matched. */
    public FakeExchange routed(String prefix) {
        this.route = prefix;
        return this;
    }

    /** Sets the id in the response. */
    public FakeExchange answered(String id) {
        this.answerId = id;
        return this;
    }

    /** Sets what the response says of responses that are fetched later. */
    public FakeExchange answered(DeferredResponse deferred) {
        this.deferredResponse = deferred;
        return this;
    }

    /** Sets the summary of the response. */
    public FakeExchange answered(ResponseFacts facts) {
        this.answer = facts;
        return this;
    }

    /** Lets the response carry a filter's mark. */
    public FakeExchange marked() {
        this.marked = true;
        return this;
    }

    /** Sets the header fields, in order. */
    public FakeExchange with(Header... fields) {
        this.headers = new FakeHeaders(List.of(fields));
        return this;
    }

    @Override
    public String requestId() {
        return requestId;
    }

    @Override
    public Provider provider() {
        return provider;
    }

    @Override
    public Operation operation() {
        return operation;
    }

    @Override
    public String method() {
        return method;
    }

    /** Sets the query, without the question mark. */
    public FakeExchange query(String escaped) {
        this.query = escaped;
        return this;
    }

    @Override
    public String query() {
        return query;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public String route() {
        return route;
    }

    @Override
    public Headers headers() {
        return headers;
    }

    @Override
    public Account account() {
        return account;
    }

    @Override
    public boolean isAccountClaimed() {
        return claimed;
    }

    @Override
    public InetAddress address() {
        return address;
    }

    @Override
    public ConnectionFacts connection() {
        return connection;
    }

    @Override
    public long startNanos() {
        return startNanos;
    }

    @Override
    public long startMillis() {
        return startMillis;
    }

    @Override
    public @Nullable String answerId() {
        return answerId;
    }

    @Override
    public DeferredResponse deferredResponse() {
        return deferredResponse;
    }

    @Override
    public ResponseFacts responseFacts() {
        return answer;
    }

    @Override
    public boolean isMarked() {
        return marked;
    }

    @Override
    public <T> @Nullable T get(Slot<T> slot) {
        return slots.get(slot);
    }

    @Override
    public <T> void set(Slot<T> slot, @Nullable T value) {
        slots.set(slot, value);
    }

    /** Sets the provider's own judgement. */
    public FakeExchange judged(ProviderVerdict by) {
        this.verdict = by;
        return this;
    }

    @Override
    public ProviderVerdict providerVerdict() {
        return verdict;
    }
}
