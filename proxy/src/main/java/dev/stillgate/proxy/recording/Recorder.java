package dev.stillgate.proxy.recording;

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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asynchronous exchange log for backtests, with one line per exchange in the order of completion. Event loops only copy
 * bodies and enqueue; a background thread writes. Exchanges beyond the memory limit or the queue capacity are dropped
 * and counted, so a slow disk never delays a request. Thread-safe.
 */
public final class Recorder implements AutoCloseable {
    /** Limit of the memory for bodies, in bytes. */
    static final long MOST_HELD = 64 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Recorder.class);
    private static final int QUEUE = 8192;
    private static final long WARNINGS_APART = TimeUnit.MINUTES.toNanos(1);

    private final ArrayBlockingQueue<RecordedExchange> waiting = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicLong held = new AtomicLong();
    private final LongAdder dropped = new LongAdder();
    private final RecordFiles files;
    private final JsonCopy copy;
    private final EventList events = new EventList();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(1 << 14);
    private final Thread thread;
    private final LongSupplier nanos;
    private long warnAfter;
    private volatile boolean reopen;

    /**
     * Opens the file for appending and starts the writer thread.
     *
     * @param maxBytes size limit of a file in bytes, beyond which it is rotated
     * @param keptFiles number of rotated files to keep, at least 1
     * @param hash replaces texts; null to record them
     * @param nanos monotonic clock in nanoseconds
     * @throws UncheckedIOException if the file cannot be opened
     */
    public Recorder(Path path, long maxBytes, int keptFiles, @Nullable TextHash hash, LongSupplier nanos) {
        try {
            files = new RecordFiles(path, maxBytes, keptFiles);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the record " + path + ": " + FileFault.reason(e), e);
        }
        copy = new JsonCopy(hash);
        this.nanos = nanos;
        warnAfter = nanos.getAsLong();
        thread = Thread.ofPlatform().name("record").daemon().start(this::write);
    }

    /** Reserves memory for a body. Returns false if the limit is reached. */
    public boolean hold(long bytes) {
        if (held.addAndGet(bytes) > MOST_HELD) {
            held.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    /** Releases memory reserved with {@link #hold}. */
    public void release(long bytes) {
        held.addAndGet(-bytes);
    }

    /** Enqueues an exchange, or drops it if the queue is full. Takes over its memory reservation. Never blocks. */
    public void offer(RecordedExchange exchange) {
        if (!waiting.offer(exchange)) {
            release(exchange.weight());
            dropped.increment();
        }
    }

    /** Counts an exchange that was dropped before it reached the queue. */
    public void drop() {
        dropped.increment();
    }

    /** Returns the number of exchanges dropped since the start. */
    public long dropped() {
        return dropped.sum() + files.lost();
    }

    /** Returns the number of exchanges written since the start. */
    public long recorded() {
        return files.written();
    }

    /** Reopens the file before the next line, after an external log rotation moved it. */
    public void reopen() {
        reopen = true;
    }

    private void write() {
        try {
            for (RecordedExchange next = waiting.take(); !next.isEnd(); next = waiting.take()) {
                try {
                    write(next);
                } catch (RuntimeException e) {
                    dropped.increment();
                    warn(e);
                } catch (IOException e) {
                    warn(e);
                } finally {
                    release(next.weight());
                }
            }
            files.close();
        } catch (InterruptedException | IOException e) {
            LOG.warn("recording stopped: {}", e.toString());
        }
    }

    /** Logs a failure, at most one a minute. */
    private void warn(Exception failure) {
        long now = nanos.getAsLong();
        if (now - warnAfter >= 0) {
            warnAfter = now + WARNINGS_APART;
            LOG.warn("exchanges are not recorded: {}", failure.toString());
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
    }

    private void compose(RecordedExchange exchange) {
        plain("{\"ts\":" + exchange.startMillis() + ",\"account\":");
        JsonCopy.text(exchange.account(), line);
        plain(",\"end\":" + exchange.endMillis());
        plain(",\"policy_generation\":" + exchange.generation());
        text("policy_sha256", exchange.policySha256());
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
        json("response", answer != null && exchange.events() ? events.of(answer) : answer);
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

    /**
     * Returns the files of a recording that exist, in chronological order.
     *
     * @throws IOException if their directory cannot be read
     */
    public static List<Path> recorded(Path path) throws IOException {
        return RecordFiles.all(path);
    }

    /** Writes all queued exchanges and stops the writer thread. Waits at most five seconds. */
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
