package dev.stillgate.proxy.jwt;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a key set over HTTP within a time and a size, without redirects: the policy alone says where keys come from.
 * Thread-safe. The client is created by the first fetch, because few gateways need it.
 */
final class HttpFetch implements RemoteKeys.Fetch, AutoCloseable {
    private static final int OK = 200;

    private final Duration timeout;
    private @Nullable HttpClient client;

    /**
     * Creates a reader.
     *
     * @param timeout the time limit of a fetch, from the connection to the last byte
     */
    HttpFetch(Duration timeout) {
        this.timeout = timeout;
    }

    private synchronized HttpClient client() {
        HttpClient existing = client;
        if (existing == null) {
            existing = HttpClient.newBuilder()
                    .connectTimeout(timeout)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();
            client = existing;
        }
        return existing;
    }

    @Override
    public byte[] of(URI url) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(timeout)
                .header("accept", "application/jwk-set+json, application/json")
                .build();
        CompletableFuture<HttpResponse<byte[]>> pending = client().sendAsync(
                        request,
                        HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), JwtKeys.MAX_BYTES));
        try {
            HttpResponse<byte[]> response = pending.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (response.statusCode() != OK) {
                throw new IOException("was answered with status " + response.statusCode());
            }
            return response.body();
        } catch (TimeoutException e) {
            throw new IOException("did not arrive within " + timeout.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw new IOException("cannot be fetched: " + e.getCause(), e);
        } finally {
            pending.cancel(true);
        }
    }

    @Override
    public synchronized void close() {
        if (client != null) {
            client.shutdownNow();
        }
    }
}
