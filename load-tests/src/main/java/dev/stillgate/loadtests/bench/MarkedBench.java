package dev.stillgate.loadtests.bench;

import dev.stillgate.proxy.chain.ChainProgress;
import dev.stillgate.proxy.chain.FilterChain;
import dev.stillgate.proxy.dialect.prose.AnswerEditor;
import dev.stillgate.proxy.dialect.request.RequestReader;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.ResponseHead;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.Usage;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FakeHeaders;
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
    private static final int ACCOUNTS = 1_000;
    private static final int EVENTS = 200;
    private static final int PIECE = 12;
    private static final String PROSE =
            "It is a good idea to read the whole report before the meeting, because it does "
                    + "not repeat what was said in spring. You cannot see from the first page how many of the figures have "
                    + "changed, and there is a table at the end that is easy to miss. If you do not have much time, start with "
                    + "the third part. However, it is not complete: two of the towns have not sent their numbers yet, and they "
                    + "will not do so before June.\n\n";
    private static final Outcome SERVED =
            new Outcome.Served(200, new Usage(Usage.Source.EXACT, 310, 402, 0, 0, -1), 2_000, 1_000_000);

    private final FilterChain chain = Plugins.chain(new Plugins.Entry("canary", "from: unverified"));
    private final ChainProgress progress = new ChainProgress();
    private final BodyView body = body();
    private final FakeExchange[] exchanges = new FakeExchange[ACCOUNTS];
    private final List<byte[]> events = events();
    private final Sink sink = new Sink();
    private int next;

    public MarkedBench() {
        for (int i = 0; i < ACCOUNTS; i++) {
            Account account = new Account("h1:" + i, Account.Trust.ACCEPTED, null, null, false, null);
            exchanges[i] = new FakeExchange(Ticker.system()).by(account);
        }
    }

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

    private static BodyView body() {
        try {
            return new RequestReader()
                    .read(Operation.MESSAGES, "application/json", Samples.CHAT, 0, Samples.CHAT.length);
        } catch (MalformedBody e) {
            throw new IllegalStateException(e);
        }
    }

    private FakeExchange exchange() {
        FakeExchange exchange = exchanges[next];
        next = next + 1 == ACCOUNTS ? 0 : next + 1;
        return exchange;
    }

    private ResponseTap.Prose tap(FakeExchange exchange) {
        progress.reset();
        if (chain.onRequest(exchange, progress) != null || chain.onBody(exchange, progress, body) != null) {
            throw new IllegalStateException("refused");
        }
        return Objects.requireNonNull(
                chain.onResponse(exchange, progress, Head.OK).prose(), "not marked");
    }

    /** All phases of the filter for one exchange, without its text. */
    @Benchmark
    public Object exchangeWithoutText() {
        FakeExchange exchange = exchange();
        ResponseTap.Prose tap = tap(exchange);
        chain.onComplete(exchange, progress, SERVED);
        return tap;
    }

    /** An event of 12 characters of a stream of 200, with its share of the exchange, from bytes to bytes. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public long event() {
        FakeExchange exchange = exchange();
        AnswerEditor editor = new AnswerEditor(Operation.MESSAGES, true, tap(exchange));
        for (byte[] event : events) {
            editor.read(event, 0, event.length, sink);
        }
        chain.onComplete(exchange, progress, SERVED);
        return sink.written;
    }

    /** Consumes the output. */
    private static final class Sink implements AnswerEditor.Out {
        private long written;

        @Override
        public void write(byte[] bytes, int from, int to) {
            written += (long) bytes[from] + to;
        }

        @Override
        public void last() {
            throw new IllegalStateException("the streams have no end");
        }
    }

    private enum Head implements ResponseHead {
        OK;

        private static final Headers FIELDS = new FakeHeaders(List.of(new Header("content-type", "text/event-stream")));

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
            throw new UnsupportedOperationException("the canary filter adds no response header");
        }
    }
}
