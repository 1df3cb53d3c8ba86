package dev.stillgate.loadtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks that an order is answered with 200 only once the disk has it. {@code strace} makes the first {@code fdatasync} of each
 * thread fail, after which what the disk has of the file is unknown.
 */
@Tag("slow")
class FailingDiskTest {
    private static final String FILTERS = """
            filters:
              - {name: behaviour, type: fingerprint, config: {}}
            """;
    private static final int MOST_TRIES = 20;

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    private Path work;

    @Test
    @Timeout(180)
    void orderThatTheDiskRefusesIsRefusedAndTheNextOneIsKept() throws Exception {
        assumeTrue(TracedGateway.canTrace(), "strace is not installed or not permitted");
        try (GatewayFiles files = GatewayFiles.write("http://127.0.0.1:9", FILTERS)) {
            Files.writeString(
                    files.config(),
                    Files.readString(files.config()) + "state: {directory: \"" + work.resolve("state") + "\"}\n");
            start(files, "trace=none").close(); // creates the journal
            List<String> refused = new ArrayList<>();
            String kept = null;
            try (TracedGateway gateway = start(files, "inject=fdatasync:error=EIO:when=1")) {
                for (int i = 0; kept == null && i < MOST_TRIES; i++) {
                    String account = "a-" + i;
                    HttpResponse<String> answer = mark(gateway, account);
                    if (answer.statusCode() == 200) {
                        kept = account;
                    } else {
                        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
                        refused.add(account);
                    }
                }
            }
            assertThat(refused).isNotEmpty();
            assertThat(kept).isNotNull();

            try (TracedGateway gateway = start(files, "trace=none")) {
                String orders = get(gateway, "/orders");
                assertThat(orders).contains('"' + kept + '"');
                assertThat(refused).noneMatch(account -> orders.contains('"' + account + '"'));
            }
        }
    }

    private TracedGateway start(GatewayFiles files, String trace) throws IOException, InterruptedException {
        return TracedGateway.start(files, work.resolve("output"), "-e", trace, "-o", "/dev/null");
    }

    private HttpResponse<String> mark(TracedGateway gateway, String account) throws IOException, InterruptedException {
        return client.send(
                request(gateway, "/accounts/" + account + "/standing?create=true")
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString("{\"standing\":\"marked\",\"by\":\"ann\",\"why\":\"a test\"}"))
                        .build(),
                BodyHandlers.ofString());
    }

    private String get(TracedGateway gateway, String path) throws IOException, InterruptedException {
        return client.send(request(gateway, path).build(), BodyHandlers.ofString())
                .body();
    }

    private static HttpRequest.Builder request(TracedGateway gateway, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + path))
                .timeout(Duration.ofSeconds(30));
    }
}
