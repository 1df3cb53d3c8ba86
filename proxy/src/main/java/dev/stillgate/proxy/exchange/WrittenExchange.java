package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.chain.ChainProgress;
import dev.stillgate.proxy.dialect.request.CloudCall;
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

/**
 * An exchange of a request from a file or a log, as filters see it. It holds no reference to what it was read from. Not
 * thread-safe.
 */
public final class WrittenExchange implements Exchange, Comparable<WrittenExchange> {
    public final ChainProgress progress = new ChainProgress();
    private final long number;
    private final @Nullable Target target;
    private final Request request;
    private final Caller caller;
    private final long startNanos;
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
     * @param startNanos the monotonic time
     * @param startMillis the time in milliseconds since the epoch
     */
    public WrittenExchange(
            long number, @Nullable Target target, Request request, Caller caller, long startNanos, long startMillis) {
        this.number = number;
        this.target = target;
        this.request = request;
        this.caller = caller;
        this.startNanos = startNanos;
        this.startMillis = startMillis;
    }

    /** The id and the fields of a request's head. */
    public record Request(String id, String method, String path, Headers headers) {}

    /** The client of a request. */
    public record Caller(Account account, InetAddress address, ConnectionFacts connection) {}

    /** Stores the outcome until the virtual time of the exchange's end. */
    public void ends(
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
    public @Nullable CloudCall cloud() {
        return target == null ? null : target.cloud();
    }

    public long endMillis() {
        return endMillis;
    }

    public Outcome outcome() {
        Outcome known = outcome;
        if (known == null) {
            throw new IllegalStateException("the exchange has not ended");
        }
        return known;
    }

    /** Orders exchanges by end time, then by start order. */
    @Override
    public int compareTo(WrittenExchange other) {
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
        return request.id();
    }

    @Override
    public Provider provider() {
        return Target.providerOf(target, path(), headers());
    }

    @Override
    public Operation operation() {
        return target == null ? Operation.OPAQUE : target.operation();
    }

    @Override
    public String method() {
        return request.method();
    }

    @Override
    public String path() {
        return request.path();
    }

    @Override
    public String route() {
        return target == null ? "" : target.route();
    }

    @Override
    public Headers headers() {
        return request.headers();
    }

    @Override
    public Account account() {
        return caller.account();
    }

    @Override
    public InetAddress address() {
        return caller.address();
    }

    @Override
    public ConnectionFacts connection() {
        return caller.connection();
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
