package dev.stillgate.proxy.observe;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * HTTP receiver of exported messages. The timeout covers the whole exchange, since the timeout of {@link HttpRequest}
 * ends with the head of the response. Thread-safe.
 */
public final class Receiver implements AutoCloseable {
    private final Duration timeout;
    private final LongSupplier nanos;
    private final HttpClient client;
    private final LongAdder accepted = new LongAdder();
    private volatile long lastAccepted;

    /**
     * Creates a receiver.
     *
     * @param timeout timeout of an exchange, from the connection to the last byte of the response
     * @param nanos monotonic clock in nanoseconds
     */
    public Receiver(HttpClient.Version version, Duration timeout, LongSupplier nanos) {
        this.timeout = timeout;
        this.nanos = nanos;
        this.lastAccepted = nanos.getAsLong();
        this.client = HttpClient.newBuilder()
                .version(version)
                .connectTimeout(timeout)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /** Sends a request; returns the status of the response, which means acceptance from 200 to 299. */
    public int send(HttpRequest request) throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<Void>> pending =
                client.sendAsync(request, HttpResponse.BodyHandlers.discarding());
        try {
            int status = pending.get(timeout.toMillis(), TimeUnit.MILLISECONDS).statusCode();
            if (status / 100 == 2) {
                accepted.increment();
                lastAccepted = nanos.getAsLong();
            }
            return status;
        } catch (TimeoutException e) {
            throw new IOException("no complete response within " + timeout.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        } finally {
            pending.cancel(true);
        }
    }

    /** Returns the number of accepted messages. */
    public long accepted() {
        return accepted.sum();
    }

    /** Returns the seconds since the last accepted message, or since the start. */
    public double age() {
        return (nanos.getAsLong() - lastAccepted) / 1e9;
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
