package dev.stillgate.proxy.observe;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Word of new findings to a URL of the operator's: one POST of JSON each, signed, tried again with longer and longer pauses
 * while the far end is away. A bounded queue and a thread of its own keep it off every other path; what finds no room is
 * dropped and counted.
 *
 * <p>{@code stillgate-timestamp} is the time of the attempt in seconds of the epoch, {@code stillgate-signature} is
 * {@code v1=} and the hex digits of HMAC-SHA-256 over that time, a full stop and the body. A receiver refuses what is old,
 * and knows by {@code id} what it has had already.
 */
public final class Webhook implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Webhook.class);
    private static final int ROOM = 1024;
    private static final int ATTEMPTS = 8;
    private static final long LONGEST_PAUSE_SECONDS = 60;

    private final ArrayBlockingQueue<String> waiting = new ArrayBlockingQueue<>(ROOM);
    private final LongAdder sent = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final URI url;
    private final SecretKeySpec key;
    private final Duration timeout;
    private final Pause pause;
    private final HttpClient client;
    private final Thread thread;

    /** How the time between two attempts is spent. */
    @FunctionalInterface
    interface Pause {
        void of(Duration time) throws InterruptedException;
    }

    /**
     * A sender, which begins at once.
     *
     * @param secret what messages are signed with
     * @param timeout how long one attempt may take
     */
    public Webhook(URI url, String secret, Duration timeout) {
        this(url, secret, timeout, Thread::sleep);
    }

    Webhook(URI url, String secret, Duration timeout, Pause pause) {
        this.url = url;
        this.key = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256");
        this.timeout = timeout;
        this.pause = pause;
        this.client = HttpClient.newBuilder()
                .connectTimeout(timeout)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        this.thread = Thread.ofPlatform().name("webhook").daemon().start(this::deliver);
    }

    /**
     * Takes a message; never waits.
     *
     * @param type what it tells of, such as {@code account.standing}
     * @param millis when that happened, in milliseconds of the epoch
     * @param data texts by name; those that are null are left out
     */
    public void tell(String type, long millis, Map<String, @Nullable String> data) {
        LineBuffer line = new LineBuffer(new byte[512]);
        line.open();
        line.field("id", UUID.randomUUID().toString());
        line.field("type", type);
        line.field("time", Instant.ofEpochMilli(millis).toString());
        data.forEach(line::field);
        line.close();
        String body = new String(line.bytes(), 0, line.length() - 1, StandardCharsets.UTF_8);
        if (!waiting.offer(body)) {
            dropped.increment();
        }
    }

    /** Returns how many messages were taken by the far end. */
    public long sent() {
        return sent.sum();
    }

    /** Returns how many messages were given up. */
    public long dropped() {
        return dropped.sum();
    }

    private void deliver() {
        try {
            while (true) {
                String body = waiting.take();
                if (arrives(body)) {
                    sent.increment();
                } else {
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
        LOG.warn("the webhook at {} did not take a message: {}", url.getHost(), last);
        return false;
    }

    private int attempt(String body) throws IOException, InterruptedException {
        String time = Long.toString(Instant.now().getEpochSecond());
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(timeout)
                .header("content-type", "application/json")
                .header("stillgate-timestamp", time)
                .header("stillgate-signature", "v1=" + signature(time, body))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private String signature(String time, String body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.update((time + '.').getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
        }
    }

    /** Ends it; what still waits is lost. */
    @Override
    public void close() {
        thread.interrupt();
        client.shutdownNow();
    }
}
