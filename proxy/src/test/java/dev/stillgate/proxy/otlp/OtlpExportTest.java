package dev.stillgate.proxy.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.stillgate.proxy.config.OtlpOptions;
import dev.stillgate.spi.Ticker;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OtlpExportTest {
    private final AtomicInteger unfinished = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);
    private final CountDownLatch taken = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private HttpServer server;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            if (unfinished.getAndDecrement() > 0) {
                exchange.sendResponseHeaders(200, 20);
                exchange.getResponseBody().write('{');
                exchange.getResponseBody().flush();
                await();
            }
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
            taken.countDown();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        over.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private void await() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void responseThatDoesNotEndIsGivenUpAndTheNextMessageIsSent() throws Exception {
        unfinished.set(1);
        OtlpOptions options = new OtlpOptions(
                "http://127.0.0.1:" + server.getAddress().getPort(), Duration.ofSeconds(1), 0, Map.of());
        try (OtlpExport export = new OtlpExport(options, new PrometheusRegistry(), Ticker.system())) {
            assertThat(taken.await(20, TimeUnit.SECONDS)).as("a second message").isTrue();
            assertThat(export.failed()).isOne();
        }
    }
}
