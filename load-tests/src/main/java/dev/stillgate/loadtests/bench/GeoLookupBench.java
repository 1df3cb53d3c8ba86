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
 * Where an address is, in the Country and the ASN database: for a caller whose connection knows it already, and for one
 * of more random IPv4 addresses than any cache holds.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GeoLookupBench {
    private static final int STRANGERS = 1 << 20;

    private final FilterChain chain = Plugins.chain(Plugins.GEO);
    private final ChainProgress progress = new ChainProgress();
    private final FakeExchange known = new FakeExchange(Ticker.system()).at("81.2.69.142");
    private final FakeExchange hop = new FakeExchange(Ticker.system());
    private final InetAddress[] strangers = new InetAddress[STRANGERS];
    private int next;

    public GeoLookupBench() {
        Random random = new Random(1);
        for (int i = 0; i < STRANGERS; i++) {
            int quad = random.nextInt();
            strangers[i] = InetAddress.ofLiteral(
                    (quad >>> 24) + "." + (quad >> 16 & 0xff) + "." + (quad >> 8 & 0xff) + "." + (quad & 0xff));
        }
    }

    @Benchmark
    public Object sameConnection() {
        return request(known);
    }

    /** The callers of one trusted hop, so that neither the connection nor the cache of addresses knows them. */
    @Benchmark
    public Object strangers() {
        next = (next + 1) & (STRANGERS - 1);
        return request(hop.forwardedFor(strangers[next]));
    }

    private Object request(FakeExchange exchange) {
        progress.reset();
        Object refusal = chain.onRequest(exchange, progress);
        return refusal == null ? progress : refusal;
    }
}
