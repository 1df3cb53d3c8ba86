package dev.stillgate.loadtests.campaign;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.stillgate.loadtests.json.JsonBuffer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * HTTP server that plays the upstream model and sends the generated response of each exchange. Later turns therefore
 * contain ids that the gateway has seen in responses, as in a log. Thread-safe.
 */
public final class SimulatedModel implements AutoCloseable {
    private static final JsonBuffer UNKNOWN = new JsonBuffer(64).raw("{\"error\":{\"message\":\"unknown\"}}");

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Map<String, LiveCall> expected = new ConcurrentHashMap<>();
    private final @Nullable URI stub;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final HttpServer server;

    /**
     * Starts the server.
     *
     * @param port loopback port, 0 for a free one
     * @param stub a server that answers all other requests; null to answer them with status 404
     */
    public SimulatedModel(int port, @Nullable URI stub) throws IOException {
        this.stub = stub;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1024);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::respond);
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    void expect(LiveCall call) {
        expected.put(Long.toString(call.number()), call);
    }

    void forget(LiveCall call) {
        expected.remove(Long.toString(call.number()));
    }

    private void respond(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] request = exchange.getRequestBody().readAllBytes();
            String number = exchange.getRequestHeaders().getFirst(LiveCall.NUMBER);
            LiveCall call = number == null ? null : expected.get(number);
            if (call == null && stub != null) {
                forward(exchange, request, stub);
                return;
            }
            JsonBuffer body = call == null ? UNKNOWN : call.response();
            exchange.getResponseHeaders().set("content-type", "application/json");
            exchange.sendResponseHeaders(call == null ? 404 : call.status(), body.length());
            exchange.getResponseBody().write(body.bytes(), 0, body.length());
        }
    }

    private void forward(HttpExchange exchange, byte[] body, URI to) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(to.resolve(exchange.getRequestURI()))
                .timeout(TIMEOUT)
                .header("content-type", "application/json")
                .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        try {
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            response.headers()
                    .firstValue("content-type")
                    .ifPresent(type -> exchange.getResponseHeaders().set("content-type", type));
            exchange.sendResponseHeaders(response.statusCode(), 0);
            try (InputStream in = response.body()) {
                byte[] part = new byte[8192];
                for (int length = in.read(part); length >= 0; length = in.read(part)) {
                    exchange.getResponseBody().write(part, 0, length);
                    exchange.getResponseBody().flush(); // streams arrive event by event
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        client.close();
        server.stop(0);
    }
}
