package dev.stillgate.loadtests.bench;

import dev.stillgate.proxy.chain.FilterChain;
import dev.stillgate.spi.Ticker;
import dev.stillgate.testkit.FakeConnection;
import dev.stillgate.testkit.FakeExchange;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Cost of an allowed exchange in all phases of a filter chain, for 1,000 accounts on their own connections. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChainBench {
    private final FilterChain both = Plugins.chain(Plugins.GEO, Plugins.BUCKETS);
    private final FilterChain geo = Plugins.chain(Plugins.GEO);
    private final FilterChain buckets = Plugins.chain(Plugins.BUCKETS);
    private final FilterChain fourLimits = Plugins.chain(Plugins.FOUR_LIMITS);
    private final FilterChain none = Plugins.chain();
    private final Exchanges exchanges = new Exchanges(
            "application/json",
            i -> new FakeExchange(Ticker.system())
                    .on(new FakeConnection("8.8." + i / 250 + "." + (1 + i % 250)))
                    .by(FakeExchange.listed("a-" + i)));

    @Benchmark
    public Object geoRestrictionAndTokenBucket() {
        return run(both);
    }

    @Benchmark
    public Object geoRestriction() {
        return run(geo);
    }

    @Benchmark
    public Object tokenBucket() {
        return run(buckets);
    }

    /** One decision over four limits with different measures, from reservation to settlement. */
    @Benchmark
    public Object tokenBucketOfFourLimits() {
        return run(fourLimits);
    }

    @Benchmark
    public Object empty() {
        return run(none);
    }

    private Object run(FilterChain chain) {
        Object tap = exchanges.begin(chain);
        exchanges.complete(chain);
        return tap;
    }
}
