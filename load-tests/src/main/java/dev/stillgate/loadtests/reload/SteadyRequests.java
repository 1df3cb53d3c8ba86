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
 * Requests at an even pace that wait for no answer. A request's time runs from when it was due, so that a gateway that stands
 * still is seen to.
 */
final class SteadyRequests implements AutoCloseable {
    private static final String BODY =
            "{\"model\":\"stub-1\",\"max_tokens\":64,\"messages\":[{\"role\":\"user\",\"content\":\"Who keeps the light?\"}]}";

    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(callers)
            .build();
    private final HttpRequest request;
    private final long gapNanos;
    private final Thread pacer;
    private List<Long> micros = new ArrayList<>();
    private int failed;
    private volatile boolean over;

    /**
     * Begins to ask.
     *
     * @param port where the gateway listens on loopback
     * @param perSecond requests a second
     */
    SteadyRequests(int port, int perSecond) {
        request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/messages"))
                .timeout(Duration.ofSeconds(60))
                .header("content-type", "application/json")
                .header("x-api-key", "sk-pulse")
                .header("x-stub", "size=240")
                .POST(HttpRequest.BodyPublishers.ofString(BODY))
                .build();
        gapNanos = 1_000_000_000L / perSecond;
        pacer = Thread.ofPlatform().name("pulse").start(this::pace);
    }

    /**
     * What was felt in a stretch of time.
     *
     * @param asked requests that were answered or failed in it
     * @param failed those that were not answered with 200
     * @param median milliseconds; 0 when nothing was answered
     * @param p99 milliseconds
     * @param longest milliseconds
     */
    record Felt(int asked, int failed, double median, double p99, double longest) {}

    /** Returns what was felt since the last call. */
    synchronized Felt take() {
        List<Long> sorted = new ArrayList<>(micros);
        sorted.sort(null);
        Felt felt = new Felt(sorted.size() + failed, failed, at(sorted, 0.5), at(sorted, 0.99), at(sorted, 1));
        micros = new ArrayList<>();
        failed = 0;
        return felt;
    }

    private static double at(List<Long> sorted, double share) {
        return sorted.isEmpty() ? 0 : sorted.get((int) Math.ceil(share * sorted.size()) - 1) / 1000.0;
    }

    private void pace() {
        long due = System.nanoTime();
        while (!over) {
            long mine = due;
            callers.execute(() -> ask(mine));
            due += gapNanos;
            long wait = due - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(wait);
            }
        }
    }

    private void ask(long due) {
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

    private synchronized void count(boolean well, long took) {
        if (well) {
            micros.add(took);
        } else {
            failed++;
        }
    }

    /** Asks no more, and waits for what is under way. */
    @Override
    public void close() {
        over = true;
        try {
            pacer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        callers.close();
        client.close();
    }
}
