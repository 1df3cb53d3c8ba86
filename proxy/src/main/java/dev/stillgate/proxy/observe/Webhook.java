package dev.stillgate.proxy.observe;

import dev.stillgate.spi.files.Digests;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notifies an operator's URL of findings: a signed POST of JSON for each, retried with increasing pauses while the
 * receiver is unreachable. A bounded queue and its own thread keep it off all other paths; messages that do not fit
 * into the queue are dropped and counted. Thread-safe.
 *
 * <p>{@code stillgate-timestamp} is the time of the attempt in seconds since the epoch. {@code stillgate-signature} is
 * {@code v1=} followed by the hex HMAC-SHA-256 of that time, a full stop and the body. A receiver rejects old messages,
 * and recognises repeated ones by {@code id}.
 */
public final class Webhook implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Webhook.class);
    private static final int ROOM = 1024;

    /** The length of the queue from which reports are dropped, so that they displace no findings. */
    private static final int ROOM_FOR_REPORTS = ROOM / 2;

    /** Limit on the characters of all queued messages. */
    private static final int MOST_CHARS = 64 << 20;

    private static final int ATTEMPTS = 8;
    private static final long LONGEST_PAUSE_SECONDS = 60;

    private final ArrayBlockingQueue<String> waiting = new ArrayBlockingQueue<>(ROOM);
    private final AtomicInteger waitingChars = new AtomicInteger();
    private final LongAdder dropped = new LongAdder();
    private final URI url;
    private final byte[] key;
    private volatile Supplier<Map<String, @Nullable String>> common = Map::of;
    private final Pause pause;
    private final Receiver receiver;
    private final Thread thread;

    /** Waits between two attempts. */
    @FunctionalInterface
    interface Pause {
        void of(Duration time) throws InterruptedException;
    }

    /**
     * Creates a sender and starts its thread.
     *
     * @param secret key of the signatures
     * @param timeout timeout of one attempt
     * @param nanos monotonic clock in nanoseconds
     */
    public Webhook(URI url, String secret, Duration timeout, LongSupplier nanos) {
        this(url, secret, new Receiver(HttpClient.Version.HTTP_2, timeout, nanos), Thread::sleep);
    }

    Webhook(URI url, String secret, Receiver receiver, Pause pause) {
        this.url = url;
        this.key = secret.getBytes(StandardCharsets.UTF_8);
        this.pause = pause;
        this.receiver = receiver;
        this.thread = Thread.ofPlatform().name("webhook").daemon().start(this::deliver);
    }

    /** Sets the source of the fields that every message has, such as the policy in force. */
    public void common(Supplier<Map<String, @Nullable String>> fields) {
        common = fields;
    }

    /**
     * Queues a message with an id of its own, without blocking.
     *
     * @param type type of the message, such as {@code account.standing}
     * @param millis time of the event in milliseconds since the epoch
     * @param data texts, and lists of texts, by name; null values are omitted
     */
    public void tell(String type, long millis, Map<String, ? extends @Nullable Object> data) {
        queue(UUID.randomUUID().toString(), type, millis, data);
    }

    /**
     * Queues a report, without blocking, unless half of the queue is taken. The other half is kept for findings.
     *
     * @param id the id, by which the receiver recognises a repetition
     * @param type type of the message, such as {@code limit.share}
     * @param millis time of the event in milliseconds since the epoch
     * @param data texts by name; null values are omitted
     */
    public void report(String id, String type, long millis, Map<String, String> data) {
        if (waiting.size() < ROOM_FOR_REPORTS) {
            queue(id, type, millis, data);
        } else {
            dropped.increment();
        }
    }

    private void queue(String id, String type, long millis, Map<String, ? extends @Nullable Object> data) {
        LineBuffer line = new LineBuffer(new byte[512]);
        line.open();
        line.field("id", id);
        line.field("type", type);
        line.field("time", Instant.ofEpochMilli(millis).toString());
        data.forEach((name, value) -> {
            if (value instanceof Collection<?> texts) {
                line.list(name, texts.stream().map(String::valueOf).toList());
            } else if (value != null) {
                line.field(name, value.toString());
            }
        });
        common.get().forEach(line::field);
        line.close();
        String body = new String(line.bytes(), 0, line.length() - 1, StandardCharsets.UTF_8);
        int length = body.length();
        if (waitingChars.addAndGet(length) > MOST_CHARS || !waiting.offer(body)) {
            waitingChars.addAndGet(-length);
            dropped.increment();
        }
    }

    /** Returns the receiver, which counts accepted messages. */
    public Receiver receiver() {
        return receiver;
    }

    /** Returns the number of queued messages. */
    public int waiting() {
        return waiting.size();
    }

    /** Returns the number of messages given up. */
    public long dropped() {
        return dropped.sum();
    }

    private void deliver() {
        try {
            while (true) {
                String body = waiting.take();
                waitingChars.addAndGet(-body.length());
                if (!arrives(body)) {
                    dropped.increment();
                }
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean arrives(String body) throws InterruptedException {
        String last = "";
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (attempt > 0) {
                pause.of(Duration.ofSeconds(Math.min(LONGEST_PAUSE_SECONDS, 1L << (attempt - 1))));
            }
            try {
                int status = attempt(body);
                if (status / 100 == 2) {
                    return true;
                }
                last = "status " + status;
                if (status / 100 == 4 && status != 408 && status != 429) {
                    break;
                }
            } catch (IOException e) {
                last = e.toString();
            }
        }
        LOG.warn("the webhook at {} did not accept a message: {}", url.getHost(), last);
        return false;
    }

    private int attempt(String body) throws IOException, InterruptedException {
        String time = Long.toString(Instant.now().getEpochSecond());
        HttpRequest request = HttpRequest.newBuilder(url)
                .header("content-type", "application/json")
                .header("stillgate-timestamp", time)
                .header("stillgate-signature", "v1=" + signature(time, body))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return receiver.send(request);
    }

    private String signature(String time, String body) {
        return HexFormat.of().formatHex(Digests.hmac(key, (time + '.' + body).getBytes(StandardCharsets.UTF_8)));
    }

    /** Stops; queued messages are lost. */
    @Override
    public void close() {
        thread.interrupt();
        receiver.close();
    }
}
