package dev.stillgate.loadtests.bench;

import dev.stillgate.proxy.chain.ChainProgress;
import dev.stillgate.proxy.chain.FilterChain;
import dev.stillgate.proxy.chain.ForwardedTap;
import dev.stillgate.proxy.dialect.RequestReader;
import dev.stillgate.proxy.dialect.ResponseEditor;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.ResponseHead;
import dev.stillgate.spi.Usage;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FakeHeaders;
import java.util.List;
import java.util.function.IntFunction;

/** Exchanges of 1,000 accounts in turn, each with the same chat, in all phases of a filter chain. Not thread-safe. */
final class Exchanges {
    private static final int ACCOUNTS = 1_000;
    private static final Outcome SERVED =
            new Outcome.Served(200, new Usage(Usage.Source.EXACT, 310, 402, 0, 0, -1), 2_000, 1_000_000);

    private final ChainProgress progress = new ChainProgress();
    private final BodyView body = body();
    private final ResponseHead head;
    private final FakeExchange[] exchanges = new FakeExchange[ACCOUNTS];
    private int last;

    /**
     * Creates the exchanges.
     *
     * @param contentType type of the responses
     * @param exchange creates the exchange of an account, from 0 to 999
     */
    Exchanges(String contentType, IntFunction<FakeExchange> exchange) {
        head = new Head(new FakeHeaders(List.of(new Header("content-type", contentType))));
        for (int i = 0; i < ACCOUNTS; i++) {
            exchanges[i] = exchange.apply(i);
        }
    }

    private static BodyView body() {
        try {
            return new RequestReader()
                    .read(Operation.MESSAGES, "application/json", Samples.CHAT, 0, Samples.CHAT.length);
        } catch (MalformedBody e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs the phases of the next exchange up to the head of its response. */
    ForwardedTap begin(FilterChain chain) {
        last = last + 1 == ACCOUNTS ? 0 : last + 1;
        FakeExchange exchange = exchanges[last];
        progress.reset();
        if (chain.onRequest(exchange, progress) != null || chain.onBody(exchange, progress, body) != null) {
            throw new IllegalStateException("refused");
        }
        return chain.onResponse(exchange, progress, head);
    }

    /** Runs the last phase of the exchange that was begun last. */
    void complete(FilterChain chain) {
        chain.onComplete(exchanges[last], progress, SERVED);
    }

    /** Consumes the output of an editor of streams without an end. */
    static final class Sink implements ResponseEditor.Out {
        private long written;

        /** Returns a value that depends on all output. */
        long written() {
            return written;
        }

        @Override
        public void write(byte[] bytes, int from, int to) {
            written += (long) bytes[from] + to;
        }

        @Override
        public void last() {
            throw new IllegalStateException("the streams have no end");
        }
    }

    private record Head(Headers headers) implements ResponseHead {
        @Override
        public int status() {
            return 200;
        }

        @Override
        public void add(Header header) {
            throw new UnsupportedOperationException("none of these filters adds a response header");
        }
    }
}
