package dev.stillgate.loadtests.campaign.drive;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.stillgate.loadtests.campaign.wire.JsonBuffer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/**
 * The model behind the gateway, which gives to each exchange the answer that was generated for it. So the ids that come
 * back in later turns are those that the gateway saw issued, as in a log.
 */
public final class PlayedModel implements AutoCloseable {
    private static final JsonBuffer UNKNOWN = new JsonBuffer(64).raw("{\"error\":{\"message\":\"unknown\"}}");

    private final Map<String, LiveCall> expected = new ConcurrentHashMap<>();
    private final HttpServer server;

    /** Listens on a loopback port. */
    public PlayedModel(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1024);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    /** Returns the port it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    void expect(LiveCall call) {
        expected.put(Long.toString(call.number()), call);
    }

    void forget(LiveCall call) {
        expected.remove(Long.toString(call.number()));
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            String number = exchange.getRequestHeaders().getFirst(LiveCall.NUMBER);
            LiveCall call = number == null ? null : expected.get(number);
            JsonBuffer body = call == null ? UNKNOWN : call.answer();
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
