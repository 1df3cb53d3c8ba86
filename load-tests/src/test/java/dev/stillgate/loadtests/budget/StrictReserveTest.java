package dev.stillgate.loadtests.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Many more concurrent streams than the output limit of an account allows. Exactly as many are admitted as the bucket
 * can hold, and afterwards the charge is the sum of their usage.
 */
class StrictReserveTest {
    private static final int STREAMS = 500;
    private static final int ALLOWED = 10;
    private static final int MAX_TOKENS = 1000;

    /** Costs 961 tokens per response, so that the unused reserve of ten never admits an eleventh. */
    private static final String ANSWER = "size=3840,events=40,pace=5";

    @ParameterizedTest
    @EnumSource(Api.class)
    @Timeout(120)
    void streamsAreAdmittedUpToTheCapacityOfTheBucket(Api api) throws Exception {
        Map<String, Long> capacities =
                Map.of("requests", 1_000L, "input-tokens", 1_000_000L, "output-tokens", (long) ALLOWED * MAX_TOKENS);
        try (MeteredGateway gateway = MeteredGateway.open(capacities)) {
            List<HttpResponse<String>> responses = sendConcurrently(gateway, api);

            List<HttpResponse<String>> served = responses.stream()
                    .filter(response -> response.statusCode() == 200)
                    .toList();
            assertThat(served).hasSize(ALLOWED);
            assertThat(responses)
                    .filteredOn(response -> !served.contains(response))
                    .allSatisfy(refused -> {
                        assertThat(refused.statusCode()).isEqualTo(429);
                        // A long wait is an exceeded quota in the words of OpenAI, without a time.
                        assertThat(refused.headers().firstValue("retry-after").isPresent())
                                .isNotEqualTo(refused.body().contains("insufficient_quota"));
                    });
            assertThat(gateway.stub().stats().requests("POST " + api.path())).isEqualTo(ALLOWED);

            List<Api.ReportedUsage> usages = served.stream()
                    .map(response -> api.usage(events(response.body())))
                    .toList();
            MeteredGateway.Page page = gateway.settled();
            assertThat(page.used("requests")).isEqualTo(ALLOWED);
            assertThat(page.used("input-tokens"))
                    .isEqualTo(
                            usages.stream().mapToLong(Api.ReportedUsage::input).sum());
            assertThat(page.used("output-tokens"))
                    .isEqualTo(
                            usages.stream().mapToLong(Api.ReportedUsage::output).sum())
                    .isEqualTo(ALLOWED * 961L);
        }
    }

    private static List<HttpResponse<String>> sendConcurrently(MeteredGateway gateway, Api api) throws Exception {
        String[] credential = api.credential(MeteredGateway.KEY).split(": ");
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + api.path()))
                .header(credential[0], credential[1])
                .header("content-type", "application/json")
                .header("x-stub", ANSWER)
                .POST(HttpRequest.BodyPublishers.ofString(api.body(MAX_TOKENS)))
                .build();
        CountDownLatch start = new CountDownLatch(STREAMS);
        try (HttpClient client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build();
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<HttpResponse<String>>> pending = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                pending.add(executor.submit(() -> {
                    start.countDown();
                    start.await();
                    return client.send(request, HttpResponse.BodyHandlers.ofString());
                }));
            }
            List<HttpResponse<String>> responses = new ArrayList<>();
            for (Future<HttpResponse<String>> one : pending) {
                responses.add(one.get());
            }
            return responses;
        }
    }

    private static List<String> events(String body) {
        return body.lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring("data: ".length()))
                .toList();
    }
}
