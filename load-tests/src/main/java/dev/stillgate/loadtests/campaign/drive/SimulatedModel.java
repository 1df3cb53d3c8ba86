package dev.stillgate.loadtests.campaign.drive;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.stillgate.loadtests.json.JsonBuffer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/**
 * HTTP server that plays the upstream model and sends the generated response of each exchange. Later turns therefore
 * contain ids that the gateway has seen in responses, as in a log. Thread-safe.
 */
public final class SimulatedModel implements AutoCloseable {
    private static final JsonBuffer UNKNOWN = new JsonBuffer(64).raw("{\"error\":{\"message\":\"unknown\"}}");

    private final Map<String, LiveCall> expected = new ConcurrentHashMap<>();
    private final HttpServer server;

    /** @param port loopback port, 0 for a free one */
    public SimulatedModel(int port) throws IOException {
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
            exchange.getRequestBody().readAllBytes();
            String number = exchange.getRequestHeaders().getFirst(LiveCall.NUMBER);
            LiveCall call = number == null ? null : expected.get(number);
            JsonBuffer body = call == null ? UNKNOWN : call.response();
            exchange.getResponseHeaders().set("content-type", "application/json");
            exchange.sendResponseHeaders(call == null ? 404 : call.status(), body.length());
            exchange.getResponseBody().write(body.bytes(), 0, body.length());
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
