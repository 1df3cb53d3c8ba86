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
 * One account that asks at an even pace, whether answers come or not. A request's time runs from when it was
 * due, so that a gateway that stands still does not look fast.
 */
final class AccountLoad {
    private static final Pattern OUTPUT = Pattern.compile("\"output_tokens\":(\\d+)");

    private final HttpClient client;
    private final List<HttpRequest> requests;
    private final long gapNanos;
    private final Thread pacer;
    private PhaseTally tally = new PhaseTally();
    private volatile boolean over;

    /**
     * Prepares it.
     *
     * @param perSecond requests a second to each port
     * @param tokens what each answer costs, less one, and what each request asks for at most
     */
    AccountLoad(
            HttpClient client,
            ExecutorService callers,
            String account,
            List<Integer> ports,
            double perSecond,
            int tokens) {
        this.client = client;
        this.requests =
                ports.stream().map(port -> request(port, account, tokens)).toList();
        this.gapNanos = (long) (1e9 / perSecond / ports.size());
        this.pacer = Thread.ofPlatform().name("load-" + account).unstarted(() -> pace(callers));
    }

    private static HttpRequest request(int port, String account, int tokens) {
        String body =
                "{\"model\":\"stub-1\",\"max_tokens\":%d,\"messages\":[{\"role\":\"user\",\"content\":\"Who keeps the light?\"}]}"
                        .formatted(tokens);
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/messages"))
                .timeout(Duration.ofSeconds(20))
                .header("content-type", "application/json")
                .header("x-api-key", FleetPolicyFile.key(account))
                .header("x-stub", "size=" + (tokens - 1) * 4)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    void start() {
        pacer.start();
    }

    /** Returns what has been counted since the last call; what is under way is counted when it is answered. */
    synchronized PhaseTally takeTally() {
        PhaseTally taken = tally;
        tally = new PhaseTally();
        return taken;
    }

    private synchronized void count(Consumer<PhaseTally> what) {
        what.accept(tally);
    }

    /** Asks no more. */
    void end() throws InterruptedException {
        over = true;
        pacer.join();
    }

    private void pace(ExecutorService callers) {
        long due = System.nanoTime();
        for (int i = 0; !over; i++) {
            HttpRequest request = requests.get(i % requests.size());
            long mine = due;
            callers.execute(() -> ask(request, mine));
            due += gapNanos;
            long wait = due - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(wait);
            }
        }
    }

    private void ask(HttpRequest request, long due) {
        try {
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            long micros = (System.nanoTime() - due) / 1000;
            switch (answer.statusCode()) {
                case 200 -> count(into -> into.addAnswered(micros, outputTokens(answer.body())));
                case 429 -> count(PhaseTally::addRefused);
                default -> count(into -> into.addFailed("status " + answer.statusCode()));
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
