package dev.stillgate.loadtests.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.loadtests.GatewayFiles;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests to the demo as a process, from the moment at which its port opens. */
@Tag("slow")
@Timeout(90)
class DemoStartTest {
    private static final String ASK = "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";

    @TempDir
    private Path directory;

    @Test
    @DisplayName("the first request to the demo's port is answered, and so are the paths of each agent")
    void agentsAreAnsweredFromTheFirstRequestOn() throws Exception {
        int port = free();
        ProcessBuilder java = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Demo.class.getName(),
                        "--port",
                        Integer.toString(port),
                        "--admin-port",
                        "0")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("out").toFile());
        java.environment()
                .put(
                        "STILLGATE_CONFIG_DIR",
                        GatewayFiles.root().resolve("config").toString());
        Process demo = java.start();
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            String url = "http://127.0.0.1:" + port;
            HttpRequest messages = post(url + "/v1/messages", "{\"model\":\"stub-1\",\"max_tokens\":9," + ASK);
            expectAnswer(afterConnecting(client, messages));
            expectAnswer(send(client, post(url + "/v1/chat/completions", "{\"model\":\"stub-1\"," + ASK)));
            expectAnswer(send(client, post(url + "/v1/responses", "{\"model\":\"stub-1\",\"input\":\"Hello\"}")));
            expectAnswer(send(
                    client,
                    post(
                            url + "/v1beta/models/stub-1:generateContent",
                            "{\"contents\":[{\"parts\":[{\"text\":\"Hello\"}]}]}")));
            expectAnswer(send(
                    client,
                    HttpRequest.newBuilder(URI.create(url + "/v1/models")).build()));
            expectAnswer(send(
                    client,
                    HttpRequest.newBuilder(URI.create(url + "/v1beta/models")).build()));

            BlockingQueue<String> events = new LinkedBlockingQueue<>();
            WebSocket socket = client.newWebSocketBuilder()
                    .buildAsync(URI.create("ws://127.0.0.1:" + port + "/v1/responses"), new WebSocket.Listener() {
                        @Override
                        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                            from.request(1);
                            events.add(data.toString());
                            return null;
                        }
                    })
                    .join();
            socket.sendText("{\"type\":\"response.create\",\"model\":\"stub-1\",\"input\":\"Hello\"}", true);
            assertThat(events.take()).startsWith("{\"type\":\"response.created\"");
            socket.abort();
        } finally {
            demo.destroy();
            assertThat(demo.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static int free() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private static HttpResponse<String> afterConnecting(HttpClient client, HttpRequest request) throws Exception {
        while (true) {
            try {
                return send(client, request);
            } catch (ConnectException e) {
                TimeUnit.MILLISECONDS.sleep(2); // the port is not open yet
            }
        }
    }

    private static HttpResponse<String> send(HttpClient client, HttpRequest request) throws Exception {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest post(String url, String body) {
        return HttpRequest.newBuilder(URI.create(url))
                .header("content-type", "application/json")
                .header("authorization", "Bearer demo")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static void expectAnswer(HttpResponse<String> response) {
        assertThat(response.statusCode())
                .as(response.uri() + ": " + response.body())
                .isEqualTo(200);
    }
}
