package dev.stillgate.loadtests.bench;

import dev.stillgate.proxy.chain.ChainProgress;
import dev.stillgate.proxy.chain.FilterChain;
import dev.stillgate.proxy.dialect.request.RequestReader;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.ResponseHead;
import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.Usage;
import dev.stillgate.testkit.FakeConnection;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FakeHeaders;
import java.util.List;
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
    private static final int ACCOUNTS = 1_000;
    private static final Outcome SERVED =
            new Outcome.Served(200, new Usage(Usage.Source.EXACT, 310, 402, 0, 0, -1), 2_000, 1_000_000);

    private final FilterChain both = Plugins.chain(Plugins.GEO, Plugins.BUCKETS);
    private final FilterChain geo = Plugins.chain(Plugins.GEO);
    private final FilterChain buckets = Plugins.chain(Plugins.BUCKETS);
    private final FilterChain fourLimits = Plugins.chain(Plugins.FOUR_LIMITS);
    private final FilterChain none = Plugins.chain();
    private final ChainProgress progress = new ChainProgress();
    private final BodyView body = body();
    private final FakeExchange[] exchanges = new FakeExchange[ACCOUNTS];
    private int next;

    public ChainBench() {
        for (int i = 0; i < ACCOUNTS; i++) {
            exchanges[i] = new FakeExchange(Ticker.system())
                    .on(new FakeConnection("8.8." + i / 250 + "." + (1 + i % 250)))
                    .by(FakeExchange.listed("a-" + i));
        }
    }

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
        FakeExchange exchange = exchanges[next];
        next = next + 1 == ACCOUNTS ? 0 : next + 1;
        progress.reset();
        if (chain.onRequest(exchange, progress) != null || chain.onBody(exchange, progress, body) != null) {
            throw new IllegalStateException("refused");
        }
        Object tap = chain.onResponse(exchange, progress, Head.OK);
        chain.onComplete(exchange, progress, SERVED);
        return tap;
    }

    private static BodyView body() {
        try {
            return new RequestReader()
                    .read(Operation.MESSAGES, "application/json", Samples.CHAT, 0, Samples.CHAT.length);
        } catch (MalformedBody e) {
            throw new IllegalStateException(e);
        }
    }

    private enum Head implements ResponseHead {
        OK;

        private static final Headers FIELDS = new FakeHeaders(List.of(new Header("content-type", "application/json")));

        @Override
        public int status() {
            return 200;
        }

        @Override
        public Headers headers() {
            return FIELDS;
        }

        @Override
        public void add(Header header) {
            throw new UnsupportedOperationException("none of these filters adds a response header");
        }
    }
}
