package dev.stillgate.proxy.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * Demonstration against a running gateway; each step compares the expected status with the actual one and prints both.
 */
final class DemoTour {
    private static final String PROMPT = """
            {"model":"stub-1","max_tokens":64,"stream":%s,"messages":[{"role":"user","content":"Why is the sky blue?"}]}""";

    private final String url;
    private final String admin;
    private final Path accessLog;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private boolean succeeded = true;

    DemoTour(String url, String admin, Path accessLog) {
        this.url = url;
        this.admin = admin;
        this.accessLog = accessLog;
    }

    /** Runs all steps. Returns whether each succeeded. */
    boolean run(PrintStream out) throws IOException, InterruptedException {
        out.println("\nStillgate at " + url + ", in front of a stub model\n");
        HttpResponse<String> answer =
                send("/v1/messages", "x-api-key", "demo", "198.51.100.7", PROMPT.formatted(false));
        step(out, "1. An answer (Anthropic Messages)", 200, answer, excerpt(answer.body()));

        stream(out);

        HttpResponse<String> refused =
                send("/v1/messages", "x-api-key", "demo", "175.45.176.1", PROMPT.formatted(false));
        step(out, "3. A client in a refused region (175.45.176.1 is in KP)", 403, refused, refused.body());

        HttpResponse<String> limited = untilLimited();
        step(
                out,
                "4. One account sends requests until its bucket is empty",
                429,
                limited,
                limited.body() + "\n     retry-after: "
                        + limited.headers().firstValue("retry-after").orElse("none"));
        succeeded &= limited.headers().firstValue("retry-after").isPresent();

        log(out);
        metrics(out);
        client.close();
        return succeeded;
    }

    private void stream(PrintStream out) throws IOException, InterruptedException {
        HttpResponse<String> stream =
                send("/v1/chat/completions", "authorization", "Bearer demo", "198.51.100.7", PROMPT.formatted(true));
        long events =
                stream.body().lines().filter(line -> line.startsWith("data:")).count();
        step(
                out,
                "2. A stream (OpenAI Chat Completions)",
                200,
                stream,
                events + " events, the last: "
                        + stream.body()
                                .lines()
                                .filter(line -> line.startsWith("data:"))
                                .reduce("", (a, b) -> b));
        succeeded &= events > 2 && stream.body().contains("[DONE]");
    }

    private HttpResponse<String> send(String path, String header, String credential, String from, String body)
            throws IOException, InterruptedException {
        return client.send(request(path, header, credential, from, body), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String path, String header, String credential, String from, String body) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(20))
                .header(header, credential)
                .header("content-type", "application/json")
                .header("x-forwarded-for", from)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    /** Sends more requests than the bucket holds, at once: on a slow machine it would fill again between them. */
    private HttpResponse<String> untilLimited() {
        HttpRequest request = request("/v1/messages", "x-api-key", "busy", "198.51.100.8", PROMPT.formatted(false));
        List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            responses.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
        }
        HttpResponse<String> limited = responses.getFirst().join();
        for (CompletableFuture<HttpResponse<String>> response : responses) {
            limited = response.join().statusCode() == 429 ? response.join() : limited;
        }
        return limited;
    }

    private void step(PrintStream out, String title, int expected, HttpResponse<String> actual, String detail) {
        boolean expectedStatus = actual.statusCode() == expected;
        succeeded &= expectedStatus;
        out.println(title + "\n     " + actual.statusCode() + (expectedStatus ? "" : " (EXPECTED " + expected + ")")
                + "  " + detail);
    }

    /** Each event loop writes its own lines, so the last exchange's line may come before an earlier one's. */
    private void log(PrintStream out) throws IOException, InterruptedException {
        List<String> wanted = List.of("\"outcome\":\"served\"", "country-denied", "\"response_code\":429");
        List<String> lines = List.of();
        for (int i = 0; i < 200 && !wanted.stream().allMatch(anyOf(lines)); i++) {
            Thread.sleep(50);
            lines = Files.readAllLines(accessLog);
        }
        out.println("5. The access log");
        for (String text : wanted) {
            String line =
                    lines.stream().filter(l -> l.contains(text)).findFirst().orElse("");
            succeeded &= !line.isEmpty();
            out.println("     " + (line.isEmpty() ? "NO LINE with " + text : line));
        }
    }

    private static Predicate<String> anyOf(List<String> lines) {
        return text -> lines.stream().anyMatch(line -> line.contains(text));
    }

    private void metrics(PrintStream out) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(admin + "/metrics"))
                .timeout(Duration.ofSeconds(5))
                .build();
        String text = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        out.println("6. The metrics");
        List<String> shown = text.lines()
                .filter(line ->
                        line.startsWith("stillgate_filter_decisions") || line.startsWith("stillgate_exchanges_total"))
                .filter(line -> !line.endsWith(" 0.0"))
                .toList();
        succeeded &= shown.size() >= 3;
        shown.forEach(line -> out.println("     " + line));
    }

    private static String excerpt(String body) {
        return body.length() > 400 ? body.substring(0, 400) + "…" : body;
    }
}
