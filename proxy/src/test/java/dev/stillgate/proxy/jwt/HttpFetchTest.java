package dev.stillgate.proxy.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests fetches from endpoints that misbehave. */
class HttpFetchTest {
    private final CountDownLatch over = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpFetch fetch = new HttpFetch(Duration.ofMillis(700));
    private HttpServer server;
    private URI url;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
        url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/jwks");
    }

    @AfterEach
    void stop() {
        over.countDown();
        fetch.close();
        server.stop(0);
        threads.shutdownNow();
    }

    private void serve(HttpHandler handler) {
        server.createContext("/jwks", handler);
    }

    @Test
    void bodyIsReturned() throws IOException, InterruptedException {
        serve(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write("{}".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            }
        });
        assertThat(fetch.of(url)).asString().isEqualTo("{}");
    }

    @Test
    void endlessBodyIsRefused() {
        serve(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                for (int i = 0; i < 1_000; i++) {
                    out.write(new byte[64 * 1024]);
                }
            }
        });
        assertThatThrownBy(() -> fetch.of(url))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot be fetched");
    }

    @Test
    void silentEndpointIsGivenUp() {
        serve(exchange -> await());
        assertThatThrownBy(() -> fetch.of(url)).isInstanceOf(IOException.class);
    }

    @Test
    void bodyThatStopsIsGivenUp() {
        serve(exchange -> {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            await();
        });
        assertThatThrownBy(() -> fetch.of(url)).hasMessageContaining("did not arrive within 700 ms");
    }

    private void await() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void otherStatusIsRefused() {
        serve(exchange -> exchange.sendResponseHeaders(503, -1));
        assertThatThrownBy(() -> fetch.of(url)).hasMessageContaining("was answered with status 503");
    }

    @Test
    void redirectIsNotFollowed() {
        serve(exchange -> {
            exchange.getResponseHeaders().set("location", url + "2");
            exchange.sendResponseHeaders(302, -1);
        });
        assertThatThrownBy(() -> fetch.of(url)).hasMessageContaining("status 302");
    }

    @Test
    void closedPortIsReported() {
        server.stop(0);
        assertThatThrownBy(() -> fetch.of(url)).hasMessageContaining("cannot be fetched");
    }
}
