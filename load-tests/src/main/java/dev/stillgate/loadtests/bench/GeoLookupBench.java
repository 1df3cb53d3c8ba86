package dev.stillgate.loadtests.bench;

import dev.stillgate.proxy.chain.ChainProgress;
import dev.stillgate.proxy.chain.FilterChain;
import dev.stillgate.spi.Ticker;
import dev.stillgate.testkit.FakeExchange;
import java.net.InetAddress;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Cost of a lookup in the Country and ASN databases: cached on the connection, and for more random IPv4 addresses than
 * any cache holds.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GeoLookupBench {
    private static final int RANDOM_ADDRESSES = 1 << 20;

    private final FilterChain chain = Plugins.chain(Plugins.GEO);
    private final ChainProgress progress = new ChainProgress();
    private final FakeExchange known = new FakeExchange(Ticker.system()).at("81.2.69.142");
    private final FakeExchange hop = new FakeExchange(Ticker.system());
    private final InetAddress[] randomAddresses = new InetAddress[RANDOM_ADDRESSES];
    private int next;

    public GeoLookupBench() {
        Random random = new Random(1);
        for (int i = 0; i < RANDOM_ADDRESSES; i++) {
            int quad = random.nextInt();
            randomAddresses[i] = InetAddress.ofLiteral(
                    (quad >>> 24) + "." + (quad >> 16 & 0xff) + "." + (quad >> 8 & 0xff) + "." + (quad & 0xff));
        }
    }

    @Benchmark
    public Object sameConnection() {
        return request(known);
    }

    /** Clients behind one trusted hop, so that neither the connection nor the address cache helps. */
    @Benchmark
    public Object randomAddress() {
        next = (next + 1) & (RANDOM_ADDRESSES - 1);
        return request(hop.forwardedFor(randomAddresses[next]));
    }

    private Object request(FakeExchange exchange) {
        progress.reset();
        Object refusal = chain.onRequest(exchange, progress);
        return refusal == null ? progress : refusal;
    }
}
