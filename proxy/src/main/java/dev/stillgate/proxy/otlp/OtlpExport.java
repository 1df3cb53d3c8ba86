package dev.stillgate.proxy.otlp;

import dev.stillgate.proxy.config.OtlpOptions;
import dev.stillgate.proxy.json.JsonWriter;
import dev.stillgate.proxy.observe.AccessRecord;
import dev.stillgate.proxy.observe.Receiver;
import dev.stillgate.proxy.observe.SpanSink;
import dev.stillgate.spi.Ticker;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exports metrics, and spans of exchanges that clients trace, to an OpenTelemetry collector: OTLP over HTTP with JSON,
 * on its own thread. Nothing is sent twice. Metrics are cumulative, so a lost message is made up by the next one. Spans
 * that do not fit into the queue or cannot be sent are dropped and counted. Thread-safe.
 */
public final class OtlpExport implements SpanSink, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OtlpExport.class);
    private static final int QUEUE_SIZE = 2048;
    private static final int BATCH_SIZE = 512;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofSeconds(1);

    private final OtlpOptions options;
    private final PrometheusRegistry registry;
    private final Receiver collector;
    private final ArrayBlockingQueue<OtlpSpan> queue = new ArrayBlockingQueue<>(QUEUE_SIZE);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final LongAdder failed = new LongAdder();
    private final LongAdder spans = new LongAdder();
    private final LongAdder droppedSpans = new LongAdder();
    private final Ticker ticker;
    private final long startNanos;
    private final Thread thread;
    private boolean failing;

    /**
     * Starts the export; metrics are first sent after one interval.
     *
     * @param registry the metrics to export
     */
    public OtlpExport(OtlpOptions options, PrometheusRegistry registry, Ticker ticker) {
        this.options = options;
        this.ticker = ticker;
        this.startNanos = nanos();
        this.registry = registry;
        this.collector = new Receiver(HttpClient.Version.HTTP_1_1, TIMEOUT, ticker::nanos);
        this.thread = Thread.ofPlatform().name("otlp").daemon().start(this::run);
    }

    @Override
    public boolean wants(@Nullable String traceparent) {
        if (traceparent == null || options.spans() == 0) {
            return false;
        }
        TraceParent parent = TraceParent.of(traceparent);
        return parent != null && parent.sampled() && parent.isWithin(options.spans());
    }

    @Override
    public void take(String traceparent, AccessRecord exchange) {
        TraceParent parent = TraceParent.of(traceparent);
        if (parent != null) {
            String id = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE));
            if (!queue.offer(new OtlpSpan(parent, id, exchange))) {
                droppedSpans.increment();
            }
        }
    }

    /** Returns the collector, which counts accepted messages. */
    public Receiver collector() {
        return collector;
    }

    /** Returns the number of messages not accepted. */
    public long failed() {
        return failed.sum();
    }

    /** Returns the number of spans accepted by the collector. */
    public long spans() {
        return spans.sum();
    }

    /** Returns the number of lost spans. */
    public long droppedSpans() {
        return droppedSpans.sum();
    }

    private long nanos() {
        return TimeUnit.MILLISECONDS.toNanos(ticker.millis());
    }

    private void run() {
        long interval = options.interval().toNanos();
        long pause = Math.min(POLL.toNanos(), interval);
        long due = System.nanoTime() + interval;
        try {
            boolean last = false;
            while (!last) {
                last = closed.await(pause, TimeUnit.NANOSECONDS);
                sendSpans();
                if (last || System.nanoTime() - due >= 0) {
                    sendMetrics();
                    due = System.nanoTime() + interval;
                }
            }
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    private void sendMetrics() throws InterruptedException {
        send("/v1/metrics", () -> OtlpMetrics.message(registry.scrape(), startNanos, nanos()));
    }

    private void sendSpans() throws InterruptedException {
        List<OtlpSpan> some = new ArrayList<>();
        while (queue.drainTo(some, BATCH_SIZE) > 0) {
            List<Map<String, Object>> items = some.stream().map(OtlpSpan::json).toList();
            boolean taken = send("/v1/traces", () -> OtlpJson.message("Spans", items));
            (taken ? spans : droppedSpans).add(some.size());
            some.clear();
        }
    }

    /** Supplier of a message. */
    @FunctionalInterface
    private interface Message {
        Map<String, Object> make();
    }

    /** Sends a message; returns whether it was accepted. Failures are logged once until the next success. */
    private boolean send(String path, Message message) throws InterruptedException {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(options.base() + path))
                    .header("content-type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(JsonWriter.json(message.make())));
            options.headers().forEach(request::header);
            int status = collector.send(request.build());
            if (status / 100 == 2) {
                failing = false;
                return true;
            }
            fail("status " + status);
        } catch (IOException | RuntimeException e) {
            fail(e.toString());
        }
        return false;
    }

    private void fail(String why) {
        failed.increment();
        if (!failing) {
            LOG.warn("the collector at {} does not accept messages: {}", options.host(), why);
        }
        failing = true;
    }

    /** Sends a last time and stops; waits for the collector for a few seconds at most. */
    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join(TIMEOUT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
        collector.close();
    }
}
