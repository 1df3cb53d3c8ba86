package dev.stillgate.loadtests.fleet;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Requests of one account at a constant rate that do not wait for earlier responses. Latency counts from the time at
 * which a request was due, so that a stalled gateway is measured. Thread-safe.
 */
public final class AccountLoad {
    private static final Pattern OUTPUT = Pattern.compile("\"output_tokens\":(\\d+)");

    private final HttpClient client;
    private final List<HttpRequest> requests;
    private final long gapNanos;
    private final Thread pacer;
    private PhaseTally tally = new PhaseTally();
    private volatile boolean stopped;

    /**
     * Creates a load.
     *
     * @param perSecond requests per second to each port
     * @param tokens maximum output tokens of a request; a response has one less
     */
    public AccountLoad(
            HttpClient client,
            ExecutorService executor,
            String account,
            List<Integer> ports,
            double perSecond,
            int tokens) {
        this.client = client;
        this.requests =
                ports.stream().map(port -> request(port, account, tokens)).toList();
        this.gapNanos = (long) (1e9 / perSecond / ports.size());
        this.pacer = Thread.ofPlatform().name("load-" + account).unstarted(() -> pace(executor));
    }

    private static HttpRequest request(int port, String account, int tokens) {
        String body =
                "{\"model\":\"stub-1\",\"max_tokens\":%d,\"messages\":[{\"role\":\"user\",\"content\":\"Who keeps the light?\"}]}"
                        .formatted(tokens);
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/messages"))
                .timeout(Duration.ofSeconds(20))
                .header("content-type", "application/json")
                .header("x-api-key", FleetFiles.key(account))
                .header("x-stub", "size=" + (tokens - 1) * 4)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    /** Begins to send. */
    public void start() {
        pacer.start();
    }

    /** Returns the outcomes since the last call. */
    public synchronized PhaseTally takeTally() {
        PhaseTally taken = tally;
        tally = new PhaseTally();
        return taken;
    }

    private synchronized void count(Consumer<PhaseTally> what) {
        what.accept(tally);
    }

    /** Sends no more requests. */
    public void end() throws InterruptedException {
        stopped = true;
        pacer.join();
    }

    private void pace(ExecutorService executor) {
        long due = System.nanoTime();
        for (int i = 0; !stopped; i++) {
            HttpRequest request = requests.get(i % requests.size());
            long start = due;
            executor.execute(() -> send(request, start));
            due += gapNanos;
            long wait = due - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(wait);
            }
        }
    }

    private void send(HttpRequest request, long due) {
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            long micros = (System.nanoTime() - due) / 1000;
            switch (response.statusCode()) {
                case 200 -> count(into -> into.addAnswered(micros, outputTokens(response.body())));
                case 429 -> count(PhaseTally::addRefused);
                default -> count(into -> into.addFailed("status " + response.statusCode()));
            }
        } catch (IOException e) {
            count(into -> into.addFailed(e.toString()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long outputTokens(String body) {
        Matcher matcher = OUTPUT.matcher(body);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }
}
