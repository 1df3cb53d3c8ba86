package dev.stillgate.loadtests.reload;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests at a constant rate that do not wait for earlier responses. Latency counts from the time at which a request
 * was due, so that a stalled gateway is measured. Thread-safe.
 */
final class SteadyRequests implements AutoCloseable {
    private static final String BODY =
            "{\"model\":\"stub-1\",\"max_tokens\":64,\"messages\":[{\"role\":\"user\",\"content\":\"Who keeps the light?\"}]}";

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(executor)
            .build();
    private final HttpRequest request;
    private final long gapNanos;
    private final Thread pacer;
    private List<Long> micros = new ArrayList<>();
    private int failed;
    private volatile boolean stopped;

    /**
     * Starts the requests.
     *
     * @param port loopback port of the gateway
     * @param perSecond requests per second
     */
    SteadyRequests(int port, int perSecond) {
        request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/messages"))
                .timeout(Duration.ofSeconds(60))
                .header("content-type", "application/json")
                .header("x-api-key", "sk-steady")
                .header("x-stub", "size=240")
                .POST(HttpRequest.BodyPublishers.ofString(BODY))
                .build();
        gapNanos = 1_000_000_000L / perSecond;
        pacer = Thread.ofPlatform().name("requests").start(this::pace);
    }

    /**
     * Results of a period.
     *
     * @param requests number of completed and failed requests
     * @param failed number of requests without a 200
     * @param median milliseconds, 0 without a completed request
     * @param p99 milliseconds
     * @param max milliseconds
     */
    record Latency(int requests, int failed, double median, double p99, double max) {}

    /** Returns the results since the last call. */
    synchronized Latency take() {
        List<Long> sorted = new ArrayList<>(micros);
        sorted.sort(null);
        Latency latency = new Latency(sorted.size() + failed, failed, at(sorted, 0.5), at(sorted, 0.99), at(sorted, 1));
        micros = new ArrayList<>();
        failed = 0;
        return latency;
    }

    private static double at(List<Long> sorted, double share) {
        return sorted.isEmpty() ? 0 : sorted.get((int) Math.ceil(share * sorted.size()) - 1) / 1000.0;
    }

    private void pace() {
        long due = System.nanoTime();
        while (!stopped) {
            long start = due;
            executor.execute(() -> send(start));
            due += gapNanos;
            long wait = due - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(wait);
            }
        }
    }

    private void send(long due) {
        try {
            int status =
                    client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            count(status == 200, (System.nanoTime() - due) / 1000);
        } catch (IOException e) {
            count(false, 0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void count(boolean succeeded, long took) {
        if (succeeded) {
            micros.add(took);
        } else {
            failed++;
        }
    }

    /** Sends no more requests and waits for those in flight. */
    @Override
    public void close() {
        stopped = true;
        try {
            pacer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        executor.close();
        client.close();
    }
}
