package dev.stillgate.proxy.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Asks a running gateway whether it is ready. */
@Command(
        name = "healthcheck",
        mixinStandardHelpOptions = true,
        description = "Exit 0 when the gateway is ready for requests, else 1.")
final class HealthcheckCommand implements Callable<Integer> {
    @Option(
            names = "--admin",
            paramLabel = "URL",
            defaultValue = "${env:STILLGATE_ADMIN:-http://127.0.0.1:9090}",
            description = "the admin's address (default: $STILLGATE_ADMIN, else http://127.0.0.1:9090)")
    private URI admin = URI.create("http://127.0.0.1:9090");

    @Override
    public Integer call() throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(admin.resolve("/readyz"))
                .timeout(Duration.ofSeconds(2))
                .build();
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build()) {
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            System.out.print(answer.body());
            return answer.statusCode() == 200 ? 0 : 1;
        } catch (IOException e) {
            System.err.println("stillgate: " + admin + " does not answer: " + e.getMessage());
            return 1;
        }
    }
}
