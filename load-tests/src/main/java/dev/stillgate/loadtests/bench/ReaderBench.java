package dev.stillgate.loadtests.bench;

import dev.stillgate.proxy.dialect.RequestReader;
import dev.stillgate.proxy.dialect.UsageReader;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.Http1HeadParser;
import dev.stillgate.proxy.json.KeyedHashes;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Cost of parsing a request head, a request body, and the usage of a response. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReaderBench {
    private final RequestReader requests = new RequestReader();
    private final UsageReader usage = new UsageReader();
    private final UsageReader stream = new UsageReader().reset(Operation.MESSAGES, true);
    private final KeyedHashes hashes = new KeyedHashes(new byte[16]);
    private final UsageReader facts = new UsageReader();
    private final UsageReader factsOfStream = new UsageReader().reset(Operation.MESSAGES, true, hashes);
    private final Http1Head head = new Http1Head();
    private final Http1HeadParser heads = Http1HeadParser.ofRequests(head, 32 << 10, 8 << 10);
    private final ByteBuf received = Unpooled.directBuffer(Samples.HEAD.length).writeBytes(Samples.HEAD);

    @Benchmark
    public Object headOf800Bytes() throws BadMessage {
        received.readerIndex(0);
        heads.reset();
        if (!heads.feed(received)) {
            throw new IllegalStateException("an incomplete head");
        }
        return head;
    }

    @Benchmark
    public BodyView chatOf1200Bytes() throws MalformedBody {
        return requests.read(Operation.MESSAGES, "application/json", Samples.CHAT, 0, Samples.CHAT.length);
    }

    @Benchmark
    public long tokensOfAChatOf1200Bytes() throws MalformedBody {
        BodyView view = requests.read(Operation.MESSAGES, "application/json", Samples.CHAT, 0, Samples.CHAT.length);
        return ((BodyView.Chat) view).inputTokens();
    }

    @Benchmark
    public Object usageOfJsonOf2000Bytes() {
        usage.reset(Operation.MESSAGES, false);
        usage.feed(Samples.MESSAGE, 0, Samples.MESSAGE.length);
        return usage.usage();
    }

    @Benchmark
    public long factsOfJsonOf2000Bytes() {
        facts.reset(Operation.MESSAGES, false, hashes);
        facts.feed(Samples.MESSAGE, 0, Samples.MESSAGE.length);
        return facts.facts().proseChars() + facts.facts().hash(0);
    }

    @Benchmark
    public long factsOfAnEventOf150Bytes() {
        factsOfStream.feed(Samples.EVENT, 0, Samples.EVENT.length);
        return factsOfStream.events();
    }

    @Benchmark
    public long usageOfAnEventOf150Bytes() {
        stream.feed(Samples.EVENT, 0, Samples.EVENT.length);
        return stream.events();
    }
}
