package dev.stillgate.proxy.explain;

import dev.stillgate.proxy.chain.ChainProgress;
import dev.stillgate.proxy.dialect.request.CloudCall;
import dev.stillgate.proxy.exchange.Target;
import dev.stillgate.proxy.exchange.WrittenConnection;
import dev.stillgate.proxy.exchange.WrittenRequest;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.ConnectionFacts;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.ResponseFacts;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Slots;
import dev.stillgate.spi.Ticker;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** An exchange for a request read from a file, on a connection of its own. */
final class ExplainedExchange implements Exchange {
    private static final int PORT = 1024;

    final ChainProgress progress = new ChainProgress();
    private final WrittenRequest request;
    private final Target target;
    private final Account account;
    private final WrittenConnection connection;
    private final Ticker ticker;
    private final Slots slots = new Slots();

    ExplainedExchange(WrittenRequest request, Target target, Account account, InetAddress address, Ticker ticker) {
        this.request = request;
        this.target = target;
        this.account = account;
        this.connection =
                new WrittenConnection(1, address, PORT, "1." + request.head().minorVersion(), null);
        connection.noteRequest(request.head());
        this.ticker = ticker;
    }

    /** Returns what the path of a cloud's API says; null for other paths. */
    @Nullable
    CloudCall cloud() {
        return target.cloud();
    }

    @Override
    public String requestId() {
        return "explained";
    }

    @Override
    public Provider provider() {
        return Target.providerOf(target, path(), headers());
    }

    @Override
    public Operation operation() {
        return target.operation();
    }

    @Override
    public String method() {
        return target.method();
    }

    @Override
    public String path() {
        return target.path();
    }

    @Override
    public String route() {
        return target.route();
    }

    @Override
    public Headers headers() {
        return request.head();
    }

    @Override
    public Account account() {
        return account;
    }

    @Override
    public InetAddress address() {
        return connection.peer();
    }

    @Override
    public ConnectionFacts connection() {
        return connection;
    }

    @Override
    public long startNanos() {
        return ticker.nanos();
    }

    @Override
    public long startMillis() {
        return ticker.millis();
    }

    @Override
    public @Nullable String answerId() {
        return null;
    }

    @Override
    public ResponseFacts responseFacts() {
        return ResponseFacts.NONE;
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
