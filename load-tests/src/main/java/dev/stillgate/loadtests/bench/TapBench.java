package dev.stillgate.loadtests.bench;

import dev.stillgate.proxy.dialect.ResponseEditor;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.ResponseTap;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Cost of an event of a tapped stream, with a tap that forwards text at once and one that delays it by a word. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TapBench {
    private static final byte[] CHUNK = ("data: {\"id\":\"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT\",\"object\":"
                    + "\"chat.completion.chunk\",\"created\":1741569952,\"model\":\"gpt-4.1-2025-04-14\","
                    + "\"service_tier\":\"default\",\"system_fingerprint\":\"fp_44709d6fcb\",\"choices\":[{\"index\":0,"
                    + "\"delta\":{\"content\":\" lime mortar\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n")
            .getBytes(StandardCharsets.US_ASCII);
    private static final byte[] START = ("data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":"
                    + "{\"type\":\"text\",\"text\":\"\"}}\n\n")
            .getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EVENT =
            ("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
                            + "\"delta\":{\"type\":\"text_delta\",\"text\":\" lime mortar lets a wall\"}}\n\n")
                    .getBytes(StandardCharsets.US_ASCII);

    private final ResponseEditor passing = messages(new Lagging(0));
    private final ResponseEditor lagging = messages(new Lagging(6));
    private final ResponseEditor chunks = new ResponseEditor(Operation.CHAT_COMPLETIONS, true, new Lagging(6));
    private final Exchanges.Sink sink = new Exchanges.Sink();

    private static ResponseEditor messages(ResponseTap.Prose tap) {
        ResponseEditor editor = new ResponseEditor(Operation.MESSAGES, true, tap);
        editor.read(START, 0, START.length, new Exchanges.Sink());
        return editor;
    }

    @Benchmark
    public long eventOf140BytesThatPasses() {
        passing.read(EVENT, 0, EVENT.length, sink);
        return sink.written();
    }

    @Benchmark
    public long eventOf140BytesThatLagsAWord() {
        lagging.read(EVENT, 0, EVENT.length, sink);
        return sink.written();
    }

    @Benchmark
    public long chunkOf300BytesThatLagsAWord() {
        chunks.read(CHUNK, 0, CHUNK.length, sink);
        return sink.written();
    }

    /** Delays text by a number of characters. */
    private static final class Lagging implements ResponseTap.Prose {
        private final int lag;

        Lagging(int lag) {
            this.lag = lag;
        }

        @Override
        public Block onBlock(int index) {
            return new Block() {
                private String held = "";

                @Override
                public CharSequence onText(CharSequence delta) {
                    if (lag == 0) {
                        return delta;
                    }
                    String all = held + delta;
                    int passes = Math.max(0, all.length() - lag);
                    held = all.substring(passes);
                    return all.substring(0, passes);
                }

                @Override
                public CharSequence onEnd() {
                    return held;
                }

                @Override
                public int held() {
                    return held.length();
                }
            };
        }

        @Override
        public Block onRepeat(int index) {
            return onBlock(index);
        }
    }
}
