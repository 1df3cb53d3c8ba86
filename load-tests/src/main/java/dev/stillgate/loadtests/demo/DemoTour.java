package dev.stillgate.loadtests.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * Demonstration against a running gateway; each step compares the expected status with the actual one and prints both.
 */
final class DemoTour {
    private static final String PROMPT =
            "{\"model\":\"stub-1\",\"max_tokens\":64,\"messages\":[{\"role\":\"user\",\"content\":\"Why is the sky blue?\"}],";
    private static final int MORE_THAN_A_BUCKET = 80;
    private static final int SHOWN = 400;

    private final String url;
    private final String admin;
    private final Path accessLog;
    private final PrintStream out;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private boolean succeeded = true;

    DemoTour(String url, String admin, Path accessLog, PrintStream out) {
        this.url = url;
        this.admin = admin;
        this.accessLog = accessLog;
        this.out = out;
    }

    /** Runs all steps. Returns whether each succeeded. */
    boolean run() throws IOException, InterruptedException {
        out.println("\nStillgate at " + url + ", in front of a stub model\n");
        HttpResponse<String> answer = send(request("/v1/messages", "demo", "198.51.100.7", false));
        step("1. An answer (Anthropic Messages)", 200, answer, shortened(answer.body()));

        HttpResponse<String> stream = send(request("/v1/chat/completions", "demo", "198.51.100.7", true));
        List<String> events =
                stream.body().lines().filter(line -> line.startsWith("data:")).toList();
        String last = events.isEmpty() ? "" : events.getLast();
        step("2. A stream (OpenAI Chat Completions)", 200, stream, events.size() + " events, the last: " + last);
        succeeded &= events.size() > 2 && last.contains("[DONE]");

        HttpResponse<String> refused = send(request("/v1/messages", "demo", "175.45.176.1", false));
        step("3. A client in a refused region (175.45.176.1 is in KP)", 403, refused, refused.body());

        HttpResponse<String> limited = untilLimited();
        String retryAfter = limited.headers().firstValue("retry-after").orElse("none");
        step(
                "4. One account sends requests until its bucket is empty",
                429,
                limited,
                limited.body() + "\n     retry-after: " + retryAfter);
        succeeded &= !retryAfter.equals("none");

        log();
        metrics();
        client.close();
        return succeeded;
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String path, String key, String from, boolean stream) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(20))
                .header("authorization", "Bearer " + key)
                .header("content-type", "application/json")
                .header("x-forwarded-for", from)
                .POST(HttpRequest.BodyPublishers.ofString(PROMPT + "\"stream\":" + stream + "}"))
                .build();
    }

    /** Sends more requests than the bucket holds, at once: on a slow machine it would fill again between them. */
    private HttpResponse<String> untilLimited() {
        HttpRequest request = request("/v1/messages", "busy", "198.51.100.8", false);
        List<HttpResponse<String>> responses = IntStream.range(0, MORE_THAN_A_BUCKET)
                .mapToObj(i -> client.sendAsync(request, HttpResponse.BodyHandlers.ofString()))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();
        return responses.stream()
                .filter(response -> response.statusCode() == 429)
                .findFirst()
                .orElse(responses.getFirst());
    }

    private void step(String title, int expected, HttpResponse<String> actual, String detail) {
        boolean expectedStatus = actual.statusCode() == expected;
        succeeded &= expectedStatus;
        out.println(title + "\n     " + actual.statusCode() + (expectedStatus ? "" : " (EXPECTED " + expected + ")")
                + "  " + detail);
    }

    /** Each event loop writes its own lines, so the last exchange's line may come before an earlier one's. */
    private void log() throws IOException, InterruptedException {
        List<String> wanted = List.of("\"outcome\":\"served\"", "country-denied", "\"response_code\":429");
        String text = "";
        for (int i = 0; i < 200 && !wanted.stream().allMatch(text::contains); i++) {
            Thread.sleep(50);
            text = Files.readString(accessLog);
        }
        out.println("5. The access log");
        for (String part : wanted) {
            String line = text.lines().filter(l -> l.contains(part)).findFirst().orElse("");
            succeeded &= !line.isEmpty();
            out.println("     " + (line.isEmpty() ? "NO LINE with " + part : line));
        }
    }

    private void metrics() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(admin + "/metrics"))
                .timeout(Duration.ofSeconds(5))
                .build();
        List<String> shown = send(request)
                .body()
                .lines()
                .filter(line ->
                        line.startsWith("stillgate_filter_decisions") || line.startsWith("stillgate_exchanges_total"))
                .filter(line -> !line.endsWith(" 0.0"))
                .toList();
        succeeded &= shown.size() >= 3;
        out.println("6. The metrics");
        shown.forEach(line -> out.println("     " + line));
    }

    private static String shortened(String body) {
        return body.length() > SHOWN ? body.substring(0, SHOWN) + "…" : body;
    }
}
