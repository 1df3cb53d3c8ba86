package dev.stillgate.proxy.recording;

import dev.stillgate.proxy.dialect.usage.WholeAnswer;
import dev.stillgate.proxy.files.FileFault;
import dev.stillgate.proxy.json.JsonCopy;
import dev.stillgate.proxy.json.TextHash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes exchanges to a log that a backtest reads, a line each in the order in which they ended. One thread writes; an
 * event loop only copies what passes. What does not fit into the memory that all recordings share, or waits behind too
 * many others, is dropped and counted: a slow disk never slows a request.
 */
public final class Recorder implements AutoCloseable {
    /** The most bytes of bodies in memory. */
    static final long MOST_HELD = 64 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Recorder.class);
    private static final int QUEUE = 8192;

    private final ArrayBlockingQueue<RecordedExchange> waiting = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicLong held = new AtomicLong();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder recorded = new LongAdder();
    private final RecordFiles files;
    private final JsonCopy copy;
    private final WholeAnswer whole = new WholeAnswer();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(1 << 14);
    private final Thread thread;
    private volatile boolean reopen;

    /**
     * A recorder that appends to a file.
     *
     * @param most the size at which the file is put aside, in bytes
     * @param kept how many files that were put aside are kept
     * @param hash what stands in the place of texts, null for the texts
     * @throws UncheckedIOException when the file cannot be opened
     */
    public Recorder(Path path, long most, int kept, @Nullable TextHash hash) {
        try {
            files = new RecordFiles(path, most, kept);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the record " + path + ": " + FileFault.reason(e), e);
        }
        copy = new JsonCopy(hash);
        thread = Thread.ofPlatform().name("record").daemon().start(this::write);
    }

    /** Asks for memory to keep bytes in; false when there is none left. */
    public boolean hold(long bytes) {
        if (held.addAndGet(bytes) > MOST_HELD) {
            held.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    /** Gives memory back. */
    public void release(long bytes) {
        held.addAndGet(-bytes);
    }

    /** Takes an exchange, whose memory it will give back; never waits. */
    public void offer(RecordedExchange exchange) {
        if (!waiting.offer(exchange)) {
            release(exchange.weight());
            dropped.increment();
        }
    }

    /** Counts an exchange that could not be kept. */
    public void drop() {
        dropped.increment();
    }

    /** Returns how many exchanges were dropped since the start. */
    public long dropped() {
        return dropped.sum();
    }

    /** Returns how many exchanges were written since the start. */
    public long recorded() {
        return recorded.sum();
    }

    /** Opens the file anew before the next line, so that one that was moved can be let go. */
    public void reopen() {
        reopen = true;
    }

    private void write() {
        try {
            for (RecordedExchange next = waiting.take(); !next.isEnd(); next = waiting.take()) {
                try {
                    write(next);
                } catch (IOException | RuntimeException e) {
                    dropped.increment();
                    LOG.warn("exchange not recorded: {}", e.toString());
                } finally {
                    release(next.weight());
                }
            }
            files.close();
        } catch (InterruptedException | IOException e) {
            LOG.warn("record ended: {}", e.toString());
        }
    }

    private void write(RecordedExchange exchange) throws IOException {
        if (reopen) {
            reopen = false;
            files.reopen();
        }
        line.reset();
        compose(exchange);
        files.write(line);
        if (waiting.isEmpty()) {
            files.flush();
        }
        recorded.increment();
    }

    private void compose(RecordedExchange exchange) {
        plain("{\"ts\":" + exchange.startMillis() + ",\"account\":");
        JsonCopy.text(exchange.account(), line);
        plain(",\"end\":" + exchange.endMillis());
        text("connection", exchange.connection());
        text("http", exchange.http());
        text("ip", exchange.address());
        if (exchange.ja4() != null) {
            text("ja4", exchange.ja4());
        }
        plain(",\"headers\":[");
        List<String> headers = exchange.headers();
        for (int i = 0; i < headers.size(); i += 2) {
            plain(i == 0 ? "[" : ",[");
            JsonCopy.text(headers.get(i), line);
            plain(",");
            JsonCopy.text(headers.get(i + 1), line);
            plain("]");
        }
        plain("]");
        if (!exchange.method().equals(exchange.request() == null ? "GET" : "POST")) {
            text("method", exchange.method());
        }
        text("path", exchange.path());
        json("request", exchange.request());
        plain(",\"status\":" + exchange.status());
        byte[] answer = exchange.answer();
        json("response", answer != null && exchange.events() ? whole.of(answer) : answer);
        plain("}\n");
    }

    private void text(String key, String value) {
        plain(",\"" + key + "\":");
        JsonCopy.text(value, line);
    }

    private void json(String key, byte @Nullable [] value) {
        plain(",\"" + key + "\":");
        if (value == null || !copy.append(value, 0, value.length, line)) {
            plain("null");
        }
    }

    private void plain(String ascii) {
        line.writeBytes(ascii.getBytes(StandardCharsets.US_ASCII));
    }

    /** Writes out what was handed over and ends. */
    @Override
    public void close() {
        try {
            waiting.put(RecordedExchange.END);
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
