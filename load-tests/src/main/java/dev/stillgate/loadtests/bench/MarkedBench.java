package dev.stillgate.loadtests.bench;

import dev.stillgate.proxy.chain.FilterChain;
import dev.stillgate.proxy.dialect.ResponseEditor;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Ticker;
import dev.stillgate.testkit.FakeExchange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Cost of a canary filter that marks everybody, for 1,000 unlisted accounts and without a ledger. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MarkedBench {
    private static final int EVENTS = 200;
    private static final int PIECE = 12;
    private static final String PROSE =
            "It is a good idea to read the whole report before the meeting, because it does "
                    + "not repeat what was said in spring. You cannot see from the first page how many of the figures have "
                    + "changed, and there is a table at the end that is easy to miss. If you do not have much time, start with "
                    + "the third part. However, it is not complete: two of the towns have not sent their numbers yet, and they "
                    + "will not do so before June.\n\n";
    private final FilterChain chain = Plugins.chain(new Plugins.Entry("canary", "from: unverified"));
    private final Exchanges exchanges = new Exchanges(
            "text/event-stream",
            i -> new FakeExchange(Ticker.system())
                    .by(new Account("h1:" + i, Account.Trust.ACCEPTED, null, null, false, null)));
    private final List<byte[]> events = events();
    private final Exchanges.Sink sink = new Exchanges.Sink();

    private static List<byte[]> events() {
        List<byte[]> events = new ArrayList<>();
        events.add(bytes("content_block_start", "\"content_block\":{\"type\":\"text\",\"text\":\"\"}"));
        String text = PROSE.repeat(EVENTS * PIECE / PROSE.length() + 1);
        for (int i = 0; i < EVENTS; i++) {
            String piece = text.substring(i * PIECE, (i + 1) * PIECE).replace("\n", "\\n");
            events.add(bytes("content_block_delta", "\"delta\":{\"type\":\"text_delta\",\"text\":\"" + piece + "\"}"));
        }
        return events;
    }

    private static byte[] bytes(String type, String member) {
        return ("event: " + type + "\ndata: {\"type\":\"" + type + "\",\"index\":0," + member + "}\n\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private ResponseTap.Prose tap() {
        return Objects.requireNonNull(exchanges.begin(chain).prose(), "not marked");
    }

    /** All phases of the filter for one exchange, without its text. */
    @Benchmark
    public Object exchangeWithoutText() {
        ResponseTap.Prose tap = tap();
        exchanges.complete(chain);
        return tap;
    }

    /** An event of 12 characters of a stream of 200, with its share of the exchange, from bytes to bytes. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public long event() {
        ResponseEditor editor = new ResponseEditor(Operation.MESSAGES, true, tap());
        for (byte[] event : events) {
            editor.read(event, 0, event.length, sink);
        }
        exchanges.complete(chain);
        return sink.written();
    }
}
