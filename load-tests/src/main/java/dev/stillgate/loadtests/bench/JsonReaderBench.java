package dev.stillgate.loadtests.bench;

import dev.stillgate.proxy.json.JsonPaths;
import dev.stillgate.proxy.json.JsonReader;
import dev.stillgate.proxy.json.JsonSink;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.MalformedBody;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Cost of reading the JSON of a response in pieces, beside the tape, which reads whole documents strictly. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class JsonReaderBench {
    private static final int PIECE = 64;

    private static final JsonPaths<String> MESSAGE = JsonPaths.of(
            JsonPaths.shortString("id", "id"),
            JsonPaths.shortString("model", "model"),
            JsonPaths.list("content", JsonPaths.of(JsonPaths.text("text", "text"))),
            JsonPaths.object(
                    "usage",
                    JsonPaths.of(JsonPaths.number("input_tokens", "in"), JsonPaths.number("output_tokens", "out"))));

    /** Nothing of the message, so that all its containers are skipped. */
    private static final JsonPaths<String> NOTHING = JsonPaths.of();

    private final Counts counts = new Counts();
    private final JsonReader<String> reader = new JsonReader<>(counts);
    private final JsonTape tape = new JsonTape();

    private static final class Counts extends JsonSink<String> {
        private long sum;

        @Override
        public void number(String field, long value, int from, int to) {
            sum += value;
        }

        @Override
        public void shortString(String field, byte[] buf, int from, int to) {
            sum += to - from;
        }

        @Override
        public void text(String field, byte[] buf, int from, int to) {
            sum += to - from;
        }
    }

    private long read(JsonPaths<String> paths, int piece) {
        byte[] json = Samples.MESSAGE;
        reader.reset(paths, false);
        for (int p = 0; p < json.length; p += piece) {
            reader.read(json, p, Math.min(json.length, p + piece));
        }
        if (!reader.isCompleteWithoutTrailingBytes()) {
            throw new IllegalStateException("an incomplete document");
        }
        return counts.sum;
    }

    @Benchmark
    public long messageOf2000Bytes() {
        return read(MESSAGE, Samples.MESSAGE.length);
    }

    @Benchmark
    public long messageInPiecesOf64Bytes() {
        return read(MESSAGE, PIECE);
    }

    @Benchmark
    public long skippedMessage() {
        return read(NOTHING, Samples.MESSAGE.length);
    }

    @Benchmark
    public int tapeOfTheMessage() throws MalformedBody {
        tape.parse(Samples.MESSAGE, 0, Samples.MESSAGE.length);
        return tape.size(tape.root());
    }
}
