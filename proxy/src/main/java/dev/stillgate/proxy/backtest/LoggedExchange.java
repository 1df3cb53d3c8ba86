package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.chain.ChainProgress;
import dev.stillgate.proxy.dialect.request.CloudCall;
import dev.stillgate.proxy.exchange.Target;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.ConnectionFacts;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.ResponseFacts;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Slots;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** A replayed exchange as seen by filters. It holds no reference to its log line and outlives it. */
final class LoggedExchange implements Exchange, Comparable<LoggedExchange> {
    final ChainProgress progress = new ChainProgress();
    private final long number;
    private final @Nullable Target target;
    private final String method;
    private final String path;
    private final Headers headers;
    private final Account account;
    private final InetAddress address;
    private final ConnectionFacts connection;
    private final long startMillis;
    private final Slots slots = new Slots();
    private @Nullable String answerId;
    private ResponseFacts answer = ResponseFacts.NONE;
    private boolean marked;
    private ProviderVerdict verdict = ProviderVerdict.NONE;
    private @Nullable Outcome outcome;
    private long endMillis;

    /**
     * Creates an exchange that begins.
     *
     * @param number the number of exchanges before it
     * @param target the operation and route of its path, null when no route matches
     */
    LoggedExchange(
            long number,
            @Nullable Target target,
            Request request,
            Account account,
            InetAddress address,
            ConnectionFacts connection,
            long startMillis) {
        this.number = number;
        this.target = target;
        this.method = request.method();
        this.path = request.path();
        this.headers = request.headers();
        this.account = account;
        this.address = address;
        this.connection = connection;
        this.startMillis = startMillis;
    }

    /** The fields of a request's head. */
    record Request(String method, String path, Headers headers) {}

    /** Stores the outcome until the virtual time of the exchange's end. */
    void ends(
            long millis,
            Outcome how,
            @Nullable String id,
            ResponseFacts facts,
            ProviderVerdict judgement,
            boolean isMarked) {
        endMillis = millis;
        outcome = how;
        answerId = id;
        answer = facts;
        verdict = judgement;
        marked = isMarked;
    }

    /** Returns what the path of a cloud's API says; null for other paths. */
    @Nullable
    CloudCall cloud() {
        return target == null ? null : target.cloud();
    }

    long endMillis() {
        return endMillis;
    }

    Outcome outcome() {
        Outcome known = outcome;
        if (known == null) {
            throw new IllegalStateException("the exchange has not ended");
        }
        return known;
    }

    /** Orders exchanges by end time, then by start order. */
    @Override
    public int compareTo(LoggedExchange other) {
        return endMillis == other.endMillis
                ? Long.compare(number, other.number)
                : Long.compare(endMillis, other.endMillis);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(number);
    }

    @Override
    public String requestId() {
        return "replay-" + number;
    }

    @Override
    public Provider provider() {
        return Target.providerOf(target, path(), headers);
    }

    @Override
    public Operation operation() {
        return target == null ? Operation.OPAQUE : target.operation();
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public String route() {
        return target == null ? "" : target.route();
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
    public InetAddress address() {
        return address;
    }

    @Override
    public ConnectionFacts connection() {
        return connection;
    }

    @Override
    public long startNanos() {
        return VirtualClock.nanos(startMillis);
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
    public ResponseFacts responseFacts() {
        return answer;
    }

    @Override
    public boolean isMarked() {
        return marked;
    }

    @Override
    public ProviderVerdict providerVerdict() {
        return verdict;
    }

    @Override
    public <T> @Nullable T get(Slot<T> slot) {
        return slots.get(slot);
    }

    @Override
    public <T> void set(Slot<T> slot, @Nullable T value) {
        slots.set(slot, value);
    }
}
